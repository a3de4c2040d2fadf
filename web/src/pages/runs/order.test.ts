import { expect, test } from "vitest";

import { few, isOrder } from "./order";

test("a few names are told, and how many more there are", () => {
    expect([few(["a"]), few(["a", "b"]), few(["a", "b", "c", "d"])]).toEqual(["a", "a, b", "a, b and 2 more"]);
});

test("only orders that the server knows are asked for", () => {
    expect([isOrder("best_sharpe"), isOrder("happiness")]).toEqual([true, false]);
});
