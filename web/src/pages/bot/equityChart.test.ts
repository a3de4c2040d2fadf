import { expect, test } from "vitest";

import { botEquityLabel, standing } from "@/pages/bot/equityChart";

const expected = {
    time: ["2024-01-01T00:00Z", "2024-01-02T00:00Z", "2024-01-03T00:00Z"],
    low: [100, 95, 93],
    middle: [100, 101, 102],
    high: [100, 106, 110],
};
const found = (last: number) => ({
    capital: 100,
    time: ["2024-01-01T00:00Z", "2024-01-02T12:00Z"],
    equity: [100, last],
    expected,
    why_not: null,
});

test("equity stands against the band at the end of its day", () => {
    expect([standing(found(92)), standing(found(100)), standing(found(111))]).toEqual(["below", "inside", "above"]);
});

test("without a band nothing is said of it", () => {
    expect(standing({ ...found(100), expected: null })).toBeNull();
    expect(botEquityLabel({ ...found(110), expected: null })).toBe(
        "Equity of the bot: 110.00, 10.0\u00a0% of its capital.",
    );
});
