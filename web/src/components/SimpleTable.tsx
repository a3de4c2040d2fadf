import Box from "@mui/material/Box";
import Stack from "@mui/material/Stack";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import useMediaQuery from "@mui/material/useMediaQuery";
import type { ReactNode } from "react";

import { Hinted } from "@/components/Cells";
import { Facts } from "@/components/Facts";

export interface SimpleColumn<T> {
    name: string;
    /** In the place of the name at its head. */
    head?: ReactNode;
    /** What it is, on hover and focus. */
    hint?: string;
    /** Numbers stand on the right. */
    right?: boolean;
    show: (row: T) => ReactNode;
}

export interface SimpleTableProps<T> {
    label: string;
    columns: readonly SimpleColumn<T>[];
    rows: readonly T[];
    keyOf: (row: T, index: number) => string;
    /** Rows scroll beyond this height. */
    maxHeight?: number | string;
    /** Where there is too little room, rows become blocks under the first column's value; words are read from the left. */
    stacks?: boolean;
}

/** For tables with many columns: heads may break, and stand close. */
export const NARROW = { "& td, & th": { px: 1 }, "& thead th": { whiteSpace: "normal", lineHeight: 1.25 } } as const;

/** A plain table; where there is too little room it scrolls sideways, or stacks. */
export function SimpleTable<T>(props: SimpleTableProps<T>) {
    const narrow = useMediaQuery("(max-width: 699.95px)", { noSsr: true });
    return narrow && props.stacks ? <Blocks {...props} /> : <Rows {...props} />;
}

function Rows<T>({ label, columns, rows, keyOf, maxHeight }: SimpleTableProps<T>) {
    const look = (column: SimpleColumn<T>) => (column.right ? { whiteSpace: "nowrap" } : {});
    return (
        <TableContainer tabIndex={0} role="group" aria-label={label} sx={maxHeight === undefined ? {} : { maxHeight }}>
            <Table size="small" stickyHeader={maxHeight !== undefined} sx={NARROW}>
                <TableHead>
                    <TableRow>
                        {columns.map((column) => (
                            <TableCell key={column.name} align={column.right ? "right" : "left"}>
                                <Hinted text={column.head ?? column.name} hint={column.hint} />
                            </TableCell>
                        ))}
                    </TableRow>
                </TableHead>
                <TableBody>
                    {rows.map((row, index) => (
                        <TableRow key={keyOf(row, index)}>
                            {columns.map((column, place) => (
                                <TableCell
                                    key={column.name}
                                    {...(place === 0 ? { component: "th", scope: "row" } : {})}
                                    align={column.right ? "right" : "left"}
                                    sx={look(column)}
                                >
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

function Blocks<T>({ label, columns, rows, keyOf, maxHeight }: SimpleTableProps<T>) {
    const [first, ...rest] = columns;
    const scrolls = maxHeight === undefined ? {} : { maxHeight, overflowY: "auto" };
    return (
        <Stack
            component="ul"
            aria-label={label}
            spacing={1.5}
            {...(maxHeight === undefined ? {} : { tabIndex: 0 })}
            sx={{ listStyle: "none", p: 0, m: 0, ...scrolls }}
        >
            {rows.map((row, index) => (
                <Box
                    component="li"
                    key={keyOf(row, index)}
                    sx={{ borderTop: index === 0 ? 0 : 1, borderColor: "divider", pt: index === 0 ? 0 : 1.5 }}
                >
                    <Box sx={{ fontWeight: 600, mb: 0.5 }}>{first?.show(row)}</Box>
                    <Facts
                        right={2 * rest.filter((column) => column.right).length >= rest.length}
                        rows={rest.map((column) => [column.name, column.show(row)])}
                    />
                </Box>
            ))}
        </Stack>
    );
}
