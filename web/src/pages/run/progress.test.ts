import { expect, test } from "vitest";

import type { RunEvent } from "@/api/events";

import { advanced, left, NO_PROGRESS, rate } from "./progress";

function event(id: number, kind: string, second: number, data: Record<string, unknown> = {}): RunEvent {
    return { id, run_id: "r", kind, at: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(), ...data };
}

function batch(id: number, second: number, done: number, more: Record<string, unknown> = {}): RunEvent {
    return event(id, "batch", second, { strategy: "a", n_tested: 100, done, planned: 1000, best_sharpe: 1.5, ...more });
}

test("a rate is that of the last half minute", () => {
    const progress = advanced(NO_PROGRESS, [batch(1, 0, 100), batch(2, 10, 200), batch(3, 35, 700), batch(4, 40, 800)]);
    // marks from second 10 on: 600 candidates in 30 s
    expect(rate(progress.marks)).toBeCloseTo(20);
    expect(left(progress.done, progress.planned, 20)).toBe(10);
});

test("one batch tells no rate", () => {
    expect(rate(advanced(NO_PROGRESS, [batch(1, 0, 100)]).marks)).toBeNull();
    expect(left(100, 1000, null)).toBeNull();
});

test("batches far apart still tell one", () => {
    const progress = advanced(NO_PROGRESS, [batch(1, 0, 100), batch(2, 200, 300)]);
    expect(rate(progress.marks)).toBeCloseTo(1);
});

test("a pause does not count as slow work", () => {
    const progress = advanced(NO_PROGRESS, [batch(1, 0, 100), event(2, "resumed", 500), batch(3, 501, 200)]);
    expect(rate(progress.marks)).toBeNull();
});

test("an event that comes twice counts once", () => {
    const first = advanced(NO_PROGRESS, [batch(1, 0, 100, { method: "sobol", why: "nothing is known yet" })]);
    expect(advanced(first, [batch(1, 0, 100, { method: "sobol" })])).toEqual(first);
});

test("batches of one method in a row are one turn", () => {
    const { turns } = advanced(NO_PROGRESS, [
        batch(1, 0, 100, { method: "sobol", why: "first", batch_best: 0.5 }),
        batch(2, 1, 200, { method: "sobol", why: "again", batch_best: null }),
        batch(3, 2, 300, { method: "genetic", why: "not tried yet", batch_best: 1.5 }),
    ]);
    expect(turns).toEqual([
        { strategy: "a", method: "sobol", why: "first", batches: 2, candidates: 200, best: 0.5 },
        { strategy: "a", method: "genetic", why: "not tried yet", batches: 1, candidates: 100, best: 1.5 },
    ]);
});

test("judging counts the markets without an edge", () => {
    const progress = advanced(NO_PROGRESS, [
        event(1, "stage", 0, { stage: "judge" }),
        event(2, "null_markets", 10, { done: 5, planned: 39 }),
    ]);
    expect(progress.judged).toMatchObject({ done: 5, planned: 39 });
    expect(rate(progress.judged?.marks ?? [])).toBeCloseTo(0.5);
});

test("a judging that goes on after a pause keeps what it had searched, and begins a new pace", () => {
    const progress = advanced(NO_PROGRESS, [
        event(1, "stage", 0, { stage: "judge" }),
        event(2, "null_markets", 10, { done: 5, planned: 39 }),
        event(3, "started", 500),
        event(4, "stage", 501, { stage: "judge" }),
        event(5, "null_markets", 511, { done: 6, planned: 39 }),
    ]);
    expect(progress.judged).toMatchObject({ done: 6, planned: 39 });
    expect(rate(progress.judged?.marks ?? [])).toBeCloseTo(0.1);
});
