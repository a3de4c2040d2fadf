import Alert from "@mui/material/Alert";
import Stack from "@mui/material/Stack";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";

import { sentence } from "@/api/problem";
import { PageSkeleton } from "@/components/Loading";
import { NotShown } from "@/components/NotShown";
import { PageHeader } from "@/components/PageHeader";
import { StatTile } from "@/components/StatTile";
import { StatTiles } from "@/components/StatTiles";
import { money, percent, whole } from "@/format/number";
import { Actions } from "@/pages/portfolio/Actions";
import { Bots } from "@/pages/portfolio/Bots";
import { Equity } from "@/pages/portfolio/Equity";
import { type Portfolio, portfolioEquityQuery, portfolioQuery } from "@/pages/portfolios/queries";

/** A deployed portfolio as one: its worth, its bots, and how far their shares are from their weights. */
export default function PortfolioPage() {
    const { name = "" } = useParams();
    const query = useQuery(portfolioQuery(name));
    const portfolio = query.data;
    if (query.error && !portfolio)
        return <NotShown page="Portfolio" title="This portfolio cannot be shown" query={query} />;
    if (!portfolio) return <PageSkeleton />;
    return (
        <>
            <PageHeader
                title={portfolio.name}
                about="A portfolio on paper: its bots share one capital. Amounts are in the quote currency of their markets."
                actions={<Actions portfolio={portfolio} />}
            />
            <Stack spacing={2}>
                {portfolio.idle.map((told) => (
                    <Alert key={told} severity="info" variant="outlined">
                        {sentence(told)}
                    </Alert>
                ))}
                <Tiles portfolio={portfolio} />
                <Equity portfolio={portfolio} />
                <Bots portfolio={portfolio} />
            </Stack>
        </>
    );
}

function Tiles({ portfolio }: { portfolio: Portfolio }) {
    const { bots } = portfolio;
    const fall = useQuery(portfolioEquityQuery(portfolio)).data?.max_drawdown;
    return (
        <StatTiles>
            <StatTile
                label="Worth"
                value={money(portfolio.equity)}
                note={`of ${money(portfolio.capital)} paid in`}
                hint="What its bots are worth together at their last bars, after costs"
            />
            <StatTile
                label="Return"
                value={percent(portfolio.total_return, 2)}
                tone={portfolio.total_return < 0 ? "bad" : "default"}
                note="of what was paid in"
            />
            <StatTile
                label="Max drawdown"
                value={percent(fall, 2)}
                note="from a peak of its worth"
                hint="The largest fall from the highest so far, at bar closes"
            />
            <StatTile
                label="Bots that run"
                value={whole(bots.filter((bot) => bot.state === "running").length)}
                note={`of ${whole(bots.length)}`}
            />
            <StatTile
                label="Set aside"
                value={money(portfolio.set_aside)}
                note="with bots that enter nothing"
                hint="It stays with them when the others are brought back to their weights"
            />
        </StatTiles>
    );
}
