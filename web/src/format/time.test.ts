import { expect, test } from "vitest";

import { ago, duration, span, utcDay, utcTime } from "@/format/time";

test("a time without a zone is the server's, which is UTC", () => {
    expect(utcTime("2026-11-29T13:05:09")).toBe("2026-11-29 13:05:09 UTC");
    expect(utcTime("2026-11-29T13:05:09+02:00")).toBe("2026-11-29 11:05:09 UTC");
});

test("a day stays that day in every zone", () => {
    expect(utcDay("2026-11-29")).toBe("2026-11-29");
});

test("what is no time is a dash", () => {
    expect([utcTime(null), utcTime("soon"), utcDay("")]).toEqual(["–", "–", "–"]);
});

test("lengths take a unit that reads well", () => {
    expect([duration(45), duration(720), duration(12_600), duration(1_036_800)]).toEqual([
        "45\u00a0s",
        "12\u00a0min",
        "3.5\u00a0h",
        "12\u00a0d",
    ]);
});

test("a span is one length where both ends read the same", () => {
    expect([span(3.2, 119), span(0.2, 1.3)]).toEqual(["3\u00a0s to 2\u00a0min", "1\u00a0s"]);
});

test("times are told from now", () => {
    const now = Date.UTC(2026, 0, 1, 12);
    expect([
        ago("2026-01-01T11:55:00Z", now),
        ago("2026-01-01T12:00:03Z", now),
        ago("2026-01-01T12:05:00Z", now),
    ]).toEqual(["5\u00a0min ago", "just now", "in 5\u00a0min"]);
});
