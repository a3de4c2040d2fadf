import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Checkbox from "@mui/material/Checkbox";
import ListItemText from "@mui/material/ListItemText";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TablePagination from "@mui/material/TablePagination";
import TextField from "@mui/material/TextField";
import useMediaQuery from "@mui/material/useMediaQuery";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link as RouterLink } from "react-router";

import { client, held, paged } from "@/api/client";
import { AdminOnly } from "@/components/AdminOnly";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { PageHeader } from "@/components/PageHeader";
import { Panel } from "@/components/Panel";
import { plain } from "@/format/parameters";
import { useUrlState } from "@/hooks/useUrlState";

import { Cards } from "./Cards";
import { Rows } from "./Rows";
import { isOrder } from "./order";

const URL_STATE = { state: [] as string[], method: "", text: "", sort: "start_time", up: false, page: 0, rows: 25 };
const STATES = ["queued", "running", "stopping", "completed", "interrupted", "stopped", "failed"];
const TYPING = 350; // ms without a key before the text is looked for

/** Every run, by filter and page. */
export default function Runs() {
    const [state, change] = useUrlState(URL_STATE);
    const narrow = useMediaQuery("(max-width: 799.95px)", { noSsr: true });
    const sort = isOrder(state.sort) ? state.sort : "start_time";
    const rows = [10, 25, 100].includes(state.rows) ? state.rows : 25;
    const states = state.state.filter((one) => STATES.includes(one));
    const query = useQuery({
        queryKey: ["runs", "list", states, state.method, state.text, sort, state.up, state.page, rows],
        queryFn: () =>
            paged(
                client.GET("/runs", {
                    params: {
                        query: {
                            sort,
                            descending: !state.up,
                            limit: rows,
                            offset: Math.max(0, state.page) * rows,
                            ...(states.length > 0 ? { state: states } : {}),
                            ...(state.method === "" ? {} : { method: state.method }),
                            ...(state.text === "" ? {} : { text: state.text }),
                        },
                    },
                }),
            ),
        placeholderData: keepPreviousData,
    });
    const options = useQuery({
        queryKey: ["campaign options"],
        queryFn: () => held(client.GET("/config/campaign")),
        staleTime: Infinity,
    });
    const filtered = states.length > 0 || state.method !== "" || state.text !== "";
    const clear = () => change({ state: [], method: "", text: "", page: 0 });
    const start = (
        <AdminOnly>
            <Button variant="contained" component={RouterLink} to="/discover">
                New discovery
            </Button>
        </AdminOnly>
    );
    return (
        <>
            <PageHeader
                title="Runs"
                about="Every search that was asked for, with what it tried and what came of it. What was tried stays counted, whatever became of the run."
                actions={start}
            />
            <Panel title="All runs">
                <Stack direction="row" spacing={1.5} useFlexGap sx={{ flexWrap: "wrap", mb: 1.5 }}>
                    <Search key={state.text} text={state.text} onText={(text) => change({ text, page: 0 })} />
                    <TextField
                        select
                        label="State"
                        value={states}
                        onChange={(event) => change({ state: event.target.value as unknown as string[], page: 0 })}
                        sx={{ minWidth: 150, maxWidth: 260 }}
                        slotProps={{
                            inputLabel: { shrink: true },
                            select: {
                                multiple: true,
                                displayEmpty: true,
                                renderValue: (chosen: unknown) => (chosen as string[]).join(", ") || "any",
                            },
                        }}
                    >
                        {STATES.map((one) => (
                            <MenuItem key={one} value={one} dense>
                                <Checkbox size="small" checked={states.includes(one)} sx={{ p: 0.5, mr: 1 }} />
                                <ListItemText primary={one} />
                            </MenuItem>
                        ))}
                    </TextField>
                    <TextField
                        select
                        label="Method"
                        value={state.method}
                        onChange={(event) => change({ method: event.target.value, page: 0 })}
                        sx={{ minWidth: 140 }}
                        slotProps={{ inputLabel: { shrink: true }, select: { displayEmpty: true } }}
                    >
                        <MenuItem value="">any</MenuItem>
                        {(options.data?.methods ?? []).map((one) => (
                            <MenuItem key={one.name} value={one.name}>
                                {plain(one.name)}
                            </MenuItem>
                        ))}
                    </TextField>
                    {filtered && <Button onClick={clear}>Clear filters</Button>}
                </Stack>
                <Loaded query={query} title="The runs cannot be shown">
                    {({ items, total }) =>
                        total === 0 ? (
                            <EmptyState
                                title={filtered ? "No run matches" : "Nothing was searched yet"}
                                action={filtered ? <Button onClick={clear}>Clear filters</Button> : start}
                            >
                                {filtered
                                    ? "Take a filter away to see more."
                                    : "A discovery searches strategies on your prices, and reports only what luck cannot explain. The prices that ship with the package are enough for a first one."}
                            </EmptyState>
                        ) : (
                            <Box aria-busy={query.isFetching}>
                                {narrow ? (
                                    <Cards
                                        runs={items}
                                        sort={sort}
                                        up={state.up}
                                        onOrder={(by, up) => change({ sort: by, up, page: 0 })}
                                    />
                                ) : (
                                    <Rows
                                        runs={items}
                                        sort={sort}
                                        up={state.up}
                                        onOrder={(by, up) => change({ sort: by, up, page: 0 })}
                                    />
                                )}
                                <TablePagination
                                    component="div"
                                    count={total}
                                    page={Math.min(state.page, Math.max(0, Math.ceil(total / rows) - 1))}
                                    rowsPerPage={rows}
                                    rowsPerPageOptions={[10, 25, 100]}
                                    onPageChange={(_, page) => change({ page })}
                                    onRowsPerPageChange={(event) =>
                                        change({ rows: Number(event.target.value), page: 0 })
                                    }
                                />
                            </Box>
                        )
                    }
                </Loaded>
            </Panel>
        </>
    );
}

/** A text to look for, passed on once nobody types any more. */
function Search({ text, onText }: { text: string; onText: (text: string) => void }) {
    const [typed, setTyped] = useState(text);
    useEffect(() => {
        if (typed === text) return undefined;
        const timer = setTimeout(() => onText(typed), TYPING);
        return () => clearTimeout(timer);
    });
    return (
        <TextField
            type="search"
            label="Symbol, strategy or run"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            sx={{ minWidth: 220 }}
        />
    );
}
