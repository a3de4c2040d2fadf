import Box from "@mui/material/Box";
import Stack from "@mui/material/Stack";
import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";

import type { Schemas } from "@/api/client";
import { Chart } from "@/charts/Chart";
import type { ChartColours } from "@/charts/colours";
import { Facts } from "@/components/Facts";
import { HeatTable } from "@/components/HeatTable";
import { Loaded } from "@/components/Loaded";
import { ChartSkeleton } from "@/components/Loading";
import { Panel } from "@/components/Panel";
import { StatTile } from "@/components/StatTile";
import { StatTiles } from "@/components/StatTiles";
import { fixed, percent, spaced, trust, whole } from "@/format/number";
import { plain, setting } from "@/format/parameters";
import { utcDay } from "@/format/time";
import { equityLabel, equityOption } from "@/pages/alpha/equityChart";
import { metric } from "@/pages/alpha/metric";
import { type AlphaDetail, equityQuery, monthsQuery } from "@/pages/alpha/queries";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Year"];

/** What an alpha does and what it earned. */
export function Summary({ alpha }: { alpha: AlphaDetail }) {
    const equity = useQuery(equityQuery(alpha.id));
    const months = useQuery(monthsQuery(alpha.id));
    return (
        <Stack spacing={2}>
            <Tiles alpha={alpha} />
            <Panel
                title="Equity and drawdown"
                about="Profit since the start, after costs, and below it the loss from the highest point so far. In the search part the dotted line has to leave the band, which the best of as many lucky tries reaches; the vault was opened once, to test it, and the band starts anew there. Between the two lies the embargo, which belongs to neither."
            >
                <Loaded query={equity} title="The equity cannot be shown" skeleton={<ChartSkeleton height={460} />}>
                    {(data) => <EquityChart equity={data} />}
                </Loaded>
            </Panel>
            <Box
                sx={{
                    display: "grid",
                    gap: 2,
                    gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "repeat(2, minmax(0, 1fr))" },
                }}
            >
                <Panel title="The rule">
                    <Box component="ul" sx={{ m: 0, pl: 2.5, lineHeight: 1.7 }}>
                        {alpha.sentences.map((one) => (
                            <li key={one}>{spaced(one)}</li>
                        ))}
                    </Box>
                </Panel>
                <Panel title="Parameters">
                    <Facts
                        right
                        rows={Object.entries(alpha.parameters).map(([name, value]) => [
                            plain(name),
                            setting(name, value),
                        ])}
                    />
                </Panel>
            </Box>
            <Panel title="Returns by month" about="After costs, at the size that it trades; months of UTC.">
                <Loaded query={months} title="The months cannot be shown">
                    {(years) => <Months years={years} />}
                </Loaded>
            </Panel>
        </Stack>
    );
}

function EquityChart({ equity }: { equity: Schemas["Equity"] }) {
    const option = useCallback((colours: ChartColours) => equityOption(equity, colours), [equity]);
    const refine = useCallback(
        (colours: ChartColours, seen: readonly [number, number]) => equityOption(equity, colours, seen),
        [equity],
    );
    const table = () => ({
        columns: ["day (UTC)", "profit", "without the market's drift", "drawdown"],
        rows: equity.time.map((at, k) => [
            utcDay(at),
            percent((equity.equity[k] ?? 1) - 1),
            percent((equity.adjusted_equity[k] ?? 1) - 1),
            percent(equity.drawdown[k]),
        ]),
    });
    return <Chart {...{ option, refine, table }} label={equityLabel(equity)} height={460} zooms />;
}

function Tiles({ alpha }: { alpha: AlphaDetail }) {
    const of = (part: string, name: string) => metric(alpha.metrics, part, name);
    return (
        <StatTiles least={125}>
            <StatTile
                label="Adjusted Sharpe, search"
                value={fixed(of("search", "adjusted_sharpe"))}
                note={`${percent(of("search", "annual_return"))} a year`}
                hint="A year, after costs and less the market's own drift, in the search part: it was chosen for it, so it flatters"
            />
            <StatTile
                label="Adjusted Sharpe, vault"
                value={fixed(of("vault", "adjusted_sharpe"))}
                note={`${percent(of("vault", "annual_return"))} a year`}
                hint="The same on the days that the search never saw: what to believe"
            />
            <StatTile
                label="Return after costs"
                value={percent(alpha.total_return)}
                note={`${setting("position_size", alpha.parameters.position_size)} of equity in a position`}
                hint="Search part and vault together, of the starting equity"
            />
            <StatTile
                label="Max drawdown"
                value={percent(alpha.max_drawdown)}
                note="from a peak of equity"
                hint="The largest loss from the highest equity so far, at bar closes, both parts"
            />
            <StatTile
                label="Win rate"
                value={percent(alpha.win_rate)}
                note={`of ${whole(of("full", "n_trades"))} trades`}
                hint="Share of closed trades that won, after costs"
            />
            <StatTile
                label="Profit factor"
                value={alpha.profit_factor === null ? "no losses" : fixed(alpha.profit_factor)}
                note="won over lost"
                hint="What was won over what was lost, after costs"
            />
            <StatTile
                label="Validation score"
                value={alpha.validation_score === null ? "not known" : trust(alpha.validation_score)}
                note={alpha.validation_score === null ? "no calibration yet" : "of a true edge"}
                hint="Probability that the true adjusted Sharpe ratio is above zero, by the calibration of this judge (alpha calibrate)"
            />
        </StatTiles>
    );
}

function Months({ years }: { years: Schemas["Month"][] }) {
    const known = years.flatMap((year) => year.months).filter((value) => value !== null);
    const reach = Math.max(0.001, ...known.map(Math.abs));
    return (
        <HeatTable
            label="Returns by month"
            corner="year"
            columns={MONTHS}
            rows={years.map((year) => ({ name: String(year.year), cells: [...year.months, year.total] }))}
            reach={reach}
            format={(value) => percent(value)}
            total
        />
    );
}
