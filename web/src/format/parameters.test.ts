import { expect, test } from "vitest";
import { few, nameOf, setting, settings } from "@/format/parameters";

test("fractions of risk are per cents, whole numbers have no decimals, and none is off", () => {
    expect([
        setting("stop_loss", 0.05),
        setting("take_profit", 0.125),
        setting("slow", 1200),
        setting("k", -0.123456),
        setting("trailing_stop", null),
        setting("direction", "long"),
    ]).toEqual(["5\u00a0%", "12.5\u00a0%", "1,200", "−0.1235", "off", "long"]);
});

test("a line of settings leaves out what is off or usual", () => {
    const told = { fast: 12, stop_loss: 0.05, trailing_stop: null, direction: "both", leverage: 1 };
    expect(settings(told)).toBe("fast 12, stop loss 5\u00a0%");
});

test("a few names are told, and how many more there are", () => {
    expect([few(["a"]), few(["a", "b"]), few(["a", "b", "c", "d"])]).toEqual(["a", "a, b", "a, b and 2 more"]);
});

test("the name of an alpha has its strategy in words, and its markets as they are", () => {
    const alpha = { strategy_type: "sma_cross", strategy_name: "sma_cross on EUR_USD@oanda" };
    expect(nameOf(alpha)).toBe("sma cross on EUR_USD@oanda");
});
