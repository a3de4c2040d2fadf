import Box from "@mui/material/Box";
import { styled } from "@mui/material/styles";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import TableSortLabel from "@mui/material/TableSortLabel";
import Tooltip from "@mui/material/Tooltip";
import { memo } from "react";

import { nameOf } from "@/format/parameters";
import type { Alpha, Column } from "@/pages/alphas/columns";

export interface TableProps {
    alphas: readonly Alpha[];
    columns: readonly Column[];
    sort: string;
    descending: boolean;
    chosen: readonly string[];
    onSort: (sort: string, descending: boolean) => void;
    onChoose: (id: string, chosen: boolean) => void;
}

/** The alphas of a page, a row each. */
export function AlphaTable({ alphas, columns, sort, descending, chosen, onSort, onChoose }: TableProps) {
    return (
        <TableContainer tabIndex={0} role="group" aria-label="Table of alphas" sx={{ maxHeight: "75vh" }}>
            <Table
                size="small"
                stickyHeader
                sx={{
                    "& th": { whiteSpace: "normal", lineHeight: 1.25 },
                    "& td, & th": { px: 0.9 },
                    "& td.MuiTableCell-alignRight": { whiteSpace: "nowrap" }, // here, not at each of a thousand cells
                    "& .MuiTableSortLabel-root:not(.Mui-active) .MuiTableSortLabel-icon": { width: 0, mx: 0 },
                }}
            >
                <TableHead>
                    <TableRow>
                        <TableCell padding="checkbox">
                            <Box component="span" sx={{ position: "absolute", clipPath: "inset(50%)" }}>
                                Choose
                            </Box>
                        </TableCell>
                        {columns.map((column) => (
                            <TableCell
                                key={column.key}
                                align={column.right ? "right" : "left"}
                                {...(column.sort === sort ? { sortDirection: descending ? "desc" : "asc" } : {})}
                            >
                                <Heading column={column} sort={sort} descending={descending} onSort={onSort} />
                            </TableCell>
                        ))}
                    </TableRow>
                </TableHead>
                <TableBody>
                    {alphas.map((alpha) => (
                        <Row
                            key={alpha.id}
                            alpha={alpha}
                            columns={columns}
                            chosen={chosen.includes(alpha.id)}
                            onChoose={onChoose}
                        />
                    ))}
                </TableBody>
            </Table>
        </TableContainer>
    );
}

function Heading({
    column,
    sort,
    descending,
    onSort,
}: { column: Column } & Pick<TableProps, "sort" | "descending" | "onSort">) {
    if (column.sort === undefined)
        return (
            <Tooltip describeChild title={column.hint}>
                <Box component="span" tabIndex={0}>
                    {column.name}
                </Box>
            </Tooltip>
        );
    const own = column.sort;
    const active = own === sort;
    return (
        <Tooltip describeChild title={column.hint}>
            <TableSortLabel
                active={active}
                direction={active && !descending ? "asc" : "desc"}
                onClick={() => onSort(own, active ? !descending : true)}
            >
                {column.name}
            </TableSortLabel>
        </Tooltip>
    );
}

// the browser's own: a hundred of the library's take longer to draw than all numbers of a page
const Tick = styled("input")(({ theme }) => ({
    width: 17,
    height: 17,
    margin: 8,
    accentColor: theme.palette.primary.main,
}));

interface RowProps {
    alpha: Alpha;
    columns: readonly Column[];
    chosen: boolean;
    onChoose: (id: string, chosen: boolean) => void;
}

const Row = memo(function Row({ alpha, columns, chosen, onChoose }: RowProps) {
    return (
        <TableRow hover selected={chosen}>
            <TableCell padding="checkbox">
                <Tick
                    type="checkbox"
                    checked={chosen}
                    onChange={(event) => onChoose(alpha.id, event.target.checked)}
                    aria-label={`choose ${nameOf(alpha)}`}
                />
            </TableCell>
            {columns.map((column) => (
                <TableCell key={column.key} align={column.right ? "right" : "left"}>
                    {column.show(alpha)}
                </TableCell>
            ))}
        </TableRow>
    );
});
