import { expect, test } from "vitest";

import { band, perCent, points, sampled, thinned } from "@/charts/time";

test("times of the interface are UTC, and a missing value is a gap", () => {
    expect(points(["1970-01-01T00:00Z", "1970-01-02T00:00Z"], [1.5, null])).toEqual([
        [0, 1.5],
        [86_400_000, null],
    ]);
});

test("a part of a long course is drawn from all its points", () => {
    const time = Array.from({ length: 50_000 }, (_, k) => new Date(k * 3_600_000).toISOString());
    const values = time.map((_, k) => Math.sin(k));
    const hours = (seen: [number, number] | null) => points(time, values, seen).map(([at]) => at / 3_600_000);
    const within = (all: number[]) => all.filter((at) => at >= 20_000 && at <= 21_000).length;
    expect(within(hours(null))).toBeLessThan(100);
    expect(within(hours([20_000 * 3_600_000, 21_000 * 3_600_000]))).toBe(1_001);
    expect([hours([3_600_000, 7_200_000])[0], hours([3_600_000, 7_200_000]).at(-1)]).toEqual([0, 49_999]);
});

test("a thinned course keeps its ends and its order", () => {
    const course = thinned([...Array(1000).keys()], 11);
    expect([course.length, course[0], course.at(-1)]).toEqual([11, 0, 999]);
    expect(course).toEqual([...course].sort((a, b) => a - b));
    expect(thinned([1, 2, 3], 10)).toEqual([1, 2, 3]);
});

test("a sampled course keeps its ends, its order and its peaks", () => {
    const course = Array.from({ length: 50_000 }, (_, k) => Math.sin(k / 500));
    course[12_345] = 9;
    course[40_000] = -9;
    const found = sampled(course, 3000);
    expect([found.length, found[0], found.at(-1)]).toEqual([3000, 0, 49_999]);
    expect(found).toEqual([...new Set(found)].sort((a, b) => a - b));
    expect(found).toEqual(expect.arrayContaining([12_345, 40_000]));
    expect(sampled(course.slice(0, 10), 3000)).toHaveLength(10);
});

test("a band is its lower edge and what lies between", () => {
    const [low, between] = band(["1970-01-01T00:00Z"], [0.25], [0.75], { name: "luck", colour: "#000000", stack: "a" });
    expect([low?.data, between?.data]).toEqual([[[0, 0.25]], [[0, 0.5]]]);
});

test("fractions on an axis are per cents", () => {
    expect([perCent(0.25), perCent(-0.015), perCent(12)]).toEqual(["25\u00a0%", "−1.5\u00a0%", "1,200\u00a0%"]);
});
