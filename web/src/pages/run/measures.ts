import { fixed, percent, whole } from "@/format/number";

/** A column of results, as a person reads it. */
export interface Measure {
    name: string;
    label: string;
    format: (value: number | null | undefined) => string;
    /** Low values are good. */
    low?: boolean;
    hint: string;
}

export const MEASURES: readonly Measure[] = [
    { name: "sharpe_ratio", label: "Sharpe", format: fixed, hint: "Annual, on the search part, after costs" },
    {
        name: "t",
        label: "t",
        format: fixed,
        hint: "Of the mean daily return without the market's own drift; none: too few trades to judge",
    },
    { name: "total_return", label: "Return", format: (x) => percent(x), hint: "Over the search part" },
    { name: "max_drawdown", label: "Drawdown", format: (x) => percent(x), low: true, hint: "Largest fall from a high" },
    { name: "profit_factor", label: "Profit factor", format: fixed, hint: "Gains over losses" },
    { name: "n_trades", label: "Trades", format: whole, hint: "Round trips" },
    { name: "exposure", label: "Exposure", format: (x) => percent(x), hint: "Share of bars in the market" },
    {
        name: "turnover",
        label: "Turnover",
        format: (x) => fixed(x, 1),
        low: true,
        hint: "Value traded over equity, in the search part",
    },
    { name: "avg_holding", label: "Holding", format: (x) => fixed(x, 1), hint: "Mean bars in a trade" },
    { name: "active_days", label: "Active days", format: whole, hint: "Days with a position" },
];

export function measure(name: string): Measure {
    return MEASURES.find((one) => one.name === name) ?? { name, label: name, format: fixed, hint: "" };
}
