import { expect, test } from "vitest";

import { barLength, beginBefore } from "@/pages/alpha/windows";

test("a bar is as long as its name says", () => {
    expect([barLength("1m"), barLength("15m"), barLength("4h"), barLength("1d")]).toEqual([
        60_000, 900_000, 14_400_000, 86_400_000,
    ]);
});

test("a moment stands in the middle of what is drawn", () => {
    expect(beginBefore("2024-01-02T00:00:00Z", "1h", 48)).toBe("2024-01-01T00:00Z");
});
