import { expect, test } from "vitest";

import type { ChartColours } from "@/charts/colours";
import { equityLabel, equityOption } from "@/pages/alpha/equityChart";

const colours = {
    series: ["#1", "#2", "#3", "#4", "#5"],
    areas: ["a", "b", "c"],
    loss: "#f00",
    faint: "#888",
    text: "#000",
    line: "#ccc",
    ground: "#fff",
} as unknown as ChartColours;

const equity = {
    time: ["2024-01-01T00:00Z", "2024-01-02T00:00Z", "2024-01-03T00:00Z"],
    equity: [1.1, 0.99, 1.2],
    adjusted_equity: [1, 1, 1.1],
    drawdown: [0, 0.1, 0],
    parts: {
        start: "2024-01-01T00:00Z",
        search_end: "2024-01-02T00:00Z",
        vault_start: "2024-01-03T00:00Z",
        end: "2024-01-04T00:00Z",
    },
    luck: { noise_mean_t: 1, noise_95_t: 2, t: 3 },
    reach: [{ time: ["2024-01-01T00:00Z"], low: [0.1], high: [0.3] }],
};

test("the chart tells profit, not equity, and drawdown below nothing", () => {
    const { series } = equityOption(equity, colours) as { series: { name: string; data: [number, number][] }[] };
    const named = Object.fromEntries(series.map((one) => [one.name, one.data.map((point) => point[1])]));
    expect(named["after costs"]?.map((value) => Number(value.toFixed(6)))).toEqual([0.1, -0.01, 0.2]);
    expect(named["drawdown"]).toEqual([-0, -0.1, -0]);
});

test("search part, embargo and vault are shaded where the interface puts them", () => {
    const { series } = equityOption(equity, colours) as {
        series: { name: string; markArea?: { data: [{ name: string; xAxis: number }, { xAxis: number }][] } }[];
    };
    const areas = series.find((one) => one.name === "after costs")?.markArea?.data ?? [];
    expect(areas.map(([from, to]) => [from.name, to.xAxis - from.xAxis])).toEqual([
        ["search part", 86_400_000],
        ["", 86_400_000],
        ["vault", 86_400_000],
    ]);
});

test("who does not see it hears its main numbers", () => {
    expect(equityLabel(equity)).toBe(
        "Profit after costs from 2024-01-01 to 2024-01-04: 20.0\u00a0% in all, with a largest drawdown of 10.0\u00a0%. " +
            "The vault begins on 2024-01-03.",
    );
});
