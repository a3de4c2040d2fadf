import { expect, test } from "vitest";

import type { ChartColours } from "@/charts/colours";
import { costOption, fanOption, reachOf } from "@/pages/alpha/robustCharts";

const colours = { series: ["#1", "#2"], faint: "#888", text: "#000" } as unknown as ChartColours;

test("sweeps share one range, with nothing in it", () => {
    const sweep = { name: "fast", values: [1, 2], sharpes: [1.2, null], own: 0 };
    expect(reachOf([sweep, { ...sweep, sharpes: [2.4, 3.1] }])).toEqual({ low: 0, high: 4, step: 1 });
    expect(reachOf([{ ...sweep, sharpes: [-0.4, null] }])).toEqual({ low: -0.5, high: 1, step: 0.5 });
    expect(reachOf([{ ...sweep, sharpes: [9.2, -0.7] }])).toEqual({ low: -2, high: 10, step: 2 });
    expect(reachOf([{ ...sweep, sharpes: [412, 3] }])).toEqual({ low: 0, high: 500, step: 100 });
});

test("a fan begins with nothing, and its bands are stacked on their lower edges", () => {
    const fan = {
        levels: [0.05, 0.25, 0.5, 0.75, 0.95],
        equity: [[0.9], [1], [1.1], [1.2], [1.3]],
        drawdown: [0, 0, 0, 0, 0],
        days: 1,
        draws: 1000,
        p_loss: 0.2,
    };
    const { series } = fanOption(fan, colours) as { series: { name: string; data: number[] }[] };
    const of = (name: string) => series.find((one) => one.name === name)?.data.map((value) => Number(value.toFixed(6)));
    expect(of("nine of ten years, below")).toEqual([0, -0.1]);
    expect(of("nine of ten years")).toEqual([0, 0.4]);
    expect(of("typical")).toEqual([0, 0.1]);
});

test("a break-even beyond everything that was tried is not drawn", () => {
    const curve = {
        multiples: [0, 1, 2],
        commission: 0.001,
        slippage: 0.0005,
        sharpe: [3, 2, 1],
        adjusted_sharpe: [3, 2, 1],
        total_return: [0.3, 0.2, 0.1],
        break_even: 4,
    };
    const marks = (break_even: number) => {
        const { series } = costOption({ ...curve, break_even }, colours) as unknown as {
            series: [{ markLine: { data: { name: string }[] } }];
        };
        return series[0].markLine.data.map((mark) => mark.name);
    };
    expect(marks(4)).toEqual(["assumed", "kill test", ""]);
    expect(marks(1.5)).toEqual(["assumed", "kill test", "break-even", ""]);
});
