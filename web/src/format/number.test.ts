import { expect, test } from "vitest";

import { bytes, counted, fixed, percent, price, probability, short, spaced, trust, whole } from "@/format/number";

test("absent and impossible values are a dash", () => {
    expect([fixed(null), percent(undefined), whole(NaN)]).toEqual(["–", "–", "–"]);
});

test("a negative number bears a minus, not a hyphen", () => {
    expect(fixed(-1.5)).toBe("−1.50");
});

test("numbers have separators, decimals and units", () => {
    expect([whole(24000), fixed(1234.5), percent(0.1234), short(1_234_567)]).toEqual([
        "24,000",
        "1,234.50",
        "12.3\u00a0%",
        "1.23M",
    ]);
});

test("one of something is not told as several", () => {
    expect([counted(1, "alpha"), counted(0, "alpha"), counted(24_000, "alpha")]).toEqual([
        "1 alpha",
        "0 alphas",
        "24,000 alphas",
    ]);
});

test("a price has more digits the smaller it is", () => {
    expect([price(43_210.55), price(123.456), price(1.23456), price(0.000123)]).toEqual([
        "43,210.6",
        "123.46",
        "1.235",
        "0.000123",
    ]);
});

test("an infinite profit factor is shown as such", () => {
    expect([fixed(Infinity), fixed(-Infinity)]).toEqual(["∞", "−∞"]);
});

test("per cents in words of the server are those of the page", () => {
    expect(spaced("0.5% of 5%, and %K over %D")).toBe("0.5\u00a0% of 5\u00a0%, and %K over %D");
});

test("small probabilities say that they are small", () => {
    expect([probability(0.00004), probability(0.0312), probability(0)]).toEqual(["< 0.001", "0.031", "0.000"]);
});

test("a score is never certain", () => {
    expect([trust(0.704), trust(0.99), trust(0.9904), trust(1), trust(null)]).toEqual([
        "70\u00a0%",
        "99\u00a0%",
        "> 99\u00a0%",
        "> 99\u00a0%",
        "–",
    ]);
});

test("bytes take the largest unit that leaves a whole digit", () => {
    expect([bytes(0), bytes(999), bytes(3_400_000)]).toEqual(["0\u00a0B", "999\u00a0B", "3.4\u00a0MB"]);
});
