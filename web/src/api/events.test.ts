import { expect, test } from "vitest";

import { parseEvents } from "@/api/events";

const ONE = 'id: 7\nevent: batch\ndata: {"run_id": "r", "at": "2026-01-01T00:00:00", "kind": "batch", "tested": 3}\n\n';

test("an event is read with its number and data", () => {
    const { events, rest } = parseEvents(`retry: 2000\n\n${ONE}`);
    expect(rest).toBe("");
    expect(events).toEqual([{ id: 7, run_id: "r", at: "2026-01-01T00:00:00", kind: "batch", tested: 3 }]);
});

test("what is cut off waits for the rest", () => {
    const half = parseEvents(ONE.slice(0, 30));
    expect(half.events).toEqual([]);
    expect(parseEvents(half.rest + ONE.slice(30)).events).toHaveLength(1);
});

test("heart beats are no events", () => {
    expect(parseEvents(": beat\n\n").events).toEqual([]);
});
