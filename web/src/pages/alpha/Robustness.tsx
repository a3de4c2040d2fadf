import Box from "@mui/material/Box";
import Stack from "@mui/material/Stack";
import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";

import type { Schemas } from "@/api/client";
import { Chart } from "@/charts/Chart";
import type { ChartColours } from "@/charts/colours";
import { Loaded } from "@/components/Loaded";
import { ChartSkeleton } from "@/components/Loading";
import { Panel } from "@/components/Panel";
import { SimpleTable } from "@/components/SimpleTable";
import { fixed, percent, whole } from "@/format/number";
import { metric } from "@/pages/alpha/metric";
import { Plateau } from "@/pages/alpha/Plateau";
import { type AlphaDetail, costsQuery, fanQuery, marketsQuery, regimesQuery } from "@/pages/alpha/queries";
import { costOption, fanOption } from "@/pages/alpha/robustCharts";

const TWO = { display: "grid", gap: 2, gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "repeat(2, minmax(0, 1fr))" } };

/** An alpha in a slightly different world, recomputed. */
export function Robustness({ alpha }: { alpha: AlphaDetail }) {
    const costs = useQuery(costsQuery(alpha.id));
    const fan = useQuery(fanQuery(alpha.id));
    const regimes = useQuery(regimesQuery(alpha.id));
    const markets = useQuery(marketsQuery(alpha.id));
    return (
        <Stack spacing={2}>
            <Box sx={TWO}>
                <Panel
                    title="If trading cost more"
                    about="The Sharpe ratio a year, less the market's own drift, at multiples of the assumed costs; both parts. Where the line meets nothing, costs eat it up."
                >
                    <Loaded query={costs} title="The costs cannot be shown" skeleton={<ChartSkeleton height={300} />}>
                        {(curve) => <Costs curve={curve} />}
                    </Loaded>
                </Panel>
                <Panel
                    title="A year with it"
                    about="Resampled years, made of its own days in blocks: nine of ten end in the wide band. They inherit the luck of having been chosen, so the truth is likely a little worse."
                >
                    <Loaded query={fan} title="The years cannot be shown" skeleton={<ChartSkeleton height={300} />}>
                        {(data) => <Years fan={data} />}
                    </Loaded>
                </Panel>
            </Box>
            <Plateau alpha={alpha} />
            <Box sx={TWO}>
                <Panel
                    title="By kind of day"
                    about="Its markets calm or wild, falling or rising over the 30 days before; Sharpe ratios a year."
                >
                    <Loaded query={regimes} title="The kinds of days cannot be shown">
                        {(rows) => <Regimes rows={rows} />}
                    </Loaded>
                </Panel>
                <Panel title="Market by market" about="Each of its markets on its own, both parts.">
                    <Loaded query={markets} title="The markets cannot be shown">
                        {(rows) => <Markets rows={rows} />}
                    </Loaded>
                </Panel>
            </Box>
        </Stack>
    );
}

function Costs({ curve }: { curve: Schemas["CostCurve"] }) {
    const option = useCallback((colours: ChartColours) => costOption(curve, colours), [curve]);
    const even = curve.break_even === null ? "" : ` It breaks even at ${fixed(curve.break_even, 1)} times the costs.`;
    const own = curve.multiples.indexOf(1);
    const label =
        `Adjusted Sharpe ratio by multiples of the costs of ${percent(curve.commission + curve.slippage, 3)} a side: ` +
        `${fixed(curve.adjusted_sharpe[own])} at the assumed costs, ` +
        `${fixed(curve.adjusted_sharpe.at(-1))} at ${fixed(curve.multiples.at(-1), 0)} times.${even}`;
    const table = () => ({
        columns: ["multiple of costs", "adjusted Sharpe", "Sharpe", "return"],
        rows: curve.multiples.map((multiple, k) => [
            fixed(multiple, 1),
            fixed(curve.adjusted_sharpe[k]),
            fixed(curve.sharpe[k]),
            percent(curve.total_return[k]),
        ]),
    });
    return <Chart option={option} label={label} height={300} table={table} />;
}

function Years({ fan }: { fan: Schemas["Fan"] }) {
    const option = useCallback((colours: ChartColours) => fanOption(fan, colours), [fan]);
    const end = (level: number) => (fan.equity[fan.levels.indexOf(level)]?.at(-1) ?? 1) - 1;
    const label =
        `Of ${whole(fan.draws)} resampled years, one of twenty ends below ${percent(end(0.05))}, half of them below ` +
        `${percent(end(0.5))}, one of twenty above ${percent(end(0.95))}. ${percent(fan.p_loss)} end with a loss.`;
    const table = () => ({
        columns: ["share of years below", "return", "largest drawdown"],
        rows: fan.levels.map((level, k) => [percent(level, 0), percent(end(level)), percent(fan.drawdown[k])]),
    });
    return (
        <>
            <Chart option={option} label={label} height={300} table={table} />
            <Box sx={{ color: "text.secondary", mt: 0.5 }}>
                {percent(fan.p_loss)} of {whole(fan.draws)} resampled years end with a loss; one of twenty falls by{" "}
                {percent(fan.drawdown[fan.levels.indexOf(0.95)])} or more on the way.
            </Box>
        </>
    );
}

function Regimes({ rows }: { rows: Schemas["Regime"][] }) {
    return (
        <SimpleTable
            label="By kind of day"
            stacks
            rows={rows}
            keyOf={(one) => one.regime}
            columns={[
                { name: "Kind of day", show: (one) => one.regime },
                { name: "Days", right: true, show: (one) => whole(one.days) },
                { name: "Adjusted Sharpe", right: true, show: (one) => fixed(one.adjusted_sharpe) },
                { name: "Sharpe", right: true, show: (one) => fixed(one.sharpe) },
                { name: "Return", right: true, show: (one) => percent(one.total_return) },
            ]}
        />
    );
}

function Markets({ rows }: { rows: Schemas["MarketMetrics"][] }) {
    const of = (one: Schemas["MarketMetrics"], name: string) => metric({ own: one.metrics }, "own", name);
    return (
        <SimpleTable
            label="Market by market"
            stacks
            rows={rows}
            keyOf={(one) => one.market}
            columns={[
                { name: "Market", show: (one) => one.market },
                { name: "Sharpe", right: true, show: (one) => fixed(of(one, "sharpe_ratio")) },
                { name: "Return", right: true, show: (one) => percent(of(one, "total_return")) },
                { name: "Max drawdown", right: true, show: (one) => percent(of(one, "max_drawdown")) },
                { name: "Trades", right: true, show: (one) => whole(of(one, "n_trades")) },
                { name: "Win rate", right: true, show: (one) => percent(of(one, "win_rate")) },
            ]}
        />
    );
}
