import { PREFIX } from "@/api/prefix";

/** What the address of the table says, and what it means where it says nothing. */
export const DEFAULTS = {
    text: "",
    strategy: [] as string[],
    symbol: "",
    timeframe: "",
    state: [] as string[],
    deployment: [] as string[],
    run: "",
    min_sharpe: "",
    min_score: "",
    max_drawdown: "",
    sort: "validation_score",
    descending: true,
    page: 1,
    rows: 50,
    columns: [] as string[],
    chosen: [] as string[],
};

export type Search = { [K in keyof typeof DEFAULTS]: (typeof DEFAULTS)[K] };

/** The filters among it, the page and its looks left out. */
export const FILTERS = [
    "text",
    "strategy",
    "symbol",
    "timeframe",
    "state",
    "deployment",
    "run",
    "min_sharpe",
    "min_score",
    "max_drawdown",
] as const;

const LOWEST = -1_000_000; // the interface leaves out what is below 1 unless it is told otherwise

function number(text: string): number | undefined {
    const value = Number(text.replace(",", "."));
    return text.trim() === "" || !Number.isFinite(value) ? undefined : value;
}

/** The filters and the order as the interface takes them; a per cent of drawdown becomes a fraction. */
export function filtersOf(search: Search) {
    const drawdown = number(search.max_drawdown);
    const score = number(search.min_score);
    return {
        min_sharpe: number(search.min_sharpe) ?? LOWEST,
        sort: search.sort,
        descending: search.descending,
        ...(search.text.trim() ? { text: search.text.trim() } : {}),
        ...(search.strategy.length ? { strategy_type: search.strategy } : {}),
        ...(search.symbol ? { symbol: search.symbol } : {}),
        ...(search.timeframe ? { timeframe: search.timeframe } : {}),
        ...(search.state.length ? { state: search.state } : {}),
        ...(search.deployment.length ? { deployment_status: search.deployment } : {}),
        ...(search.run ? { run_id: search.run } : {}),
        ...(score === undefined ? {} : { min_validation_score: score / 100 }),
        ...(drawdown === undefined ? {} : { max_drawdown: drawdown / 100 }),
    };
}

/** How many filters narrow the table. */
export function narrowing(search: Search): number {
    return FILTERS.filter((name) => JSON.stringify(search[name]) !== JSON.stringify(DEFAULTS[name])).length;
}

/** The address of a file of everything that matches, in the order of the table. */
export function exportUrl(search: Search, form: "csv" | "parquet"): string {
    const params = new URLSearchParams({ form });
    for (const [name, value] of Object.entries(filtersOf(search)))
        for (const one of Array.isArray(value) ? value : [value]) params.append(name, String(one));
    return `${PREFIX}/alphas/export?${params.toString()}`;
}
