import type { Schemas } from "@/api/client";
import { axis, type ChartOption, tooltip } from "@/charts/Chart";
import type { ChartColours } from "@/charts/colours";
import { ALONG, band, line, points } from "@/charts/time";
import { money, percent } from "@/format/number";
import { utcTime } from "@/format/time";

type BotEquity = Schemas["BotEquity"];

const EXPECTED = "expected: nine of ten";

/** Equity at bar closes over what its alpha's own past leads one to expect. */
export function botEquityOption(found: BotEquity, colours: ChartColours): ChartOption {
    const { expected } = found;
    const reach = expected
        ? [
              ...band(expected.time, expected.low, expected.high, {
                  name: EXPECTED,
                  colour: colours.series[0] ?? colours.faint,
                  stack: "expected",
                  opacity: 0.18,
              }),
              line("expected: typical", points(expected.time, expected.middle), colours.faint, {
                  lineStyle: { width: 1.3, type: "dashed", color: colours.faint },
              }),
          ]
        : [];
    return {
        useUTC: true,
        legend: {
            top: 0,
            left: 0,
            type: "scroll",
            textStyle: { color: colours.text },
            data: ["equity", "expected: typical", EXPECTED],
        },
        grid: { left: 76, right: 16, top: 40, bottom: 28 },
        dataZoom: [{ type: "inside", zoomOnMouseWheel: "ctrl", filterMode: "none" }],
        xAxis: axis(colours, { type: "time", splitLine: { show: false } }),
        yAxis: axis(colours, { type: "value", scale: true, name: "quote currency", ...ALONG, nameGap: 58 }),
        tooltip: {
            ...tooltip(colours),
            formatter: (hovered: unknown) => {
                const all = hovered as { seriesName: string; value: [number, number] }[];
                const shown = all.filter((one) => !one.seriesName.startsWith(EXPECTED));
                return [
                    utcTime(shown[0]?.value[0]),
                    ...shown.map((one) => `${one.seriesName}: ${money(one.value[1])}`),
                ].join("\n");
            },
        },
        series: [
            ...reach,
            line("equity", points(found.time, found.equity), colours.series[1] ?? colours.text, { z: 5 }),
        ],
    };
}

/** Where the equity lies now: inside, below or above what was to be expected; null where nothing is. */
export function standing({ time, equity, expected }: BotEquity): "inside" | "below" | "above" | null {
    const last = equity.at(-1);
    const at = Date.parse(time.at(-1) ?? "");
    if (!expected || last === undefined || Number.isNaN(at)) return null;
    const times = expected.time.map((one) => Date.parse(one));
    const next = times.findIndex((one) => one >= at);
    const k = next === -1 ? times.length - 1 : next;
    if (last < (expected.low[k] ?? -Infinity)) return "below";
    return last > (expected.high[k] ?? Infinity) ? "above" : "inside";
}

/** What the chart shows, in words with its numbers. */
export function botEquityLabel(found: BotEquity): string {
    const last = found.equity.at(-1) ?? found.capital;
    const where = standing(found);
    const told = where === null ? "" : ` It is ${where === "inside" ? "inside" : where} the expected band.`;
    return `Equity of the bot: ${money(last)}, ${percent(last / found.capital - 1)} of its capital.${told}`;
}
