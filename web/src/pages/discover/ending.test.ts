import { expect, test } from "vitest";

import { endsOnResults, readEnding, writeEnding } from "./ending";

test("an end in words comes back as it was said", () => {
    for (const until of [
        null,
        "1 hour",
        "8 hours",
        "5000 candidates without progress",
        "8 hours or 5000 candidates without progress",
        "0.5 hours and 1 candidate without progress",
    ]) {
        const ending = readEnding(until);
        expect(ending && writeEnding(ending)).toBe(until);
    }
});

test("other units, the other order and separators are read too", () => {
    expect(readEnding("5,000 candidates without progress or 90 minutes")).toEqual({
        hours: 1.5,
        idle: 5000,
        both: false,
    });
    expect(readEnding("28,800 Seconds")).toEqual({ hours: 8, idle: null, both: false });
});

test("what has other parts is left in words", () => {
    for (const until of [
        "soon",
        "500 candidates",
        "1 hour or 2 hours",
        "(1 hour or 500 candidates) and 9 hours",
        "5 hours without progress",
        "1 hour or 5 candidates without progress and 2 hours",
    ])
        expect(readEnding(until)).toBeNull();
});

test("results decide an end that waits for progress, not one of time", () => {
    expect([endsOnResults(null), endsOnResults("8 hours")]).toEqual([false, false]);
    expect(endsOnResults("8 hours and 5 candidates  without  progress")).toBe(true);
});
