import Box from "@mui/material/Box";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";

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
}

/** Numbers as a table whose cells are coloured from loss over nothing to gain. */
export function HeatTable({ label, corner, columns, rows, reach, format, mark, total = false }: HeatTableProps) {
    const colours = useChartColours();
    return (
        <TableContainer tabIndex={0} role="region" aria-label={label}>
            <Table
                size="small"
                sx={{ "& td, & th": { px: 0.75, py: 0.5, border: 0 }, width: "auto", minWidth: "100%" }}
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
                                            <Box component="span" sx={{ position: "absolute", clipPath: "inset(50%)" }}>
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
