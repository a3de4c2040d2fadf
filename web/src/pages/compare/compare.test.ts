import { expect, test } from "vitest";

import { best } from "@/pages/compare/best";
import { letter } from "@/pages/compare/overlayChart";

test("letters go on after Z", () => {
    expect([letter(0), letter(25), letter(26), letter(49)]).toEqual(["A", "Z", "AA", "AX"]);
});

test("the best of a row is its highest value, or its lowest where less is better", () => {
    expect(best([1, 3, null, 3])).toEqual([1, 3]);
    expect(best([0.2, 0.1], true)).toEqual([1]);
    expect([best([1, 1]), best([1, null])]).toEqual([[], []]);
});
