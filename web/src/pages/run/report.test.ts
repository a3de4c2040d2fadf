import { expect, test } from "vitest";

import type { Schemas } from "@/api/client";

import { haltedBy, moves, verdictOf, whyNothing, widths } from "./report";

test("what may be asked follows from the state", () => {
    expect(moves({ status: "running", priority: 0 })).toEqual({ pause: true, resume: false, stop: true });
    expect(moves({ status: "interrupted", priority: 0 })).toEqual({ pause: false, resume: true, stop: true });
    expect(moves({ status: "completed", priority: 0 })).toEqual({ pause: false, resume: false, stop: false });
});

test("a run of a terminal has no place in the queue, so nothing may be asked of it", () => {
    expect(moves({ status: "running", priority: null })).toEqual({ pause: false, resume: false, stop: false });
});

test("a run that was not judged says what can be done, and no button that is not there", () => {
    expect(haltedBy({ status: "failed", priority: 0 })).toBe(
        "The run has failed. Resume goes on from its last checkpoint once the cause is gone.",
    );
    expect(haltedBy({ status: "failed", priority: null })).toBe(
        "The run has failed. It was begun at a terminal and cannot be resumed here; run it again.",
    );
});

test("bars of a funnel keep a sign of the last few", () => {
    const [first, middle, last] = widths([4000, 40, 0]);
    expect(first).toBe(1);
    // log(41) / log(4001)
    expect(middle).toBeCloseTo(0.4477, 3);
    expect(last).toBe(0);
});

test("a run without an alpha tells what luck reaches and what would have been needed", () => {
    const report = {
        noise: { noise_mean_sharpe: 2.4, noise_95_sharpe: 3.1, best_sharpe: 2.2, power_80: 3.9 },
        usual_gate: 12,
        rejections: [
            ["no profit", 900, "nothing left after costs"],
            ["within reach of luck", 80, "as good"],
        ],
    };
    const told = whyNothing({ report } as unknown as Schemas["RunDetail"], (x) => String(x)).join(" ");
    expect(told).toContain("about 2.4, and 3.1 in one search of twenty");
    expect(told).toContain("worth 3.9 a year");
    expect(told).toContain("reported 12 strategies");
    expect(told).toContain("no profit (nothing left after costs)");
});

test("a run that is not finished explains nothing yet", () => {
    expect(whyNothing({ report: {} } as unknown as Schemas["RunDetail"], String)).toEqual([]);
});

test("a verdict names strategies and per cents as the page does, and leaves names of markets alone", () => {
    const verdict = "1 alpha passed: rsi_momentum on EUR_USD@oanda, active on at least 14% of days";
    expect(verdictOf({ verdict, strategies: ["rsi_momentum", "momentum"] })).toBe(
        "1 alpha passed: rsi momentum on EUR_USD@oanda, active on at least 14\u00a0% of days",
    );
});
