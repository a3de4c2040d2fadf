import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import FormControlLabel from "@mui/material/FormControlLabel";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import Switch from "@mui/material/Switch";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TablePagination from "@mui/material/TablePagination";
import TableRow from "@mui/material/TableRow";
import TableSortLabel from "@mui/material/TableSortLabel";
import TextField from "@mui/material/TextField";
import useMediaQuery from "@mui/material/useMediaQuery";
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { client, held, type Schemas } from "@/api/client";
import { PREFIX } from "@/api/prefix";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { NARROW, SimpleTable } from "@/components/SimpleTable";
import { plain, setting } from "@/format/parameters";
import { useUrlState } from "@/hooks/useUrlState";

import { measure, MEASURES } from "./measures";
import { trialsOf } from "./useRun";

const URL_STATE = { by: "sharpe_ratio", up: false, page: 0, rows: 25, judged: false };
const SHOWN = ["sharpe_ratio", "t", "total_return", "max_drawdown", "profit_factor", "n_trades", "turnover"];

interface TrialsProps {
    run: Schemas["RunDetail"];
    strategies: readonly Schemas["SearchedStrategy"][];
    strategy: string;
}

/** Everything that was tried, a page of it; the files hold all. */
export function Trials({ run, strategies, strategy }: TrialsProps) {
    const [state, change] = useUrlState(URL_STATE);
    const narrow = useMediaQuery("(max-width: 699.95px)", { noSsr: true });
    const own =
        strategies.find((one) => one.strategy === strategy) ?? (strategies.length === 1 ? strategies[0] : undefined);
    const parameters = own?.columns ?? [];
    const results = MEASURES.filter((one) => SHOWN.includes(one.name));
    const sortable = new Set([...results.map((one) => one.name), ...parameters.filter((one) => one !== "rule")]);
    const sort = sortable.has(state.by) ? state.by : "sharpe_ratio";
    const rows = [10, 25, 100].includes(state.rows) ? state.rows : 25;
    const query = useQuery({
        queryKey: [
            ...trialsOf(run.id),
            run.status === "completed",
            "rows",
            strategy,
            sort,
            state.up,
            state.page,
            rows,
            state.judged,
        ],
        queryFn: () =>
            held(
                client.GET("/runs/{run_id}/trials", {
                    params: {
                        path: { run_id: run.id },
                        query: {
                            sort,
                            descending: !state.up,
                            limit: rows,
                            offset: Math.max(0, state.page) * rows,
                            eligible: state.judged,
                            ...(strategy === "" ? {} : { strategy }),
                        },
                    },
                }),
            ),
        placeholderData: keepPreviousData,
        staleTime: Infinity,
    });
    const order = (name: string) =>
        change({ by: name, page: 0, up: sort === name ? !state.up : (measure(name).low ?? false) });
    const head = (name: string, label: string, hint: string, right: boolean) => (
        <TableCell
            key={name}
            align={right ? "right" : "left"}
            sortDirection={sort === name ? (state.up ? "asc" : "desc") : false}
        >
            {sortable.has(name) ? (
                <TableSortLabel
                    active={sort === name}
                    direction={sort === name && state.up ? "asc" : "desc"}
                    onClick={() => order(name)}
                    title={hint}
                >
                    {label}
                </TableSortLabel>
            ) : (
                label
            )}
        </TableCell>
    );
    return (
        <Box>
            <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: "wrap", alignItems: "center", mb: 1 }}>
                <FormControlLabel
                    control={
                        <Switch
                            size="small"
                            checked={state.judged}
                            onChange={(_, judged) => change({ judged, page: 0 })}
                        />
                    }
                    label="only those active enough to be judged"
                />
                <Box sx={{ flex: 1 }} />
                {run.status === "completed" && (
                    <>
                        <Button component="a" size="small" href={`${PREFIX}/runs/${run.id}/trials.csv`} download>
                            All as CSV
                        </Button>
                        <Button component="a" size="small" href={`${PREFIX}/runs/${run.id}/trials.parquet`} download>
                            All as Parquet
                        </Button>
                    </>
                )}
            </Stack>
            <Loaded query={query} title="The trials cannot be shown">
                {(page) =>
                    page.total === 0 ? (
                        <EmptyState title="No candidate matches">
                            {state.judged
                                ? "None had enough trades and days in the market to be judged. Show all, or widen the ranges and search again."
                                : "Nothing was tried."}
                        </EmptyState>
                    ) : (
                        <>
                            {narrow ? (
                                <Blocks rows={page.rows} columns={page.columns} sort={sort} onSort={order} />
                            ) : (
                                <TableContainer tabIndex={0} role="region" aria-label="Trials" sx={{ maxHeight: 640 }}>
                                    <Table size="small" stickyHeader sx={NARROW}>
                                        <TableHead>
                                            <TableRow>
                                                {own === undefined && <TableCell>Strategy</TableCell>}
                                                {results.map((one) => head(one.name, one.label, one.hint, true))}
                                                {parameters.map((name) =>
                                                    head(name, plain(name), `Sort by ${plain(name)}`, name !== "rule"),
                                                )}
                                                {own === undefined && <TableCell>Parameters</TableCell>}
                                            </TableRow>
                                        </TableHead>
                                        <TableBody>
                                            {page.rows.map((row, place) => (
                                                <TableRow key={place} hover>
                                                    {own === undefined && (
                                                        <TableCell>{plain(String(row["strategy"]))}</TableCell>
                                                    )}
                                                    {results.map((one) => (
                                                        <TableCell key={one.name} align="right">
                                                            {one.format(row[one.name] as number | null)}
                                                        </TableCell>
                                                    ))}
                                                    {parameters.map((name) => (
                                                        <TableCell
                                                            key={name}
                                                            align={name === "rule" ? "left" : "right"}
                                                            sx={name === "rule" ? { minWidth: 320 } : {}}
                                                        >
                                                            {setting(name, row[name])}
                                                        </TableCell>
                                                    ))}
                                                    {own === undefined && (
                                                        <TableCell sx={{ minWidth: 220 }}>
                                                            {told(row, page.columns)}
                                                        </TableCell>
                                                    )}
                                                </TableRow>
                                            ))}
                                        </TableBody>
                                    </Table>
                                </TableContainer>
                            )}
                            <TablePagination
                                component="div"
                                count={page.total}
                                page={Math.min(state.page, Math.max(0, Math.ceil(page.total / rows) - 1))}
                                rowsPerPage={rows}
                                rowsPerPageOptions={[10, 25, 100]}
                                onPageChange={(_, next) => change({ page: next })}
                                onRowsPerPageChange={(event) => change({ rows: Number(event.target.value), page: 0 })}
                            />
                        </>
                    )
                }
            </Loaded>
        </Box>
    );
}

