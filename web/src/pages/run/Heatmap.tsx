import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import useMediaQuery from "@mui/material/useMediaQuery";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";

import { client, held, type Schemas } from "@/api/client";
import { axis, Chart, type ChartOption, tooltip } from "@/charts/Chart";
import type { ChartColours } from "@/charts/colours";
import { ChartSkeleton } from "@/components/Loading";
import { Loaded } from "@/components/Loaded";
import { NONE, percent, spaced, whole } from "@/format/number";
import { plain } from "@/format/parameters";
import { useUrlState } from "@/hooks/useUrlState";

import { type Measure, measure, MEASURES } from "./measures";
import { reportOf } from "./report";
import { trialsOf } from "./useRun";

const URL_STATE = { x: "", y: "", value: "sharpe_ratio", aggregate: "best" };
const AGGREGATES = ["best", "median", "mean", "count"];
const SIGNED = new Set(["sharpe_ratio", "t", "total_return"]);

interface HeatmapProps {
    run: Schemas["RunDetail"];
    searched: Schemas["SearchedStrategy"];
}

/** A measure over two parameters. */
export function Heatmap({ run, searched }: HeatmapProps) {
    const [state, change] = useUrlState(URL_STATE);
    const names = searched.parameters.map((one) => one.name);
    const [telling] = useState(names); // the order of the first look: axes must not swap while a search goes on
    const x = names.includes(state.x) ? state.x : (telling[0] ?? "");
    const y = names.includes(state.y) && state.y !== x ? state.y : (telling.find((one) => one !== x) ?? "");
    const value = MEASURES.some((one) => one.name === state.value) ? state.value : "sharpe_ratio";
    const aggregate = AGGREGATES.includes(state.aggregate) ? state.aggregate : "best";
    const query = useQuery({
        queryKey: [
            ...trialsOf(run.id),
            run.status === "completed",
            "heatmap",
            searched.strategy,
            x,
            y,
            value,
            aggregate,
        ],
        queryFn: () =>
            held(
                client.GET("/runs/{run_id}/heatmap", {
                    params: {
                        path: { run_id: run.id },
                        query: { strategy: searched.strategy, x, y, value, aggregate },
                    },
                }),
            ),
        staleTime: Infinity,
        placeholderData: keepPreviousData,
    });
    const told = (name: string) => searched.parameters.find((one) => one.name === name)?.influence ?? 0;
    return (
        <>
            <Stack direction="row" spacing={1.5} useFlexGap sx={{ flexWrap: "wrap" }}>
                <Choice
                    label="Across"
                    value={x}
                    options={names}
                    onChange={(next) => change(next === y ? { x: next, y: x } : { x: next })}
                    note={told}
                />
                <Choice
                    label="Up"
                    value={y}
                    options={names.filter((one) => one !== x)}
                    onChange={(next) => change({ y: next })}
                    note={told}
                />
                <TextField
                    select
                    label="Shows"
                    value={value}
                    onChange={(event) => change({ value: event.target.value })}
                    sx={{ minWidth: 140 }}
                >
                    {MEASURES.map((one) => (
                        <MenuItem key={one.name} value={one.name}>
                            {one.label}
                        </MenuItem>
                    ))}
                </TextField>
                <TextField
                    select
                    label="Of a cell the"
                    value={aggregate}
                    onChange={(event) => change({ aggregate: event.target.value })}
                    sx={{ minWidth: 120 }}
                >
                    {AGGREGATES.map((one) => (
                        <MenuItem key={one} value={one}>
                            {one}
                        </MenuItem>
                    ))}
                </TextField>
            </Stack>
            <Loaded query={query} title="The heatmap cannot be drawn" skeleton={<ChartSkeleton height={380} />}>
                {(map) => <Drawn map={map} {...{ x, y, aggregate }} shows={measure(value)} luck={luckOf(run, value)} />}
            </Loaded>
            <Typography variant="body2" color="textSecondary">
                A broad plateau of good cells means more than one bright cell. Beside each name stands how much of the
                variance of t it explains; where a cell is missing, nothing was tried.
            </Typography>
        </>
    );
}

/** Where the colours of a Sharpe ratio are full: at what luck reaches in one search of twenty. */
function luckOf(run: Schemas["RunDetail"], value: string): number | null {
    const { noise } = reportOf(run);
    return value === "sharpe_ratio" ? (noise?.noise_95_sharpe ?? null) : null;
}

