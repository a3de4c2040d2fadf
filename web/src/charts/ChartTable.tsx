import Button from "@mui/material/Button";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import { useState } from "react";

/** The numbers of a chart. */
export interface TableOf {
    columns: string[];
    rows: (string | number)[][];
}

const MOST = 200; // rows that are shown; a chart of more is read by its export

/** A button that shows the numbers behind a chart. */
export function ChartTable({ table, label }: { table: () => TableOf; label: string }) {
    const [open, setOpen] = useState(false);
    const { columns, rows } = open ? table() : { columns: [], rows: [] };
    return (
        <>
            <Button size="small" aria-expanded={open} onClick={() => setOpen(!open)}>
                {open ? "Hide the numbers" : "Show as a table"}
            </Button>
            {open && (
                <TableContainer sx={{ maxHeight: 320 }} tabIndex={0} role="region" aria-label={`Numbers of: ${label}`}>
                    <Table size="small" stickyHeader>
                        <TableHead>
                            <TableRow>
                                {columns.map((column, index) => (
                                    <TableCell key={column} align={index === 0 ? "left" : "right"}>
                                        {column}
                                    </TableCell>
                                ))}
                            </TableRow>
                        </TableHead>
                        <TableBody>
                            {rows.slice(0, MOST).map((row, number) => (
                                <TableRow key={number}>
                                    {row.map((cell, index) => (
                                        <TableCell key={index} align={index === 0 ? "left" : "right"}>
                                            {cell}
                                        </TableCell>
                                    ))}
                                </TableRow>
                            ))}
                            {rows.length > MOST && (
                                <TableRow>
                                    <TableCell colSpan={columns.length}>
                                        the first {MOST} of {rows.length.toLocaleString("en-GB")} rows
                                    </TableCell>
                                </TableRow>
                            )}
                        </TableBody>
                    </Table>
                </TableContainer>
            )}
        </>
    );
}
