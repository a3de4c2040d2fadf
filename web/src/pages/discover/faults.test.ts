import { expect, test } from "vitest";

import { ApiError } from "@/api/problem";

import { faultAt, faultsOf } from "./faults";

test("faults are found by the setting that they are of", () => {
    const error = new ApiError(422, "no", "two things", [
        { where: "body.campaign.costs.commission", message: "commission=0.9 is outside [0, 0.5)" },
        { where: "body.campaign.ranges.sma_cross.fast", message: "fast=1 is outside" },
        { where: "body.priority", message: "too high" },
    ]);
    const faults = faultsOf(error);
    expect(faults.get("costs.commission")).toBe("Commission=0.9 is outside [0, 0.5).");
    expect(faultAt(faults, "ranges.sma_cross")).toBe("Fast=1 is outside.");
    expect(faultAt(faults, "costs")).toBeDefined();
    expect(faultAt(faults, "protocol")).toBeUndefined();
    expect(faults.get("body.priority")).toBe("Too high.");
});

test("an answer without fields is of the whole", () => {
    expect(faultsOf(new ApiError(422, "no", "it cannot be", [])).get("")).toBe("It cannot be.");
    expect(faultsOf(new ApiError(503, "no", "later", [])).size).toBe(0);
});
