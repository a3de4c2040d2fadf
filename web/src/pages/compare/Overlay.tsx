import { useCallback } from "react";

import type { Schemas } from "@/api/client";
import { Chart } from "@/charts/Chart";
import type { ChartColours } from "@/charts/colours";
import { percent } from "@/format/number";
import { nameOf } from "@/format/parameters";
import { letter, overlayOption } from "@/pages/compare/overlayChart";

/** The courses of several alphas in one chart. */
export function Overlay({ rows }: { rows: Schemas["Compared"][] }) {
    const option = useCallback((colours: ChartColours) => overlayOption(rows, colours), [rows]);
    const ends = rows.map((row) => (row.equity.equity.at(-1) ?? 1) - 1);
    const label = `Profit since the start: ${rows.map((_, k) => `${letter(k)} ${percent(ends[k])}`).join(", ")}`;
    const table = () => ({
        columns: ["alpha", "profit", "largest drawdown"],
        rows: rows.map((row, k) => [
            `${letter(k)} ${nameOf(row.alpha)}`,
            percent(ends[k]),
            percent(row.equity.drawdown.reduce((most, one) => Math.max(most, one), 0)),
        ]),
    });
    return <Chart option={option} label={label} height={380} table={table} zooms />;
}
