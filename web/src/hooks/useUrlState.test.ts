import { expect, test } from "vitest";

import { readUrl, writeUrl } from "@/hooks/useUrlState";

const DEFAULTS = { page: 0, text: "", states: [] as string[], descending: true, symbol: null };

test("an address without a name has its default", () => {
    expect(readUrl(new URLSearchParams(), DEFAULTS)).toEqual(DEFAULTS);
});

test("values have the types of their defaults", () => {
    const params = new URLSearchParams("page=3&text=sma&states=a&states=b&descending=false&symbol=BTC");
    expect(readUrl(params, DEFAULTS)).toEqual({
        page: 3,
        text: "sma",
        states: ["a", "b"],
        descending: false,
        symbol: "BTC",
    });
});

test("a number that is none is the default", () => {
    expect(readUrl(new URLSearchParams("page=x"), DEFAULTS).page).toBe(0);
});

test("what is usual leaves the address, what others wrote stays", () => {
    const params = new URLSearchParams("page=3&other=1");
    expect(writeUrl(params, DEFAULTS, { page: 0, states: ["a"] }).toString()).toBe("other=1&states=a");
});

test("what was written is read again", () => {
    const params = writeUrl(new URLSearchParams(), { kinds: ["a"] }, { kinds: [] });
    expect(readUrl(params, { kinds: ["a"] }).kinds).toEqual([]);
});
