import { expect, test } from "vitest";

import { DEPLOYMENT, deploymentFaults, deploymentQuery, WISHES, wishFaults } from "@/pages/portfolios/wishes";

test("the usual wishes are sound", () => {
    expect(wishFaults(WISHES)).toEqual({});
});

test("each impossible wish is named", () => {
    const wishes = { ...WISHES, capital: 0, most: 2.5, max_correlation: 1.1, max_weight: 0 };
    expect(Object.keys(wishFaults(wishes)).sort()).toEqual(["capital", "max_correlation", "max_weight", "most"]);
});

test("a portfolio needs a name that can stand in an address", () => {
    expect(deploymentFaults(DEPLOYMENT)).toEqual({ name: "give it a name" });
    expect(deploymentFaults({ ...DEPLOYMENT, name: "a/b" })).toEqual({ name: "a name without a /" });
    expect(deploymentFaults({ ...DEPLOYMENT, name: "mine" })).toEqual({});
});

test("numbers that cannot be are told at their field", () => {
    const asked = {
        ...DEPLOYMENT,
        name: "mine",
        replay: true,
        rebalance_days: "0.5",
        threshold: "",
        max_drawdown: "-3",
    };
    expect(Object.keys(deploymentFaults(asked)).sort()).toEqual([
        "max_drawdown",
        "rebalance_days",
        "start",
        "threshold",
    ]);
});

test("per cents become fractions, and what is left empty is not asked for", () => {
    const asked = { ...DEPLOYMENT, name: " mine ", rebalance_days: "30", threshold: "2,5", max_daily_loss: "4" };
    expect(deploymentQuery(WISHES, asked)).toEqual({
        ...WISHES,
        name: "mine",
        threshold: 0.025,
        rebalance_days: 30,
        max_daily_loss: 0.04,
    });
});
