import { expect, test } from "vitest";

import { queryOf, type Wanted, wrongs } from "@/pages/alpha/deployment";

const GOOD: Wanted = {
    name: " trend ",
    capital: "10000",
    mode: "paper",
    confirm: "",
    replay: false,
    start: "",
    max_drawdown: "20",
    max_daily_loss: "",
    max_position: "",
    at_once: true,
};

test("limits become fractions, and those that are left out stay off", () => {
    expect(wrongs(GOOD)).toEqual({});
    expect(queryOf(GOOD)).toEqual({
        bot_name: "trend",
        allocated_capital: "10000",
        mode: "paper",
        max_drawdown: 0.2,
    });
});

test("a replay begins on its day", () => {
    expect(queryOf({ ...GOOD, replay: true, start: "2024-01-01" })).toMatchObject({ start: "2024-01-01" });
    expect(wrongs({ ...GOOD, replay: true })).toEqual({ start: "a day, please" });
});

test("each field says what is wrong with it", () => {
    const found = wrongs({ ...GOOD, name: " ", capital: "-5", max_drawdown: "much" });
    expect(Object.keys(found)).toEqual(["name", "capital", "max_drawdown"]);
});

test("real orders need the name once more", () => {
    const live: Wanted = { ...GOOD, mode: "live", confirm: "tren" };
    expect(wrongs(live)).toEqual({ confirm: "not the bot's name" });
    expect(wrongs({ ...live, confirm: "trend" })).toEqual({});
    expect(queryOf({ ...live, confirm: " trend" })).toMatchObject({ mode: "live", confirm: "trend" });
});
