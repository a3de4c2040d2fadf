import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";

import type { Schemas } from "@/api/client";
import { Chart } from "@/charts/Chart";
import type { ChartColours } from "@/charts/colours";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { ChartSkeleton } from "@/components/Loading";
import { Panel } from "@/components/Panel";
import { money } from "@/format/number";
import { utcTime } from "@/format/time";
import { portfolioLabel, portfolioOption } from "@/pages/portfolio/equityChart";
import { type Portfolio, portfolioEquityQuery } from "@/pages/portfolios/queries";

/** What a portfolio was worth at each bar. */
export function Equity({ portfolio }: { portfolio: Portfolio }) {
    const found = useQuery(portfolioEquityQuery(portfolio));
    return (
        <Panel
            title="Worth"
            about="All bots together at bar closes, after costs. Money on its way from one to another is not missing. Times are UTC."
        >
            <Loaded query={found} title="The course cannot be shown" skeleton={<ChartSkeleton height={300} />}>
                {(data) =>
                    data.time.length === 0 ? (
                        <EmptyState title="Its bots have not lived through a bar yet">
                            Start them; then they live through every bar that is stored from their first one on.
                        </EmptyState>
                    ) : (
                        <Course found={data} />
                    )
                }
            </Loaded>
        </Panel>
    );
}

function Course({ found }: { found: Schemas["PortfolioEquity"] }) {
    const option = useCallback((colours: ChartColours) => portfolioOption(found, colours), [found]);
    const refine = useCallback(
        (colours: ChartColours, seen: readonly [number, number]) => portfolioOption(found, colours, seen),
        [found],
    );
    const table = () => ({
        columns: ["bar (UTC)", "worth"],
        rows: found.time.map((at, k): [string, string] => [utcTime(at), money(found.equity[k])]).reverse(),
    });
    return <Chart {...{ option, refine, table }} label={portfolioLabel(found)} height={300} zooms />;
}
