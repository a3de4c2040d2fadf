import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { useCallback } from "react";

import type { Schemas } from "@/api/client";
import { axis, Chart, type ChartOption, tooltip } from "@/charts/Chart";
import type { ChartColours } from "@/charts/colours";
import { EmptyState } from "@/components/EmptyState";
import { ChartSkeleton } from "@/components/Loading";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { fixed, short, whole } from "@/format/number";
import { plain } from "@/format/parameters";
import { useUrlState } from "@/hooks/useUrlState";

import { useConvergence } from "./useRun";

type Course = Schemas["Convergence"];

const URL_STATE = { course: "" };

/** How the best result grew with what was tried, and what luck would have shown by then. */
export function Convergence({ run, live }: { run: Schemas["RunDetail"]; live: boolean }) {
    const query = useConvergence(run.id, live);
    const [{ course }, change] = useUrlState(URL_STATE);
    const strategies = [...new Set((query.data ?? []).map((one) => one.strategy))];
    const chosen = strategies.includes(course) ? course : "";
    return (
        <Panel
            title="Convergence"
            about="The best Sharpe ratio on the search part so far, over the candidates tried. Whatever is searched, the best of many tries rises; the dashed line is how far luck alone would bring as many independent ones."
            actions={
                strategies.length > 1 && (
                    <TextField
                        select
                        label="Strategy"
                        value={chosen}
                        onChange={(event) => change({ course: event.target.value })}
                        sx={{ minWidth: 150 }}
                        slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
                    >
                        <MenuItem value="">all</MenuItem>
                        {strategies.map((one) => (
                            <MenuItem key={one} value={one}>
                                {plain(one)}
                            </MenuItem>
                        ))}
                    </TextField>
                )
            }
        >
            <Loaded query={query} title="The course cannot be shown" skeleton={<ChartSkeleton />}>
                {(courses) =>
                    courses.length === 0 ? (
                        <EmptyState title="No batch is done yet">
                            The first point comes with the first batch.
                        </EmptyState>
                    ) : (
                        <Lines courses={picked(courses, chosen)} />
                    )
                }
            </Loaded>
        </Panel>
    );
}

/** The whole search of each strategy; of a single one, its methods too. */
function picked(courses: readonly Course[], strategy: string): Course[] {
    const names = new Set(courses.map((one) => one.strategy));
    const only = strategy !== "" ? strategy : names.size === 1 ? [...names][0] : undefined;
    if (only !== undefined) return courses.filter((one) => one.strategy === only);
    return [...names].flatMap((name) => courses.find((one) => one.strategy === name) ?? []);
}

function Lines({ courses }: { courses: Course[] }) {
    const several = new Set(courses.map((one) => one.strategy)).size > 1;
    const name = useCallback(
        (one: Course, place: number) =>
            several
                ? plain(one.strategy)
                : place === 0
                  ? `best so far, ${plain(one.method)}`
                  : `by ${plain(one.method)}`,
        [several],
    );
    const option = useCallback((colours: ChartColours) => drawn(courses, name, colours), [courses, name]);
    const first = courses[0]?.points.at(-1);
    return (
        <Chart
            height={300}
            option={option}
            label={`Best Sharpe ratio over candidates: ${courses.map((one, place) => `${name(one, place)} ends at ${fixed(one.points.at(-1)?.best_sharpe)}`).join(", ")}; luck would reach ${fixed(first?.luck_sharpe)}.`}
            table={() => ({
                columns: ["course", "candidates", "best Sharpe", "luck would reach"],
                rows: courses.flatMap((one, place) =>
                    one.points.map((point) => [
                        name(one, place),
                        whole(point.done),
                        fixed(point.best_sharpe),
                        fixed(point.luck_sharpe),
                    ]),
                ),
            })}
        />
    );
}

function drawn(courses: Course[], name: (one: Course, place: number) => string, colours: ChartColours): ChartOption {
    const longest = [...courses].sort((a, b) => (b.points.at(-1)?.done ?? 0) - (a.points.at(-1)?.done ?? 0))[0];
    return {
        legend: { top: 0, type: "scroll", textStyle: { color: colours.text } },
        tooltip: {
            ...tooltip(colours),
            valueFormatter: (value: unknown) => fixed(typeof value === "number" ? value : null),
        },
        grid: { left: 8, right: 24, top: 40, bottom: 8, outerBoundsMode: "same" },
        xAxis: axis(colours, {
            type: "value",
            name: "candidates tried",
            nameLocation: "middle",
            nameGap: 26,
            min: "dataMin",
            max: "dataMax",
            splitLine: { show: false },
            axisLabel: { color: colours.faint, hideOverlap: true, formatter: (value: number) => short(value) },
        }),
        yAxis: axis(colours, {
            type: "value",
            name: "Sharpe ratio",
            scale: true,
            axisLabel: { color: colours.faint, formatter: (value: number) => fixed(value, 1) },
        }),
        series: [
            ...courses.map((one, place) => ({
                name: name(one, place),
                type: "line",
                step: "end",
                showSymbol: one.points.length < 30,
                symbol: ["circle", "diamond", "triangle", "rect"][place % 4],
                symbolSize: 6,
                lineStyle: { width: place === 0 ? 2.5 : 1.5, type: place === 0 ? "solid" : [6, 2 + place] },
                data: one.points.map((point) => [point.done, point.best_sharpe]),
            })),
            {
                name: "luck would reach",
                type: "line",
                showSymbol: false,
                color: colours.faint,
                lineStyle: { width: 1.5, type: "dashed" },
                data: (longest?.points ?? []).map((point) => [point.done, point.luck_sharpe]),
            },
        ],
    };
}
