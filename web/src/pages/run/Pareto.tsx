import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";

import { client, held, type Schemas } from "@/api/client";
import { axis, Chart, type ChartOption, tooltip } from "@/charts/Chart";
import type { ChartColours } from "@/charts/colours";
import { EmptyState } from "@/components/EmptyState";
import { ChartSkeleton } from "@/components/Loading";
import { Loaded } from "@/components/Loaded";
import { SimpleTable } from "@/components/SimpleTable";
import { fixed, percent, whole } from "@/format/number";
import { plain, setting } from "@/format/parameters";

import { measure, MEASURES } from "./measures";
import { trialsOf } from "./useRun";

type Row = Record<string, unknown>;

const SHOWN = 12;
const RESULTS = new Set([...MEASURES.map((one) => one.name), "strategy", "eligible", "rule"]);

/** Candidates that no other one beats in Sharpe ratio, drawdown and turnover at once. */
export function Pareto({ run }: { run: Schemas["RunDetail"] }) {
    const query = useQuery({
        queryKey: [...trialsOf(run.id), run.status === "completed", "front"],
        queryFn: () => held(client.GET("/runs/{run_id}/front", { params: { path: { run_id: run.id } } })),
        staleTime: Infinity,
    });
    return (
        <Loaded query={query} title="The front cannot be drawn" skeleton={<ChartSkeleton height={380} />}>
            {(found) =>
                found.considered === 0 ? (
                    <EmptyState title="No candidate was active enough">
                        A front needs candidates with enough trades. Wider ranges or a longer period give them.
                    </EmptyState>
                ) : (
                    <>
                        <Typography variant="body2" color="textSecondary" sx={{ maxWidth: "75ch" }}>
                            {whole(found.front.length)} of {whole(found.considered)} candidates are on the front: any
                            other is no better in Sharpe ratio, drawdown and turnover together. Large circles trade
                            little. It says nothing about luck; the test above does.
                        </Typography>
                        <Points found={found} />
                        <Best rows={found.front} />
                    </>
                )
            }
        </Loaded>
    );
}

function number(row: Row, name: string): number {
    return typeof row[name] === "number" ? row[name] : NaN;
}

function parameters(row: Row): string {
    if (typeof row["rule"] === "string") return row["rule"];
    return Object.entries(row)
        .filter(([name]) => !RESULTS.has(name))
        .map(([name, value]) => `${plain(name)} ${setting(name, value)}`)
        .join(", ");
}

function Points({ found }: { found: Schemas["Front"] }) {
    const option = useCallback((colours: ChartColours) => drawn(found, colours), [found]);
    const [best] = found.front;
    return (
        <Chart
            height={380}
            option={option}
            label={`Sharpe ratio over drawdown of ${found.considered} candidates; the best on the front has ${fixed(best && number(best, "sharpe_ratio"))} at a drawdown of ${percent(best && number(best, "max_drawdown"))}.`}
            table={() => ({
                columns: ["strategy", "Sharpe", "drawdown", "turnover"],
                rows: found.front.map((row) => [
                    plain(String(row["strategy"])),
                    fixed(number(row, "sharpe_ratio")),
                    percent(number(row, "max_drawdown")),
                    fixed(number(row, "turnover"), 1),
                ]),
            })}
        />
    );
}

function drawn(found: Schemas["Front"], colours: ChartColours): ChartOption {
    const turnovers = [...found.front, ...found.others].map((row) => number(row, "turnover"));
    const most = Math.max(...turnovers, 1e-9);
    const size = (turnover: number) => 5 + 8 * (1 - Math.sqrt(Math.max(0, turnover) / most));
    const data = (rows: readonly Row[]) =>
        rows.map((row) => ({
            value: [number(row, "max_drawdown"), number(row, "sharpe_ratio"), number(row, "turnover")],
            name: `${plain(String(row["strategy"]))}\n${parameters(row).replaceAll(", ", "\n").slice(0, 400)}`,
        }));
    return {
        legend: { top: 0, textStyle: { color: colours.text } },
        tooltip: {
            ...tooltip(colours),
            trigger: "item",
            formatter: (one: { name: string; value: [number, number, number] }) =>
                `${one.name}\nSharpe ${fixed(one.value[1])}, drawdown ${percent(one.value[0])}, turnover ${fixed(one.value[2], 1)}`,
        },
        grid: { left: 8, right: 24, top: 40, bottom: 28, outerBoundsMode: "same" },
        xAxis: axis(colours, {
            type: "value",
            name: "largest drawdown",
            nameLocation: "middle",
            nameGap: 26,
            axisLabel: { color: colours.faint, formatter: (value: number) => percent(value, 0) },
        }),
        yAxis: axis(colours, { type: "value", name: "Sharpe ratio", scale: true }),
        series: [
            {
                name: "others",
                type: "scatter",
                data: data(found.others),
                symbolSize: 4,
                color: colours.faint,
                itemStyle: { opacity: 0.35 },
                large: false,
            },
            {
                name: "on the front",
                type: "scatter",
                data: data(found.front),
                symbolSize: (value: number[]) => size(value[2] ?? 0),
                color: colours.series[0],
                itemStyle: { opacity: 0.85, borderColor: colours.ground, borderWidth: 1 },
            },
        ],
    };
}

function Best({ rows }: { rows: readonly Row[] }) {
    const names = ["sharpe_ratio", "max_drawdown", "turnover", "total_return", "n_trades"];
    return (
        <>
            <SimpleTable
                label="The front"
                stacks
                rows={rows.slice(0, SHOWN)}
                keyOf={(_, place) => String(place)}
                columns={[
                    {
                        name: "Strategy",
                        show: (row) => (
                            <>
                                <Typography variant="body2" sx={{ fontWeight: 600 }}>
                                    {plain(String(row["strategy"]))}
                                </Typography>
                                <Typography variant="body2" color="textSecondary" sx={{ overflowWrap: "anywhere" }}>
                                    {parameters(row)}
                                </Typography>
                            </>
                        ),
                    },
                    ...names.map((name) => ({
                        name: measure(name).label,
                        right: true,
                        show: (row: Row) => measure(name).format(number(row, name)),
                    })),
                ]}
            />
            {rows.length > SHOWN && (
                <Typography variant="body2" color="textSecondary">
                    The first {SHOWN} by Sharpe ratio; the button above the table lists all {whole(rows.length)}.
                </Typography>
            )}
        </>
    );
}
