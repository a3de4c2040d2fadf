import type { Schemas } from "@/api/client";
import type { ChartOption } from "@/charts/Chart";
import type { ChartColours } from "@/charts/colours";
import { moneyOverTime } from "@/charts/money";
import { line, points, type Seen } from "@/charts/time";
import { money, percent } from "@/format/number";

type Equity = Schemas["PortfolioEquity"];

/** What the bots of a portfolio are worth together at bar closes, beside what was paid in. */
export function portfolioOption(found: Equity, colours: ChartColours, seen: Seen = null): ChartOption {
    const paid = found.time.map(() => found.capital);
    return {
        ...moneyOverTime(colours, ["worth", "paid in"]),
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
