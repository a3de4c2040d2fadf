// @vitest-environment jsdom

import { expect, test } from "vitest";

import { fullness, matching, placeOf, scaleOf } from "@/pages/data/coverage";
import { type Market, readQuality } from "@/pages/data/queries";
import { lines } from "@/pages/data/symbols";

const market = (symbol: string, start: string, end: string, sample = false) =>
    ({ symbol, start, end, sample, venue: "binance", timeframe: "1h" }) as Market;
const OLD = market("BTC/USD", "2020-01-01T00:00Z", "2021-01-01T00:00Z", true);
const NEW = market("ETH/USDT", "2021-01-01T00:00Z", "2022-01-01T00:00Z");

test("markets lie on one scale of time", () => {
    const scale = scaleOf([OLD, NEW]);
    expect(placeOf(OLD, scale).left).toBe(0);
    expect(placeOf(NEW, scale).left).toBeCloseTo(366 / 731);
    expect(placeOf(NEW, scale).width).toBeCloseTo(365 / 731);
});

test("a stretch without closing times is as full as bars are there", () => {
    expect(fullness({ start: "", end: "", bars: 12, expected: 24 })).toBe(0.5);
    expect(fullness({ start: "", end: "", bars: 12, expected: null })).toBeNull();
});

test("markets are found by any part of their name, samples only if wanted", () => {
    expect(matching([OLD, NEW], "eth BIN", false)).toEqual([]);
    expect(matching([OLD, NEW], "eth", false)).toEqual([NEW]);
    expect(matching([OLD, NEW], "", true)).toHaveLength(2);
});

test("a market without a report has no quality", () => {
    expect(readQuality({})).toBeNull();
    expect(readQuality({ findings: [], rows: 3, missing: 1 })).toMatchObject({ rows: 3, missing: 1, bars: 0 });
});

test("symbols are separated by whatever people separate them by", () => {
    expect(lines("BTC/USDT, ETH/USDT\nbtc/usdt;  SOL/USDT ")).toEqual(["BTC/USDT", "ETH/USDT", "SOL/USDT"]);
});
