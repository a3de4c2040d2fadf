import Box from "@mui/material/Box";
import Stack from "@mui/material/Stack";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import useMediaQuery from "@mui/material/useMediaQuery";

import { useChartColours } from "@/charts/colours";
import { cell } from "@/charts/heat";
import { NONE } from "@/format/number";

interface HeatTableProps {
    /** What it shows, for who does not see it. */
    label: string;
    /** The name of the first column. */
    corner: string;
    columns: readonly string[];
    rows: readonly { name: string; cells: readonly (number | null)[] }[];
    /** Value at which the colour is full. */
    reach: number;
    format: (value: number) => string;
    /** A cell to be marked: its row and its column. */
    mark?: { row: number; column: number; means: string };
    /** The last column is a sum and stays without colour. */
    total?: boolean;
    /** Its numbers are so short that a phone has room for all of them in a row. */
    dense?: boolean;
}

const UNSEEN = { position: "absolute", right: 0, width: "1px", overflow: "hidden", clipPath: "inset(50%)" } as const;
const MOST_NARROW = 6; // columns that a phone has room for

/** Numbers as a table whose cells are coloured from loss over nothing to gain; on a phone each row is a block. */
export function HeatTable(props: HeatTableProps) {
    const narrow = useMediaQuery("(max-width: 699.95px)", { noSsr: true });
    return narrow && !props.dense && props.columns.length > MOST_NARROW ? (
        <HeatBlocks {...props} />
    ) : (
        <HeatRows {...props} />
    );
}

function HeatBlocks({ label, columns, rows, reach, format, total = false }: HeatTableProps) {
    const colours = useChartColours();
    return (
        <Stack component="ul" spacing={1.5} aria-label={label} sx={{ listStyle: "none", p: 0, m: 0 }}>
            {rows.map((row) => (
                <Box component="li" key={row.name}>
                    <Box sx={{ fontWeight: 600, mb: 0.5 }}>{row.name}</Box>
                    <Box
                        component="dl"
                        sx={{ display: "grid", gridTemplateColumns: "repeat(4, 1fr)", gap: "2px", m: 0 }}
                    >
                        {row.cells.map((value, c) => {
                            const sum = total && c === row.cells.length - 1;
                            const look = value === null || sum ? null : cell(colours.diverging, value, reach);
                            return (
                                <Box
                                    key={c}
                                    style={look ? { backgroundColor: look.ground, color: look.text } : {}}
                                    sx={{ p: 0.5, minWidth: 0, fontSize: "0.8rem", fontWeight: sum ? 700 : 400 }}
                                >
                                    <dt>{columns[c]}</dt>
                                    <Box component="dd" sx={{ m: 0, textAlign: "right" }}>
                                        {value === null ? NONE : format(value)}
                                    </Box>
                                </Box>
                            );
                        })}
                    </Box>
                </Box>
            ))}
        </Stack>
    );
}

function HeatRows({ label, corner, columns, rows, reach, format, mark, total = false, dense = false }: HeatTableProps) {
    const colours = useChartColours();
    return (
        <TableContainer tabIndex={0} role="group" aria-label={label}>
            <Table
                size="small"
                sx={{
                    "& td, & th": {
                        px: { xs: dense ? 0.25 : 0.75, sm: 0.75 },
                        py: 0.5,
                        border: 0,
                        ...(dense ? { "@media (max-width: 599.95px)": { fontSize: "0.7rem" } } : {}),
                    },
                    "& thead th:first-of-type": { whiteSpace: "normal" },
                    width: "auto",
                    minWidth: "100%",
                }}
            >
                <TableHead>
                    <TableRow>
                        <TableCell>{corner}</TableCell>
                        {columns.map((column, k) => (
                            <TableCell key={`${column} ${k}`} align="right">
                                {column}
                            </TableCell>
                        ))}
                    </TableRow>
                </TableHead>
                <TableBody>
                    {rows.map((row, r) => (
                        <TableRow key={`${row.name} ${r}`}>
                            <TableCell component="th" scope="row" sx={{ whiteSpace: "nowrap" }}>
                                {row.name}
                            </TableCell>
                            {row.cells.map((value, c) => {
                                const sum = total && c === row.cells.length - 1;
                                const look = value === null || sum ? null : cell(colours.diverging, value, reach);
                                const marked = mark?.row === r && mark.column === c;
                                return (
                                    <TableCell
                                        key={c}
                                        align="right"
                                        style={look ? { backgroundColor: look.ground, color: look.text } : {}}
                                        sx={{
                                            position: "relative",
                                            fontWeight: sum || marked ? 700 : 400,
                                            whiteSpace: "nowrap",
                                            ...(marked
                                                ? {
                                                      outline: "2px solid",
                                                      outlineOffset: -2,
                                                      outlineColor: "text.primary",
                                                  }
                                                : {}),
                                        }}
                                    >
                                        {value === null ? NONE : format(value)}
                                        {marked && (
                                            <Box component="span" sx={UNSEEN}>
                                                {mark.means}
                                            </Box>
                                        )}
                                    </TableCell>
                                );
                            })}
                        </TableRow>
                    ))}
                </TableBody>
            </Table>
        </TableContainer>
    );
}
