import { expect, test } from "vitest";

import { DIVERGING } from "@/app/palette";
import { along, cell, luminance, textOn } from "@/charts/heat";

test("a scale begins and ends with its own colours, and is drawn in beyond them", () => {
    expect([along(["#000000", "#ffffff"], 0), along(["#000000", "#ffffff"], 1)]).toEqual(["#000000", "#ffffff"]);
    expect(along(["#000000", "#ffffff"], 0.5)).toBe("#808080");
    expect([along(["#000000", "#ffffff"], -3), along(["#000000", "#ffffff"], 7)]).toEqual(["#000000", "#ffffff"]);
});

test("the luminance of white is one and of pure red 0.2126, as WCAG defines it", () => {
    expect(luminance("#ffffff")).toBeCloseTo(1, 6);
    expect(luminance("#ff0000")).toBeCloseTo(0.2126, 6);
});

test("text is read on every cell of both scales", () => {
    for (const scale of [DIVERGING.light, DIVERGING.dark])
        for (let value = -1; value <= 1; value += 0.01) {
            const { ground, text } = cell(scale, value, 1);
            const [high, low] = [luminance(ground), luminance(text)].sort((a, b) => b - a);
            expect(((high ?? 0) + 0.05) / ((low ?? 0) + 0.05)).toBeGreaterThanOrEqual(4.5);
        }
});

test("nothing is in the middle", () => {
    expect(cell(DIVERGING.light, 0, 2).ground).toBe(DIVERGING.light[3]);
    expect(textOn("#f7f7f7")).toBe("#000000");
});
