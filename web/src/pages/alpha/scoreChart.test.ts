import { expect, test } from "vitest";

import type { ChartColours } from "@/charts/colours";
import { scoreOption } from "@/pages/alpha/scoreChart";

const colours = { series: ["#1", "#2"], faint: "#888", text: "#000" } as unknown as ChartColours;

test("the interval stands on its lower end, and the alpha is marked where its score is", () => {
    const worth = {
        value: 0.97,
        needed: 0.7,
        method: "genetic",
        years: 2,
        tested: 200,
        bins: [{ score: 0.5, true: 0.6, n: 90, low: 0.5, high: 0.7 }],
    };
    const { series } = scoreOption(worth, colours) as unknown as {
        series: { data: number[][]; markLine?: { data: { xAxis?: number }[] } }[];
    };
    const [below, interval, share] = series.map((one) => one.data[0]);
    expect(below).toEqual([0.5, 0.5]);
    expect(interval?.[1]).toBeCloseTo(0.2);
    expect(share).toEqual([0.5, 0.6]);
    expect(series[2]?.markLine?.data[0]?.xAxis).toBe(0.97);
});
