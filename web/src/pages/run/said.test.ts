import { expect, test } from "vitest";

import { said } from "./said";

test("events read as sentences", () => {
    expect(said({ kind: "queued", data: { asked_by: "ada" } })).toBe("Asked for by ada; waits for a worker.");
    expect(said({ kind: "stage", data: { stage: "judge" } })).toBe("The search is over; judging begins.");
    expect(said({ kind: "failed", data: { error: "no memory" } })).toBe("Failed. no memory");
    expect(
        said({ kind: "completed", data: { runtime_hours: 0.5, strategies_tested: 4000, profitable_found: 0 } }),
    ).toBe("Completed after 30\u00a0min: 4,000 tried, 0 alphas.");
    expect(said({ kind: "completed", data: { strategies_tested: 400, profitable_found: 1 } })).toBe(
        "Completed: 400 tried, 1 alpha.",
    );
});

test("a batch tells who proposed it", () => {
    const data = {
        strategy: "sma_cross",
        n_tested: 60,
        done: 120,
        planned: 600,
        best_sharpe: 1.234,
        method: "genetic",
    };
    expect(said({ kind: "batch", data })).toBe(
        "sma cross: 60 candidates by genetic, 120 of 600; best Sharpe so far 1.23.",
    );
});

test("a kind that is new here is still told", () => {
    expect(said({ kind: "moved_house", data: { note: "to disk 2" } })).toBe("moved house. to disk 2");
});
