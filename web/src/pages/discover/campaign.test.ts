import { expect, test } from "vitest";

import type { Blocks } from "./blocks";
import { earlierPlan, learnsFrom, type Plan, readPlan, sent, withMethod, withRange, writePlan } from "./campaign";

const SHIPPED: Blocks = {
    conditions: { entry: 3, exit: 2 },
    depth: 2,
    lags: [1],
    weights: [-1],
    blocks: { close: {}, rsi: { levels: [30, 70] } },
    wraps: {},
    filters: [],
};

const BASE: Plan = {
    campaign: {
        symbols: [],
        against: [],
        timeframe: "1h",
        venue: null,
        start: null,
        end: null,
        strategies: [],
        method: "random",
        max_iterations: 1000,
        costs: { commission: 0.001, maker: null },
        seed: 0,
        ranges: {},
        intrabar: "stop_first",
        thresholds: { min_sharpe_ratio: 1 },
        protocol: { level: 0.05, vault_start: null },
        focus: { regions: {}, learned_from: [] },
        blocks: null,
        until: null,
        halving: 0,
        sampling: "uniform",
        regimes: "quantiles",
        timeframe_detail: null,
    },
    adaptive: false,
    priority: 0,
};

function changed(changes: Partial<Plan["campaign"]>, more: Partial<Plan> = {}): Plan {
    return { ...BASE, ...more, campaign: { ...BASE.campaign, ...changes } };
}

test("a plan that is as the base has an empty address", () => {
    expect(writePlan(BASE, BASE, SHIPPED).toString()).toBe("");
});

test("an address brings the same plan back", () => {
    const plan = changed(
        {
            symbols: ["BTC/USD@coinbase", "SYN/USDT@synthetic"],
            strategies: ["sma_cross"],
            start: "2020-01-01",
            max_iterations: 500,
            costs: { commission: 0.0002, maker: 0 },
            ranges: { sma_cross: { fast: [10, 20], stop_loss: "off", direction: ["long"] } },
            protocol: { level: 0.01, vault_start: "2021-01-01" },
        },
        { adaptive: true, priority: 5 },
    );
    const address = new URLSearchParams(writePlan(plan, BASE, SHIPPED).toString());
    expect(readPlan(address, BASE, SHIPPED)).toEqual(plan);
});

test("what an earlier run had and the plan has not is told too", () => {
    const base = changed({
        end: "2022-01-01",
        symbols: ["A"],
        ranges: { sma_cross: { fast: [10, 20] } },
        costs: { commission: 0.001, maker: 0.0005 },
        focus: { regions: { sma_cross: { fast: [10, 12] } }, learned_from: ["sma_cross"] },
    });
    expect(readPlan(writePlan(BASE, base, SHIPPED), base, SHIPPED)).toEqual(BASE);
});

test("a value that is no number stays what was written, for the server to refuse", () => {
    const plan = readPlan(new URLSearchParams("max_iterations=many&range.a.b=[1,"), BASE, SHIPPED);
    expect(plan.campaign.max_iterations).toBe("many");
    expect(plan.campaign.ranges).toEqual({});
});

test("a range is set, widened again, and then nothing is left of it", () => {
    const narrow = withRange({}, "sma_cross", "fast", [10, 20]);
    expect(narrow).toEqual({ sma_cross: { fast: [10, 20] } });
    expect(withRange(narrow, "sma_cross", "fast", undefined)).toEqual({});
});

test("ranges of strategies that are not chosen are not sent", () => {
    const ranges = { sma_cross: { fast: 5 }, macd_cross: { fast: 6 }, "*": { stop_loss: 0.1 } };
    expect(sent(changed({ strategies: ["sma_cross"], ranges }))["ranges"]).toEqual({
        sma_cross: { fast: 5 },
        "*": { stop_loss: 0.1 },
    });
});

test("building blocks are kept in the address, and sent with generated rules only", () => {
    const blocks = { ...SHIPPED, depth: 1 } as unknown as Record<string, unknown>;
    const plan = changed({ strategies: ["generated"], blocks });
    const address = writePlan(plan, BASE, SHIPPED);
    expect(address.get("blocks")).toBe('{"depth":1}');
    expect(readPlan(address, BASE, SHIPPED)).toEqual(plan);
    expect(readPlan(writePlan(BASE, plan, SHIPPED), plan, SHIPPED)).toEqual(BASE);
    expect([sent(plan)["blocks"], sent(changed({ blocks }))["blocks"]]).toEqual([blocks, null]);
});

test("a run that goes out from another asks for all that was asked for then", () => {
    const told = { ...BASE.campaign, symbols: ["A"], costs: { commission: 0.002 }, seed: 5, protocol: { level: 0.01 } };
    expect(earlierPlan(told, 3, BASE)).toEqual({
        ...changed({
            symbols: ["A"],
            seed: 5,
            costs: { commission: 0.002, maker: null },
            protocol: { level: 0.01, vault_start: null },
        }),
        priority: 3,
    });
});

test("how a search ends and looks is kept in the address, and sent", () => {
    const spelled = [{ bars: 0.25, keep: 0.5 }, { bars: 1 }];
    for (const halving of [3, spelled]) {
        const plan = changed({ until: "8 hours or 500 candidates without progress", halving, regimes: "markov" });
        const address = new URLSearchParams(writePlan(plan, BASE, SHIPPED).toString());
        expect(readPlan(address, BASE, SHIPPED)).toEqual(plan);
        expect(readPlan(writePlan(BASE, plan, SHIPPED), plan, SHIPPED)).toEqual(BASE);
        expect(sent(plan)).toMatchObject({ until: plan.campaign.until, halving, regimes: "markov" });
    }
    expect(readPlan(new URLSearchParams("halving=[1,"), BASE, SHIPPED)).toEqual(BASE);
});

test("a run from before there were such settings has none of them", () => {
    const later = ["until", "halving", "sampling", "regimes", "timeframe_detail"];
    const told = Object.fromEntries(Object.entries(BASE.campaign).filter(([name]) => !later.includes(name)));
    expect(earlierPlan(told, 0, BASE)).toEqual(BASE);
});

test("only the method that draws keeps a way to draw", () => {
    expect(withMethod("genetic")).toEqual({ method: "genetic", sampling: "uniform" });
    expect(withMethod("random")).toEqual({ method: "random" });
});

test("a search learns by its method, by short looks, or by an end that results decide", () => {
    const methods = [
        { name: "random", summary: "", learns: false, generates: true },
        { name: "genetic", summary: "", learns: true, generates: true },
    ];
    const learns = (changes: Partial<Plan["campaign"]>) => learnsFrom(changed(changes).campaign, methods);
    expect([learns({}), learns({ until: "2 hours" }), learns({ halving: 1 })]).toEqual([false, false, false]);
    expect([learns({ method: "genetic" }), learns({ halving: 2 })]).toEqual([true, true]);
    expect(learns({ until: "50 candidates without progress" })).toBe(true);
});
