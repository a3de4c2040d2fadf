// @vitest-environment jsdom

import { expect, test } from "vitest";

import { type Account, trustLeft } from "@/pages/overview/ledger";
import { extended, type Resources } from "@/pages/overview/queries";

const RESOURCES = { cpu_percent: 50, memory_used_gb: 6, memory_total_gb: 24 } as Resources;

test("a measurement is added at the end, as fractions", () => {
    const course = extended(extended(undefined, RESOURCES, 1), { ...RESOURCES, cpu_percent: 10 }, 2);
    expect(course.samples).toEqual([
        { at: 1, cpu: 0.5, memory: 0.25 },
        { at: 2, cpu: 0.1, memory: 0.25 },
    ]);
});

test("old measurements are let go", () => {
    let course = extended(undefined, RESOURCES, 0);
    for (let at = 1; at < 500; at++) course = extended(course, RESOURCES, at);
    expect(course.samples).toHaveLength(120);
    expect(course.samples.at(-1)?.at).toBe(499);
});

test("what is left of an account is a share", () => {
    const one = { n_tested: 100, n_runs: 2, rounds: 1, level: 0.05, level_left: 0.0125 } as Account;
    expect(trustLeft(one)).toBe(0.25);
    expect(trustLeft({ ...one, level: 0 })).toBe(0);
});
