import { expect, test } from "vitest";

import { tokenOf, weakness } from "@/pages/setup/credentials";

test("the token is found in the link, in its fragment and by itself", () => {
    expect([tokenOf("http://127.0.0.1:8000/setup#token=aB_-1"), tokenOf("#token=aB_-1"), tokenOf(" aB_-1 ")]).toEqual([
        "aB_-1",
        "aB_-1",
        "aB_-1",
    ]);
    expect(tokenOf("#other")).toBe("");
});

test("passwords are refused as the server would refuse them", () => {
    expect(weakness("ada", "short")).toContain("7 more");
    expect(weakness("ada", "aaaaaaaaaaaa")).toContain("easy to guess");
    expect(weakness("Correct horse", "correct horse")).toContain("easy to guess");
    expect(weakness("ada", "correct horse battery")).toBeNull();
});
