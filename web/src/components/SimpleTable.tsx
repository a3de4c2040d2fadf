import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import type { ReactNode } from "react";

export interface SimpleColumn<T> {
    name: string;
    /** Numbers stand on the right. */
    right?: boolean;
    show: (row: T) => ReactNode;
}

interface SimpleTableProps<T> {
    label: string;
    columns: readonly SimpleColumn<T>[];
    rows: readonly T[];
    keyOf: (row: T, index: number) => string;
    /** Rows scroll beyond this height. */
    maxHeight?: number | string;
}

/** A plain table; it scrolls sideways where there is too little room. */
export function SimpleTable<T>({ label, columns, rows, keyOf, maxHeight }: SimpleTableProps<T>) {
    return (
        <TableContainer tabIndex={0} role="region" aria-label={label} sx={maxHeight === undefined ? {} : { maxHeight }}>
            <Table size="small" stickyHeader={maxHeight !== undefined}>
                <TableHead>
                    <TableRow>
                        {columns.map((column) => (
                            <TableCell key={column.name} align={column.right ? "right" : "left"}>
                                {column.name}
                            </TableCell>
                        ))}
                    </TableRow>
                </TableHead>
                <TableBody>
                    {rows.map((row, index) => (
                        <TableRow key={keyOf(row, index)}>
                            {columns.map((column) => (
                                <TableCell key={column.name} align={column.right ? "right" : "left"}>
                                    {column.show(row)}
                                </TableCell>
                            ))}
                        </TableRow>
                    ))}
                </TableBody>
            </Table>
        </TableContainer>
    );
}
