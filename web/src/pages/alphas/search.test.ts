import { expect, test } from "vitest";

import { DEFAULTS, exportUrl, filtersOf, narrowing } from "@/pages/alphas/search";

test("without filters every alpha is asked for, the weak ones too", () => {
    expect(filtersOf(DEFAULTS)).toEqual({ min_sharpe: -1_000_000, sort: "validation_score", descending: true });
    expect(narrowing(DEFAULTS)).toBe(0);
});

test("per cents become fractions, and what is no number does not narrow", () => {
    const asked = filtersOf({ ...DEFAULTS, max_drawdown: "12,5", min_score: "70", min_sharpe: "soon" });
    expect(asked).toMatchObject({ max_drawdown: 0.125, min_validation_score: 0.7, min_sharpe: -1_000_000 });
});

test("filters are counted, not the page or the columns", () => {
    expect(narrowing({ ...DEFAULTS, text: "sma", state: ["decayed"], page: 3, columns: ["win_rate"] })).toBe(2);
});

test("a file is asked for with the same filters as the table", () => {
    const url = new URL(exportUrl({ ...DEFAULTS, strategy: ["a", "b"], min_sharpe: "1.5" }, "csv"), "http://x");
    expect(url.searchParams.getAll("strategy_type")).toEqual(["a", "b"]);
    expect([url.searchParams.get("form"), url.searchParams.get("min_sharpe")]).toEqual(["csv", "1.5"]);
});