interface BlocksProps {
    rows: readonly Record<string, unknown>[];
    columns: readonly string[];
    sort: string;
    onSort: (name: string) => void;
}

/** The same where there is too little room for a table. */
function Blocks({ rows, columns, sort, onSort }: BlocksProps) {
    const results = MEASURES.filter((one) => SHOWN.includes(one.name));
    return (
        <Stack spacing={1.5}>
            <TextField
                select
                label="Sorted by"
                value={results.some((one) => one.name === sort) ? sort : ""}
                onChange={(event) => onSort(event.target.value)}
                sx={{ maxWidth: 220 }}
            >
                {results.map((one) => (
                    <MenuItem key={one.name} value={one.name}>
                        {one.label}
                    </MenuItem>
                ))}
            </TextField>
            <SimpleTable
                label="Trials"
                stacks
                maxHeight={640}
                rows={rows}
                keyOf={(_, place) => String(place)}
                columns={[
                    { name: "Strategy", show: (row) => plain(String(row["strategy"])) },
                    ...results.map((one) => ({
                        name: one.label,
                        right: true,
                        show: (row: Record<string, unknown>) => one.format(row[one.name] as number | null),
                    })),
                    { name: "Parameters", show: (row) => told(row, columns) },
                ]}
            />
        </Stack>
    );
}

/** The parameters of a row of any strategy, in one cell. */
function told(row: Record<string, unknown>, columns: readonly string[]): string {
    const results = new Set([...MEASURES.map((one) => one.name), "strategy", "eligible"]);
    return columns
        .filter((name) => !results.has(name) && row[name] !== undefined)
        .map((name) => (name === "rule" ? String(row[name]) : `${plain(name)} ${setting(name, row[name])}`))
        .join(", ");
}
