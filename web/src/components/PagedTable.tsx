import TablePagination from "@mui/material/TablePagination";
import type { UseQueryResult } from "@tanstack/react-query";

import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { SimpleTable, type SimpleTableProps } from "@/components/SimpleTable";

interface PagedTableProps<T> extends Omit<SimpleTableProps<T>, "rows"> {
    query: UseQueryResult<{ items: T[]; total: number }>;
    /** What could not be shown if it fails. */
    title: string;
    /** Said where there is no row. */
    empty: string;
    /** From 1. */
    page: number;
    size: number;
    onPage: (page: number) => void;
}

/** Rows of the server, a page of them. */
export function PagedTable<T>({ query, title, empty, page, size, onPage, ...table }: PagedTableProps<T>) {
    return (
        <Loaded query={query} title={title}>
            {({ items, total }) =>
                total === 0 ? (
                    <EmptyState title={empty} />
                ) : (
                    <>
                        <SimpleTable {...table} rows={items} />
                        {total > size && (
                            <TablePagination
                                component="div"
                                count={total}
                                page={Math.min(page - 1, Math.ceil(total / size) - 1)}
                                rowsPerPage={size}
                                rowsPerPageOptions={[size]}
                                onPageChange={(_, next) => onPage(next + 1)}
                            />
                        )}
                    </>
                )
            }
        </Loaded>
    );
}
