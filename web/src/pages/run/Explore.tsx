import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { client, held, type Schemas } from "@/api/client";
import { ApiError } from "@/api/problem";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { TabRow } from "@/components/TabRow";
import { whole } from "@/format/number";
import { plain } from "@/format/parameters";
import { useUrlState } from "@/hooks/useUrlState";

import { Heatmap } from "./Heatmap";
import { Parallel } from "./Parallel";
import { Pareto } from "./Pareto";
import { Trials } from "./Trials";
import { trialsOf, useFreshTrials } from "./useRun";

const TABS = [
    { key: "trials", name: "Trials" },
    { key: "heatmap", name: "Heatmap" },
    { key: "parallel", name: "Parallel coordinates" },
    { key: "pareto", name: "Pareto front" },
];

const URL_STATE = { tried: "trials", strategy: "" };

/** What a run tried, seen in four ways; of a run at work what is checkpointed, which follows its events. */
export function Explore({ run, live, done }: { run: Schemas["RunDetail"]; live: boolean; done: number }) {
    const [state, change] = useUrlState(URL_STATE);
    useFreshTrials(run.id, live, done);
    const over = run.status === "completed";
    const searched = useQuery({
        queryKey: [...trialsOf(run.id), over, "parameters"],
        queryFn: () => held(client.GET("/runs/{run_id}/parameters", { params: { path: { run_id: run.id } } })),
        staleTime: Infinity,
        placeholderData: keepPreviousData,
    });
    if (searched.error instanceof ApiError && searched.error.status === 404 && searched.data === undefined)
        return (
            <Panel title="What was tried">
                <EmptyState title="Nothing is stored yet">
                    {live
                        ? "Trials, heatmap, parallel coordinates and Pareto front appear with the first checkpoint of the search, and follow it."
                        : "The run ended before its first checkpoint. Resume it, or run its campaign again."}
                </EmptyState>
            </Panel>
        );
    const tab = TABS.some(({ key }) => key === state.tried) ? state.tried : "trials";
    return (
        <Panel title="What was tried">
            <TabRow
                label="Ways to look at what was tried"
                tabs={TABS}
                value={tab}
                onChange={(key) => change({ tried: key })}
            >
                <Loaded query={searched} title="What was tried cannot be shown">
                    {(strategies) => {
                        const chosen =
                            strategies.find((one) => one.strategy === state.strategy) ??
                            (tab === "trials" || tab === "pareto" ? undefined : strategies[0]);
                        return (
                            <Stack spacing={2}>
                                {!over && <SoFar strategies={strategies} run={run} live={live} />}
                                {tab !== "pareto" && strategies.length > 1 && (
                                    <TextField
                                        select
                                        label="Strategy"
                                        value={chosen?.strategy ?? ""}
                                        onChange={(event) => change({ strategy: event.target.value })}
                                        slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
                                        sx={{ maxWidth: 280 }}
                                    >
                                        {tab === "trials" && <MenuItem value="">all</MenuItem>}
                                        {strategies.map((one) => (
                                            <MenuItem key={one.strategy} value={one.strategy}>
                                                {plain(one.strategy)} ({whole(one.tried)})
                                            </MenuItem>
                                        ))}
                                    </TextField>
                                )}
                                {tab === "trials" && (
                                    <Trials run={run} strategies={strategies} strategy={chosen?.strategy ?? ""} />
                                )}
                                {tab === "pareto" && <Pareto run={run} />}
                                {tab === "heatmap" && chosen && (
                                    <Parameters one={chosen}>
                                        <Heatmap key={chosen.strategy} run={run} searched={chosen} />
                                    </Parameters>
                                )}
                                {tab === "parallel" && chosen && (
                                    <Parameters one={chosen}>
                                        <Parallel run={run} searched={chosen} />
                                    </Parameters>
                                )}
                            </Stack>
                        );
                    }}
                </Loaded>
            </TabRow>
        </Panel>
    );
}

function Parameters({ one, children }: { one: Schemas["SearchedStrategy"]; children: React.ReactNode }) {
    if (one.parameters.length > 1) return <>{children}</>;
    return (
        <Typography color="textSecondary">
            {one.parameters.length === 0
                ? "Each candidate of this search is a rule of its own, so there are no parameters to lay out. The trials show the rules."
                : "Only one parameter was searched; the trials, sorted by it, show how the result depends on it."}
        </Typography>
    );
}

function SoFar({ strategies, run, live }: SoFarProps) {
    const tried = strategies.reduce((sum, one) => sum + one.tried, 0);
    return (
        <Typography variant="body2" color="textSecondary" role="status">
            {whole(tried)} of {whole(run.strategies_tested)} candidates tried so far are checkpointed
            {live ? "; this follows the search." : "."} Nothing of it is judged yet: the best of many is high by luck
            alone.
        </Typography>
    );
}

interface SoFarProps {
    strategies: readonly Schemas["SearchedStrategy"][];
    run: Schemas["RunDetail"];
    live: boolean;
}
