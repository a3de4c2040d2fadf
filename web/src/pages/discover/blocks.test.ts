import { expect, test } from "vitest";

import { type Blocks, numbersOf, readBlocks, withBlock, withShipped, writeBlocks } from "./blocks";

const SHIPPED: Blocks = {
    conditions: { entry: 3, exit: 2 },
    depth: 2,
    lags: [1, 2],
    weights: [-1],
    blocks: {
        close: {},
        highest: { of: ["high"], params: [[6, 12]], opposite: "lowest" },
        lowest: { of: ["low"], params: [[6, 12]], opposite: "highest" },
        rsi: { of: ["close"], params: [[14]], levels: [30, 70] },
    },
    wraps: { sma: { params: [[5]] } },
    filters: ["rsi"],
};

test("an address holds what differs, and says the same blocks again", () => {
    const fewer = withBlock(withBlock(SHIPPED, "blocks", "rsi", undefined), "wraps", "ema", { params: [[9]] });
    const text = writeBlocks({ ...fewer, depth: 1 }, SHIPPED);
    expect(JSON.parse(text)).toEqual({
        depth: 1,
        filters: [],
        blocks: { rsi: null },
        wraps: { ema: { params: [[9]] } },
    });
    expect(readBlocks(text, SHIPPED)).toEqual({ ...fewer, depth: 1 });
    expect(writeBlocks(SHIPPED, SHIPPED)).toBe("{}");
    expect(readBlocks("{", SHIPPED)).toBeNull();
});

test("a block takes what rests on it along, and comes back with its opposite", () => {
    const without = withBlock(SHIPPED, "blocks", "highest", undefined);
    expect(Object.keys(without.blocks)).toEqual(["close", "rsi"]);
    expect(withBlock(SHIPPED, "blocks", "rsi", undefined).filters).toEqual([]);
    expect(Object.keys(withShipped(without, SHIPPED, "blocks", "lowest").blocks).sort()).toEqual(
        Object.keys(SHIPPED.blocks).sort(),
    );
});

test("numbers are typed with commas or blanks", () => {
    expect([numbersOf("10, 20 50"), numbersOf(""), numbersOf("1, x")]).toEqual([[10, 20, 50], [], null]);
});
