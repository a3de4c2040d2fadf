import { expect, test } from "vitest";

import { faults, limitsOf, type Resources, textsOf } from "@/pages/settings/limitValues";

const LIMITS: Resources = {
    max_cpu_percent: 80,
    max_memory_gb: null,
    max_gpu_memory_gb: null,
    nice: 5,
    runs_at_once: 2,
    idle_only: true,
};

test("limits go through the form unchanged", () => {
    expect(limitsOf(textsOf(LIMITS), LIMITS)).toEqual(LIMITS);
    expect(faults(textsOf(LIMITS))).toEqual({});
});

test("an empty field is no limit where there may be none", () => {
    expect(faults({ ...textsOf(LIMITS), nice: "", max_cpu_percent: "" })).toEqual({ nice: "This needs a number." });
});

test("values outside of what the server takes are refused", () => {
    const texts = { ...textsOf(LIMITS), max_cpu_percent: "120", runs_at_once: "1.5", nice: "x" };
    expect(faults(texts)).toEqual({
        max_cpu_percent: "From 1 to 100.",
        runs_at_once: "This needs a whole number.",
        nice: "This needs a number.",
    });
});
