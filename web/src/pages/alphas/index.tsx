import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import LinearProgress from "@mui/material/LinearProgress";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import TablePagination from "@mui/material/TablePagination";
import useMediaQuery from "@mui/material/useMediaQuery";
import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { Link } from "react-router";

import { AdminOnly } from "@/components/AdminOnly";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNotice } from "@/components/ErrorNotice";
import { RowsSkeleton } from "@/components/Loading";
import { PageHeader } from "@/components/PageHeader";
import { useUrlState } from "@/hooks/useUrlState";
import { AlphaCards } from "@/pages/alphas/AlphaCards";
import { AlphaTable } from "@/pages/alphas/AlphaTable";
import { chosenColumns, COLUMNS } from "@/pages/alphas/columns";
import { FilterBar } from "@/pages/alphas/FilterBar";
import { alphasQuery } from "@/pages/alphas/queries";
import { DEFAULTS, narrowing, type Search } from "@/pages/alphas/search";
import { SortField } from "@/pages/alphas/SortField";
import { ColumnMenu, CompareButton, ExportMenu } from "@/pages/alphas/Tools";

const ROWS = [25, 50, 100]; // of a page
const MOST_CHOSEN = 50; // that can be correlated

/** Every accepted alpha: filtered, sorted, compared, exported. */
export default function Alphas() {
    const [told, change] = useUrlState(DEFAULTS);
    const search = { ...told, rows: ROWS.includes(told.rows) ? told.rows : DEFAULTS.rows };
    const narrow = useMediaQuery("(max-width: 699.95px)", { noSsr: true });
    const found = useQuery(alphasQuery(search));
    const filter = useCallback((changes: Partial<Search>) => change({ ...changes, page: 1 }), [change]);
    const { chosen } = told;
    const choose = useCallback(
        (id: string, wanted: boolean) =>
            change({ chosen: wanted ? [...chosen, id].slice(-MOST_CHOSEN) : chosen.filter((one) => one !== id) }),
        [change, chosen],
    );
    const total = found.data?.total ?? 0;
    const columns = chosenColumns(search.columns);
    const shared = { columns, chosen, onChoose: choose, alphas: found.data?.items ?? [] };
    return (
        <>
            <PageHeader
                title="Alphas"
                about="Rules that beat what luck would have reached among everything that was tried, and that earned on days the search never saw."
                actions={
                    <>
                        <CompareButton chosen={chosen} onClear={() => change({ chosen: [] })} />
                        <ColumnMenu keys={search.columns} onChange={(keys) => change({ columns: keys })} />
                        <ExportMenu search={search} total={total} />
                    </>
                }
            />
            <FilterBar search={search} onChange={filter} />
            {found.error && !found.data && (
                <ErrorNotice
                    error={found.error}
                    title="The alphas cannot be shown"
                    onRetry={() => void found.refetch()}
                />
            )}
            {found.isPending && <RowsSkeleton rows={10} />}
            {found.data && found.data.items.length === 0 && <Nothing narrowed={narrowing(search) > 0} />}
            {found.data && found.data.items.length > 0 && (
                <Paper
                    variant="outlined"
                    sx={{
                        overflow: "hidden",
                        border: narrow ? 0 : undefined,
                        bgcolor: narrow ? "transparent" : undefined,
                    }}
                >
                    <Box sx={{ height: 4 }}>
                        {found.isFetching && found.isPlaceholderData && (
                            <LinearProgress aria-label="loading the page" />
                        )}
                    </Box>
                    {narrow ? (
                        <Stack spacing={1.5}>
                            <SortField
                                columns={COLUMNS}
                                sort={search.sort}
                                descending={search.descending}
                                onSort={(sort, descending) => filter({ sort, descending })}
                            />
                            <AlphaCards {...shared} />
                        </Stack>
                    ) : (
                        <AlphaTable
                            {...shared}
                            sort={search.sort}
                            descending={search.descending}
                            onSort={(sort, descending) => filter({ sort, descending })}
                        />
                    )}
                    <TablePagination
                        component="div"
                        count={total}
                        page={Math.min(Math.max(0, search.page - 1), Math.max(0, Math.ceil(total / search.rows) - 1))}
                        rowsPerPage={search.rows}
                        rowsPerPageOptions={ROWS}
                        showFirstButton={!narrow}
                        showLastButton={!narrow}
                        onPageChange={(_, page) => change({ page: page + 1 }, { replace: false })}
                        onRowsPerPageChange={(event) => filter({ rows: Number(event.target.value) })}
                    />
                </Paper>
            )}
        </>
    );
}

function Nothing({ narrowed }: { narrowed: boolean }) {
    if (narrowed)
        return (
            <EmptyState title="No alpha matches these filters">
                Widen or clear a filter above to see more of them.
            </EmptyState>
        );
    return (
        <EmptyState
            title="No alpha has been found yet"
            action={
                <AdminOnly>
                    <Button component={Link} to="/discover" variant="contained">
                        Start a discovery
                    </Button>
                </AdminOnly>
            }
        >
            That is the usual outcome: most searches find nothing that luck could not have found too. Each new search on
            other markets, strategies or a longer history is another chance, and is counted as one.
        </EmptyState>
    );
}
