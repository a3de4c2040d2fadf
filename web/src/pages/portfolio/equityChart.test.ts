import { expect, test } from "vitest";

import { portfolioLabel } from "@/pages/portfolio/equityChart";

test("the course is told in words", () => {
    const found = { capital: 1000, time: ["2020-01-01T00:00:00Z"], equity: [1012.5], max_drawdown: 0.0123 };
    expect(portfolioLabel(found)).toBe(
        "Worth of the portfolio at bar closes, from 1,000.00 to 1,012.50; its deepest fall was 1.23\u00a0%.",
    );
});
