import { expect, test } from "vitest";

import { metric, number } from "@/pages/alpha/metric";

test("stored infinities and missing values are read as such", () => {
    expect([number("inf"), number("-inf"), number(null), number("soon"), number(1.5)]).toEqual([
        Infinity,
        -Infinity,
        null,
        null,
        1.5,
    ]);
});

test("a number is found by its part and its name", () => {
    const metrics = { vault: { sharpe_ratio: 2 } };
    expect([metric(metrics, "vault", "sharpe_ratio"), metric(metrics, "search", "sharpe_ratio")]).toEqual([2, null]);
});
