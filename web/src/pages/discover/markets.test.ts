import { expect, test } from "vitest";

import { extentOf, gives, type MarketOut, serving, timeframes, yearsBefore } from "./markets";

function market(symbol: string, timeframe: string, more: Partial<MarketOut> = {}): MarketOut {
    return {
        symbol,
        venue: "kraken",
        timeframe,
        calendar: "24/7",
        start: "2020-01-01T00:00Z",
        end: "2021-01-01T00:00Z",
        bars: 8760,
        gaps: 0,
        fingerprint: "f",
        sample: false,
        source: null,
        ...more,
    };
}

test("coarser bars are put together from finer ones that divide them", () => {
    expect([gives("1h", "4h"), gives("1h", "1h"), gives("4h", "1h"), gives("4h", "6h")]).toEqual([
        true,
        true,
        false,
        false,
    ]);
});

test("a market is listed once, from its coarsest bars, and the user's own come before the sample's", () => {
    const stored = [
        market("A/USD", "1m"),
        market("A/USD", "1h", { bars: 5 }),
        market("A/USD", "1h", { sample: true, bars: 9 }),
        market("B/USD", "1d"),
    ];
    expect(serving(stored, "1h").map((one) => [one.key, one.bars])).toEqual([["A/USD@kraken", 5]]);
    expect(serving(stored, "1d").map((one) => one.key)).toEqual(["A/USD@kraken", "B/USD@kraken"]);
});

test("only bar lengths are offered that some market can give", () => {
    expect(timeframes([market("A/USD", "4h")], "1h")).toEqual(["1h", "4h", "12h", "1d", "1w"]);
});

test("markets reach from the first start to the last end", () => {
    const late = market("B/USD", "1h", { start: "2020-07-01T00:00Z", end: "2022-01-01T00:00Z" });
    expect(extentOf([market("A/USD", "1h"), late])).toEqual({ start: Date.UTC(2020, 0, 1), end: Date.UTC(2022, 0, 1) });
    expect(extentOf([])).toBeNull();
});

test("a year before is the same day", () => {
    expect(yearsBefore(Date.UTC(2024, 5, 15, 13), 2)).toBe("2022-06-15");
});
