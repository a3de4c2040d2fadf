import { expect, test } from "vitest";

import { gain, isHalved, laidOut, told } from "./looks";

test("looks are laid out as the server does it", () => {
    // alpha_discovery.search.halving: of one market thirds of the bars, of several as much of bars and of markets
    expect(laidOut(3, 1)).toEqual([
        { bars: 1 / 9, markets: 1, keep: 1 / 3 },
        { bars: 1 / 3, markets: 1, keep: 1 / 3 },
        { bars: 1, markets: 1, keep: 1 },
    ]);
    const [first] = laidOut(3, 4);
    expect(first?.bars).toBeCloseTo(1 / 3);
    expect(first?.markets).toBeCloseTo(1 / 3);
});

test("each look costs the same, so three of them are three ninths of a full one", () => {
    expect(gain(3, 1)).toBeCloseTo(3);
    expect(gain(2, 4)).toBeCloseTo(1.5);
    expect(gain(0, 1)).toBe(1);
});

test("one look is none", () => {
    expect([isHalved(0), isHalved(1), isHalved(2), isHalved([{ bars: 1 }])]).toEqual([false, false, true, false]);
});

test("what happens to a candidate is told in a sentence, spelled out or not", () => {
    const text = told(3, 1).replaceAll("\u00a0", " ");
    expect(text).toBe(
        "Every candidate is tried on the latest 11 % of the bars, the best 33 % go on; those on the latest 33 % of the bars, the best 33 % go on; what is left is tried on everything.",
    );
    expect(told([{ bars: 0.05, markets: 0.5, keep: 0.5 }, { bars: 1 }], 4).replaceAll("\u00a0", " ")).toContain(
        "the latest 5.0 % of the bars of the first 50 % of the markets, the best 50 % go on",
    );
});
