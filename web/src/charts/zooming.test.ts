import { expect, test } from "vitest";

import { inward, outward, WHOLE } from "@/charts/zooming";

test("zooming in keeps the middle, and out again what was seen before", () => {
    expect(inward(WHOLE)).toEqual([25, 75]);
    expect(outward(inward([20, 40]))).toEqual([20, 40]);
});

test("zooming out stops at the whole, from the edges too", () => {
    expect([outward(WHOLE), outward([0, 20]), outward([70, 100])]).toEqual([WHOLE, [0, 40], [40, 100]]);
});

test("nearer than one in a hundred nobody comes", () => {
    expect(inward([50, 51])).toEqual([50, 51]);
});
