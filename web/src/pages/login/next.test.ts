import { expect, test } from "vitest";

import { insideOnly } from "@/pages/login/next";

test("after a login one comes back to the page that asked for it", () => {
    expect(insideOnly("/runs/abc?tab=log")).toBe("/runs/abc?tab=log");
});

test("a link cannot lead to another server", () => {
    expect(["https://attacker.example", "//attacker.example", "/\\attacker.example", null].map(insideOnly)).toEqual([
        "/",
        "/",
        "/",
        "/",
    ]);
});
