import { expect, test } from "vitest";

import { moved } from "@/pages/portfolio/moved";

test("what is taken from some is what the others get", () => {
    expect(moved([-120.5, 100, 20.5])).toBe("120.50 was moved to 2 bots.");
    expect(moved([-7, 7])).toBe("7.00 was moved to one bot.");
});

test("nothing to move is said", () => {
    expect([moved([]), moved([0, 0])]).toEqual(Array(2).fill("Every share is at its weight; nothing was moved."));
});
