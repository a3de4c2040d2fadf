import type { Schemas } from "@/api/client";
import { axis, type ChartOption, tooltip } from "@/charts/Chart";
import type { ChartColours } from "@/charts/colours";
import { line, points, profitAxis } from "@/charts/time";
import { percent } from "@/format/number";
import { plain } from "@/format/parameters";
import { utcDay } from "@/format/time";

/** What stands for an alpha on the page: A, B, ... Z, AA. */
export function letter(place: number): string {
    const last = String.fromCharCode(65 + (place % 26));
    return place < 26 ? last : letter(Math.floor(place / 26) - 1) + last;
}

const DASHES = ["solid", "dashed", "dotted", "solid", "dashed", "dotted"] as const;

/** The profit of several alphas over time: told apart by colour and by the kind of line. */
export function overlayOption(rows: readonly Schemas["Compared"][], colours: ChartColours): ChartOption {
    return {
        useUTC: true,
        legend: { top: 0, left: 0, type: "scroll", textStyle: { color: colours.text } },
        grid: { left: 74, right: 16, top: 40, bottom: 28 },
        dataZoom: [{ type: "inside", zoomOnMouseWheel: "ctrl", filterMode: "none" }],
        xAxis: axis(colours, { type: "time", splitLine: { show: false } }),
        yAxis: profitAxis(colours),
        tooltip: {
            ...tooltip(colours),
            formatter: (found: unknown) => {
                const all = found as { seriesName: string; value: [number, number] }[];
                return [
                    `${utcDay(all[0]?.value[0])} UTC`,
                    ...all.map((one) => `${one.seriesName}: ${percent(one.value[1])}`),
                ].join("\n");
            },
        },
        series: rows.map((row, k) =>
            line(
                `${letter(k)} ${plain(row.alpha.strategy_type)}`,
                points(
                    row.equity.time,
                    row.equity.equity.map((value) => value - 1),
                ),
                colours.series[k % colours.series.length] ?? colours.text,
                {
                    lineStyle: {
                        width: 1.8,
                        type: DASHES[k % DASHES.length],
                        color: colours.series[k % colours.series.length],
                    },
                },
            ),
        ),
    };
}
