import { expect, test } from "vitest";

import { setting, settings } from "@/pages/alphas/words";

test("fractions of risk are per cents, whole numbers have no decimals, and none is off", () => {
    expect([
        setting("stop_loss", 0.05),
        setting("take_profit", 0.125),
        setting("slow", 48),
        setting("threshold", 0.0125),
        setting("trailing_stop", null),
        setting("direction", "long"),
    ]).toEqual(["5 %", "12.50 %", "48", "0.0125", "off", "long"]);
});

test("a line of settings leaves out what is off or usual", () => {
    const told = { fast: 12, stop_loss: 0.05, trailing_stop: null, direction: "both", leverage: 1 };
    expect(settings(told)).toBe("fast 12, stop loss 5 %");
});
