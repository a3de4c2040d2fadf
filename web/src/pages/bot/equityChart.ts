import type { Schemas } from "@/api/client";
import type { ChartOption } from "@/charts/Chart";
import type { ChartColours } from "@/charts/colours";
import { moneyOverTime } from "@/charts/money";
import { band, line, points, type Seen } from "@/charts/time";
import { money, percent } from "@/format/number";

type BotEquity = Schemas["BotEquity"];

const EXPECTED = "expected: nine of ten";

/** Equity at bar closes over what its alpha's own past leads one to expect. */
export function botEquityOption(found: BotEquity, colours: ChartColours, seen: Seen = null): ChartOption {
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
        ...moneyOverTime(colours, ["equity", "expected: typical", EXPECTED], EXPECTED),
        series: [
            ...reach,
            line("equity", points(found.time, found.equity, seen), colours.series[1] ?? colours.text, { z: 5 }),
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
