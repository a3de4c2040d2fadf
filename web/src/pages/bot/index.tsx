import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import Stack from "@mui/material/Stack";
import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { Link as RouterLink, useParams } from "react-router";

import { sentence } from "@/api/problem";
import { Chart } from "@/charts/Chart";
import type { ChartColours } from "@/charts/colours";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { ChartSkeleton, PageSkeleton } from "@/components/Loading";
import { NotShown } from "@/components/NotShown";
import { PageHeader } from "@/components/PageHeader";
import { Panel } from "@/components/Panel";
import { StatTile } from "@/components/StatTile";
import { StatTiles } from "@/components/StatTiles";
import type { Schemas } from "@/api/client";
import { Moment } from "@/format/Moment";
import { fixed, money, percent, price, whole } from "@/format/number";
import { utcTime } from "@/format/time";
import { Actions } from "@/pages/bot/Actions";
import { botEquityLabel, botEquityOption, standing } from "@/pages/bot/equityChart";
import { Forward } from "@/pages/bot/Forward";
import { Log } from "@/pages/bot/Log";
import { Reconciliation } from "@/pages/bot/Reconciliation";
import { Safeguards } from "@/pages/bot/Safeguards";
import { BotTrades } from "@/pages/bot/Trades";
import { BotChip } from "@/pages/bots/BotChip";
import { botEquityQuery, type BotOut, botQuery } from "@/pages/bots/queries";

/** One bot: how it does, what it did, and whether it does what its backtest did. */
export default function Bot() {
    const { botId = "" } = useParams();
    const query = useQuery(botQuery(botId));
    const bot = query.data;
    if (query.error && !bot) return <NotShown page="Bot" title="This bot cannot be shown" query={query} />;
    if (!bot) return <PageSkeleton />;
    return (
        <>
            <PageHeader
                title={bot.name}
                about={
                    <Box component="span" sx={{ display: "flex", flexWrap: "wrap", gap: 1, alignItems: "center" }}>
                        <BotChip bot={bot} />
                        <span>
                            {bot.mode === "paper" ? "on paper" : "with real orders"} on {bot.markets.join(" with ")},{" "}
                            {bot.timeframe} bars, of{" "}
                            <Link component={RouterLink} underline="always" to={`/alphas/${bot.alpha_id}`}>
                                alpha {bot.alpha_id.slice(0, 8)}
                            </Link>
                        </span>
                    </Box>
                }
                actions={<Actions bot={bot} />}
            />
            <Stack spacing={2}>
                {bot.why !== null && (
                    <Alert severity={bot.state === "failed" ? "error" : "info"} variant="outlined">
                        {bot.state === "failed" ? "It could not go on" : "It was demoted"}: {sentence(bot.why)}
                        {bot.state === "failed" && " Mend that, then start it again."}
                    </Alert>
                )}
                {bot.now.halted !== null && (
                    <Alert severity="warning" variant="outlined">
                        It enters nothing until somebody resumes it. Why: {sentence(bot.now.halted)}
                    </Alert>
                )}
                <Tiles bot={bot} />
                <Equity bot={bot} />
                <Box
                    sx={{
                        display: "grid",
                        gap: 2,
                        gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "repeat(2, minmax(0, 1fr))" },
                    }}
                >
                    <Stack spacing={2}>
                        <Reconciliation bot={bot} />
                        <Forward bot={bot} />
                    </Stack>
                    <Safeguards bot={bot} />
                </Box>
                <BotTrades bot={bot} />
                <Log bot={bot} />
            </Stack>
        </>
    );
}

function Tiles({ bot }: { bot: BotOut }) {
    const { now } = bot;
    const held = now.position.map((leg) => `${fixed(leg.quantity, 4)} at ${price(leg.entry_price)}`);
    const sides = now.position.map((leg) => leg.side).join(" and ");
    return (
        <StatTiles>
            <StatTile
                label="Worth"
                value={money(now.equity)}
                note={`of ${money(Number(bot.allocated_capital))} allocated`}
                hint="Equity at the close of the last bar, after costs, in the quote currency"
            />
            <StatTile
                label="Return"
                value={percent(now.total_return, 2)}
                tone={now.total_return < 0 ? "bad" : "default"}
                note="of the allocated capital"
            />
            <StatTile label="Trades" value={whole(now.trades)} note="closed" />
            <StatTile label="Position" value={sides || "flat"} note={held.join(", ") || "at the last bar"} />
            <StatTile
                label="Bars"
                value={whole(now.bars)}
                note={
                    now.last_bar === null ? (
                        <span>
                            first: <Moment at={bot.start} />
                        </span>
                    ) : (
                        <span>
                            last: <Moment at={now.last_bar} />
                        </span>
                    )
                }
            />
        </StatTiles>
    );
}

const TOLD = {
    inside: "It is inside the band: it does what its past leads one to expect.",
    below: "It is below the band, where one of twenty courses comes even if nothing has changed. Look at the reconciliation first.",
    above: "It is above the band, where one of twenty courses comes by luck alone.",
};

function Equity({ bot }: { bot: BotOut }) {
    const found = useQuery(botEquityQuery(bot));
    return (
        <Panel
            title="Equity against the expected band"
            about="Equity at bar closes. The band holds nine of ten courses that are made of its alpha's own days, and the dashed line is the typical one; they inherit the luck of having been chosen. Times are UTC."
        >
            <Loaded query={found} title="The equity cannot be shown" skeleton={<ChartSkeleton height={340} />}>
                {(data) =>
                    data.time.length === 0 ? (
                        <EmptyState title="It has not lived through a bar yet">
                            {bot.state === "running"
                                ? "It begins with the next bar that is stored: update the data, or wait for the next download."
                                : "Start it; then it lives through every bar that is stored from its first one on."}
                        </EmptyState>
                    ) : (
                        <EquityChart found={data} />
                    )
                }
            </Loaded>
        </Panel>
    );
}

function EquityChart({ found }: { found: Schemas["BotEquity"] }) {
    const option = useCallback((colours: ChartColours) => botEquityOption(found, colours), [found]);
    const refine = useCallback(
        (colours: ChartColours, seen: readonly [number, number]) => botEquityOption(found, colours, seen),
        [found],
    );
    const where = standing(found);
    const table = () => ({
        columns: ["bar (UTC)", "equity"],
        rows: found.time.map((at, k): [string, string] => [utcTime(at), money(found.equity[k])]).reverse(),
    });
    return (
        <>
            <Chart {...{ option, refine, table }} label={botEquityLabel(found)} height={340} zooms />
            <Box sx={{ color: "text.secondary", mt: 0.5 }}>
                {where === null ? `There is no band: ${found.why_not ?? "nothing is known of it"}.` : TOLD[where]}
            </Box>
        </>
    );
}
