import type { Schemas } from "@/api/client";
import { axis, type ChartOption, tooltip } from "@/charts/Chart";
import type { ChartColours } from "@/charts/colours";
import { ALONG, line, points, type Seen } from "@/charts/time";
import { money, percent } from "@/format/number";
import { utcTime } from "@/format/time";

type Equity = Schemas["PortfolioEquity"];

/** What the bots of a portfolio are worth together at bar closes, beside what was paid in. */
export function portfolioOption(found: Equity, colours: ChartColours, seen: Seen = null): ChartOption {
    const paid = found.time.map(() => found.capital);
    return {
        useUTC: true,
        legend: { top: 0, left: 0, textStyle: { color: colours.text }, data: ["worth", "paid in"] },
        grid: { left: 76, right: 16, top: 40, bottom: 28 },
        dataZoom: [{ type: "inside", zoomOnMouseWheel: "ctrl", filterMode: "none" }],
        xAxis: axis(colours, { type: "time", splitLine: { show: false } }),
        yAxis: axis(colours, { type: "value", scale: true, name: "quote currency", ...ALONG, nameGap: 58 }),
        tooltip: {
            ...tooltip(colours),
            formatter: (hovered: unknown) => {
                const all = hovered as { seriesName: string; value: [number, number] }[];
                return [
                    utcTime(all[0]?.value[0]),
                    ...all.map((one) => `${one.seriesName}: ${money(one.value[1])}`),
                ].join("\n");
            },
        },
        series: [
            line("paid in", points(found.time, paid), colours.faint, {
                lineStyle: { width: 1.3, type: "dashed", color: colours.faint },
            }),
            line("worth", points(found.time, found.equity, seen), colours.series[1] ?? colours.text, { z: 5 }),
        ],
    };
}

/** The course in words, for those who do not see the chart. */
export function portfolioLabel({ capital, equity, max_drawdown }: Equity): string {
    const last = equity.at(-1) ?? capital;
    const fall = `its deepest fall was ${percent(max_drawdown, 2)}`;
    return `Worth of the portfolio at bar closes, from ${money(capital)} to ${money(last)}; ${fall}.`;
}
