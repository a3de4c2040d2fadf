import { expect, test } from "vitest";

import { choicesOf, extent, type Kind, spanOf, wantedOf } from "./kinds";

const INT: Kind = { kind: "int", low: 5, high: 50, step: 1 };
const STOP: Kind = { kind: "optional", of: { kind: "float", low: 0.01, high: 0.1, step: 0.005 } };
const WAY: Kind = { kind: "choice", values: ["both", "long", "short"], only: [] };

test("no range is the whole of a kind, and comes back as none", () => {
    for (const kind of [INT, STOP]) {
        const span = spanOf(kind, undefined);
        expect(span && wantedOf(kind, span)).toBeUndefined();
    }
});

test("ranges come back as they were written", () => {
    for (const wanted of [[10, 20], 12])
        expect(wantedOf(INT, spanOf(INT, wanted) ?? { off: null, low: 0, high: 0 })).toEqual(wanted);
    for (const wanted of [["off", 0.02, 0.05], [0.02, 0.05], 0.03, "off"])
        expect(wantedOf(STOP, spanOf(STOP, wanted) ?? { off: null, low: 0, high: 0 })).toEqual(wanted);
});

test("several values are shown from the first to the last", () => {
    expect(spanOf(INT, [10, 15, 20])).toEqual({ off: null, low: 10, high: 20 });
    expect(spanOf(STOP, ["off", 0.02, 0.03, 0.04])).toEqual({ off: true, low: 0.02, high: 0.04 });
});

test("the whole range without off is a range of its own", () => {
    expect(wantedOf(STOP, { off: false, low: 0.01, high: 0.1 })).toEqual([0.01, 0.1]);
});

test("choices are those that are named, or all", () => {
    expect(choicesOf(WAY, undefined)).toEqual(["both", "long", "short"]);
    expect(choicesOf(WAY, "long")).toEqual(["long"]);
    expect(choicesOf(WAY, ["long", "short"])).toEqual(["long", "short"]);
});

test("an extent reads with its units", () => {
    expect(extent("stop_loss", STOP)).toBe("off, or 1\u00a0% to 10\u00a0% in steps of 0.5\u00a0%");
    expect(extent("direction", WAY)).toBe("both, long, short");
});
