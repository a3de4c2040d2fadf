import { expect, test } from "vitest";

import { inTheForm } from "@/pages/data/fields";

test("options of the command are called as the form calls them", () => {
    expect(inTheForm("which venue is this market of? name it with --venue, e.g. --venue nasdaq")).toBe(
        "which venue is this market of? name it in the field Venue, e.g. nasdaq",
    );
    expect(inTheForm("kept as they are; if the source is not in UTC, say --timezone")).toBe(
        "kept as they are; if the source is not in UTC, say so in the field Time zone",
    );
    expect(inTheForm("correct the source, or leave such bars out with --exclude-bad")).toBe(
        "correct the source, or leave such bars out by “Leave bars with errors out”",
    );
});

test("an option that the form has no field for is named with its command", () => {
    expect(inTheForm("name it with --columns")).toBe("name it with --columns (alpha data import)");
});

test("what only the command can do is said to be the command's", () => {
    expect(inTheForm("kept as they are; nobody could trade there: see --exclude-untraded")).toBe(
        "kept as they are; nobody could trade there (alpha data import --exclude-untraded leaves them out)",
    );
});
