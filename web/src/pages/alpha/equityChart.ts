import type { Schemas } from "@/api/client";
import { axis, type ChartOption, tooltip } from "@/charts/Chart";
import type { ChartColours } from "@/charts/colours";
import { ALONG, band, line, ms, perCent, points, profitAxis, type Seen } from "@/charts/time";
import { percent } from "@/format/number";
import { utcDay } from "@/format/time";

type Equity = Schemas["Equity"];

const NAMES = {
    own: "after costs",
    adjusted: "without the market's drift",
    luck: "luck alone: average to one in twenty",
};

/** Profit so far with the reach of luck, the drawdown below it, and the parts of the history shaded. */
export function equityOption(equity: Equity, colours: ChartColours, seen: Seen = null): ChartOption {
    const less = (values: readonly number[]) => values.map((value) => value - 1);
    const reach = equity.reach.flatMap((one, k) =>
        band(one.time, one.low, one.high, {
            name: NAMES.luck,
            colour: colours.series[4] ?? colours.faint,
            stack: `luck ${k}`,
        }),
    );
    const x = (gridIndex: number, more: Record<string, unknown>) =>
        axis(colours, {
            type: "time",
            gridIndex,
            min: ms(equity.parts.start ?? ""),
            max: ms(equity.parts.end ?? ""),
            splitLine: { show: false },
            ...more,
        });
    const fall = { type: "value", gridIndex: 1, name: "drawdown", ...ALONG, nameGap: 48, splitNumber: 2 };
    return {
        useUTC: true,
        legend: { top: 0, left: 0, type: "scroll", textStyle: { color: colours.text }, data: Object.values(NAMES) },
        grid: [
            { left: 78, right: 12, top: 40, height: "56%", outerBoundsMode: "none" }, // else each makes room for its own
            { left: 78, right: 12, bottom: 28, height: "20%", outerBoundsMode: "none" },
        ],
        axisPointer: { link: [{ xAxisIndex: "all" }] },
        dataZoom: [{ type: "inside", xAxisIndex: [0, 1], zoomOnMouseWheel: "ctrl", filterMode: "none" }],
        xAxis: [x(0, { axisLabel: { show: false } }), x(1, {})],
        yAxis: [
            profitAxis(colours),
            axis(colours, { ...fall, axisLabel: { color: colours.faint, formatter: perCent } }),
        ],
        tooltip: {
            ...tooltip(colours),
            formatter: (found: unknown) => hover(found),
        },
        series: [
            ...reach,
            line(NAMES.own, points(equity.time, less(equity.equity), seen), colours.series[0] ?? colours.text, {
                markArea: parts(equity, colours, true),
            }),
            line(
                NAMES.adjusted,
                points(equity.time, less(equity.adjusted_equity), seen),
                colours.series[1] ?? colours.text,
                {
                    lineStyle: { width: 1.3, type: "dotted", color: colours.series[1] },
                },
            ),
            line(
                "drawdown",
                points(
                    equity.time,
                    equity.drawdown.map((value) => -value),
                    seen,
                ),
                colours.loss,
                {
                    xAxisIndex: 1,
                    yAxisIndex: 1,
                    areaStyle: { color: colours.loss, opacity: 0.2 },
                    lineStyle: { width: 1, color: colours.loss },
                    markArea: parts(equity, colours, false),
                },
            ),
        ],
    };
}

function parts({ parts: at }: Equity, colours: ChartColours, named: boolean) {
    const [training, embargo, vault] = colours.areas;
    const label = { show: named, position: "insideTop", color: colours.faint, fontSize: 11 };
    const area = (name: string, from: string | undefined, to: string | undefined, color: string) => [
        { name, xAxis: ms(from ?? ""), itemStyle: { color }, label },
        { xAxis: ms(to ?? "") },
    ];
    return {
        silent: true,
        data: [
            area("search part", at.start, at.search_end, training),
            area("", at.search_end, at.vault_start, embargo),
            area("vault", at.vault_start, at.end, vault),
        ],
    };
}

interface Hovered {
    seriesName: string;
    value: [number, number | null];
}

function hover(found: unknown): string {
    const all = (Array.isArray(found) ? found : [found]) as Hovered[];
    const shown = all.filter((one) => !one.seriesName.startsWith(NAMES.luck));
    const rows = shown.map((one) => `${one.seriesName}: ${percent(one.value[1])}`);
    return [`${utcDay(shown[0]?.value[0])} UTC`, ...rows].join("\n");
}

/** What the chart shows, in words with its numbers. */
export function equityLabel(equity: Equity): string {
    const last = equity.equity.at(-1) ?? 1;
    const deepest = equity.drawdown.reduce((most, one) => Math.max(most, one), 0);
    return (
        `Profit after costs from ${utcDay(equity.parts.start)} to ${utcDay(equity.parts.end)}: ${percent(last - 1)} in ` +
        `all, with a largest drawdown of ${percent(deepest)}. The vault begins on ${utcDay(equity.parts.vault_start)}.`
    );
}
