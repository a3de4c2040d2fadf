import { expect, test } from "vitest";

import type { Schemas } from "@/api/client";
import type { ChartColours } from "@/charts/colours";
import { barAt, candlesOption } from "@/pages/alpha/candlesChart";

const HOUR = 3_600_000;
const trade = {
    market: "A",
    side: "short",
    entry_time: "1970-01-01T01:00:00Z",
    exit_time: "1970-01-01T02:30:00Z",
    entry_price: 10,
    exit_price: 9,
    quantity: 1,
    pnl: 0.01,
    commission: 0,
    slippage: 0,
    reason: "target",
    leg: 0,
    ambiguous: false,
} satisfies Schemas["Trade"];
const candles = {
    market: "A",
    time: [0, 1, 2].map((k) => new Date(k * HOUR).toISOString()),
    open: [1, 2, 3],
    high: [5, 6, 7],
    low: [0.5, 1, 2],
    close: [2, 3, 4],
    volume: [1, 1, 1],
    trades: [trade],
};

test("a moment lies in the bar that opened last", () => {
    expect([barAt([0, 10, 20], -1), barAt([0, 10, 20], 0), barAt([0, 10, 20], 19), barAt([0, 10, 20], 500)]).toEqual([
        -1, 0, 1, 2,
    ]);
});

test("a trade stands at its bars and prices, and candles are open, close, low, high", () => {
    const colours = { gain: "#00f", loss: "#f00", text: "#000", faint: "#888" } as unknown as ChartColours;
    const { series } = candlesOption(candles, colours) as { series: { name: string; data: unknown[] }[] };
    const of = (name: string) => series.find((one) => one.name === name)?.data ?? [];
    expect(of("A")[0]).toEqual([1, 2, 0.5, 5]);
    expect(of("entry")[0]).toMatchObject({ value: [1, 10], symbolRotate: 180, itemStyle: { color: "#00f" } });
    expect(of("exit")[0]).toMatchObject({ value: [2, 9] });
    expect([of("won").length, of("lost").length]).toEqual([3, 0]);
});
