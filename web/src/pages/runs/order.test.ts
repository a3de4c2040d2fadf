import { expect, test } from "vitest";

import { isOrder } from "./order";

test("only orders that the server knows are asked for", () => {
    expect([isOrder("best_sharpe"), isOrder("happiness")]).toEqual([true, false]);
});
