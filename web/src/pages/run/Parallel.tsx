import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";

import { client, held, type Schemas } from "@/api/client";
import { Chart, type ChartOption } from "@/charts/Chart";
import type { ChartColours } from "@/charts/colours";
import { EmptyState } from "@/components/EmptyState";
import { ChartSkeleton } from "@/components/Loading";
import { Loaded } from "@/components/Loaded";
import { whole } from "@/format/number";
import { plain, setting } from "@/format/parameters";
import { useUrlState } from "@/hooks/useUrlState";

import { type Measure, measure, MEASURES } from "./measures";
import { trialsOf } from "./useRun";

const URL_STATE = { by: "sharpe_ratio" };
const LINES = 400;

/** Each line is a candidate: where it lies on every parameter, coloured by its result. */
export function Parallel({ run, searched }: { run: Schemas["RunDetail"]; searched: Schemas["SearchedStrategy"] }) {
    const [{ by }, change] = useUrlState(URL_STATE);
    const value = MEASURES.some((one) => one.name === by) ? by : "sharpe_ratio";
    const query = useQuery({
        queryKey: [...trialsOf(run.id), run.status === "completed", "spread", searched.strategy, value],
        queryFn: () =>
            held(
                client.GET("/runs/{run_id}/spread", {
                    params: { path: { run_id: run.id }, query: { strategy: searched.strategy, value, limit: LINES } },
                }),
            ),
        staleTime: Infinity,
    });
    return (
        <>
            <TextField
                select
                label="Coloured by"
                value={value}
                onChange={(event) => change({ by: event.target.value })}
                sx={{ maxWidth: 200 }}
            >
                {MEASURES.map((one) => (
                    <MenuItem key={one.name} value={one.name}>
                        {one.label}
                    </MenuItem>
                ))}
            </TextField>
            <Loaded query={query} title="The candidates cannot be drawn" skeleton={<ChartSkeleton height={380} />}>
                {(spread) =>
                    spread.rows.length === 0 ? (
                        <EmptyState title="No candidate has this figure">Colour by another one.</EmptyState>
                    ) : (
                        <>
                            <Lines spread={spread} by={measure(value)} />
                            <Typography variant="body2" color="textSecondary">
                                {whole(spread.rows.length)} of {whole(spread.total)} candidates, evenly from the best to
                                the worst. Drag along an axis to keep only the lines that pass there.
                            </Typography>
                        </>
                    )
                }
            </Loaded>
        </>
    );
}

function Lines({ spread, by }: { spread: Schemas["Spread"]; by: Measure }) {
    const option = useCallback((colours: ChartColours) => drawn(spread, by, colours), [spread, by]);
    const names = spread.axes.map((one) => one.name);
    return (
        <Chart
            height={400}
            option={option}
            label={`${spread.rows.length} candidates over ${names.map(plain).join(", ")}, coloured by ${by.label}.`}
            table={() => ({
                columns: [by.label, ...names.map(plain)],
                rows: spread.rows.map((row) => [
                    by.format(row[by.name] as number | null),
                    ...names.map((name) => setting(name, row[name])),
                ]),
            })}
        />
    );
}

function drawn(spread: Schemas["Spread"], by: Measure, colours: ChartColours): ChartOption {
    const values = spread.rows.map((row) => row[by.name] as number);
    const sorted = [...values].sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
    const label = { color: colours.text, backgroundColor: colours.ground, padding: [1, 3], borderRadius: 3 };
    const style = {
        nameTextStyle: { color: colours.text },
        axisLabel: { color: colours.faint },
        axisLine: { lineStyle: { color: colours.faint } },
    };
    const axes = spread.axes.map((one, dim) => ({
        dim,
        name: plain(one.name),
        ...style,
        ...(one.values !== null
            ? { type: "category", data: one.values }
            : one.off
              ? { type: "value", min: 0, max: one.high }
              : { type: "value", min: one.low, max: one.high }),
        axisLabel: {
            ...label,
            ...(one.values === null ? { formatter: (value: number) => setting(one.name, value) } : {}),
        },
    }));
    const dim = axes.length;
    return {
        parallel: { left: 40, right: 90, top: 40, bottom: 64 },
        parallelAxis: [
            ...axes,
            {
                dim,
                name: by.label,
                type: "value",
                scale: true,
                ...style,
                axisLabel: { ...label, formatter: (value: number) => by.format(value) },
            },
        ],
        tooltip: { show: false },
        visualMap: {
            dimension: dim,
            min: at(0.02),
            max: at(0.98),
            calculable: true,
            orient: "horizontal",
            left: "center",
            bottom: 0,
            textStyle: { color: colours.text },
            formatter: (value: number) => by.format(value),
            inRange: { color: [...(by.low ? [...colours.sequential].reverse() : colours.sequential)] },
        },
        series: [
            {
                type: "parallel",
                lineStyle: { width: 1.2, opacity: 0.45 },
                inactiveOpacity: 0.03,
                activeOpacity: 0.8,
                data: [...spread.rows]
                    .reverse()
                    .map((row) => [
                        ...spread.axes.map((one) => (row[one.name] === "off" ? 0 : (row[one.name] as number | string))),
                        row[by.name] as number,
                    ]),
            },
        ],
    };
}