interface ChoiceProps {
    label: string;
    value: string;
    options: readonly string[];
    note: (name: string) => number;
    onChange: (next: string) => void;
}

function Choice({ label, value, options, note, onChange }: ChoiceProps) {
    return (
        <TextField
            select
            label={label}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            sx={{ minWidth: 170 }}
        >
            {options.map((one) => (
                <MenuItem key={one} value={one}>
                    {plain(one)} ({percent(note(one), 0)})
                </MenuItem>
            ))}
        </TextField>
    );
}

interface DrawnProps {
    map: Schemas["Heatmap"];
    x: string;
    y: string;
    aggregate: string;
    shows: Measure;
    luck: number | null;
}

function Drawn({ map, x, y, aggregate, shows, luck }: DrawnProps) {
    const wide = useMediaQuery("(min-width: 900px)", { noSsr: true });
    const option = useCallback(
        (colours: ChartColours) => drawn({ map, x, y, aggregate, shows, luck }, wide, colours),
        [map, x, y, aggregate, shows, luck, wide],
    );
    const format = aggregate === "count" ? whole : shows.format;
    return (
        <Chart
            height={Math.max(320, 60 + map.y.length * 26)}
            option={option}
            label={`${aggregate} ${shows.label} over ${plain(x)} (${map.x.length} groups) and ${plain(y)} (${map.y.length} groups).`}
            table={() => ({
                columns: [`${plain(y)} \\ ${plain(x)}`, ...map.x.map(spaced)],
                rows: map.y.map((label, row) => [spaced(label), ...(map.cells[row] ?? []).map((cell) => format(cell))]),
            })}
        />
    );
}

function drawn({ map, x, y, aggregate, shows, luck }: DrawnProps, wide: boolean, colours: ChartColours): ChartOption {
    const cells = map.cells.flatMap((row, up) =>
        row.flatMap((value, across) => (value === null ? [] : [[across, up, value] as [number, number, number]])),
    );
    const values = cells.map(([, , value]) => value);
    const signed = aggregate !== "count" && SIGNED.has(shows.name);
    const most = Math.max(luck ?? 0, ...values.map(Math.abs));
    const format = aggregate === "count" ? whole : shows.format;
    const few = wide && map.x.length <= 16;
    return {
        tooltip: {
            ...tooltip(colours),
            trigger: "item",
            formatter: (one: { value: [number, number, number] }) => {
                const [across, up, value] = one.value;
                const size = map.sizes[up]?.[across] ?? 0;
                return `${plain(x)}: ${spaced(map.x[across] ?? NONE)}\n${plain(y)}: ${spaced(map.y[up] ?? NONE)}\n${aggregate} ${shows.label}: ${format(value)}\n${whole(size)} candidates`;
            },
        },
        grid: { left: 8, right: 8, top: 8, bottom: 72, outerBoundsMode: "same" },
        xAxis: axis(colours, {
            type: "category",
            data: map.x.map(spaced),
            name: plain(x),
            nameLocation: "middle",
            nameGap: 28,
            splitArea: { show: false },
        }),
        yAxis: axis(colours, {
            type: "category",
            data: map.y.map(spaced),
            name: plain(y),
            nameLocation: "middle",
            nameGap: 8,
            nameRotate: 90,
        }),
        visualMap: {
            min: signed ? -most : Math.min(...values),
            max: signed ? most : Math.max(...values),
            calculable: true,
            orient: "horizontal",
            left: "center",
            bottom: 0,
            textStyle: { color: colours.text },
            formatter: (value: number) => format(value),
            inRange: {
                color: [
                    ...(signed
                        ? colours.diverging
                        : shows.low
                          ? [...colours.sequential].reverse()
                          : colours.sequential),
                ],
            },
        },
        series: [
            {
                type: "heatmap",
                data: cells,
                label: { show: few, fontSize: 10, formatter: (one: { value: number[] }) => format(one.value[2]) },
                itemStyle: { borderColor: colours.ground, borderWidth: 1 },
                emphasis: { itemStyle: { borderColor: colours.text, borderWidth: 1.5 } },
            },
        ],
    };
}
