import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import { Link as RouterLink } from "react-router";

import { Panel } from "@/components/Panel";
import { SimpleTable } from "@/components/SimpleTable";
import { StateChip } from "@/components/StateChip";
import { money, NONE, percent, whole } from "@/format/number";
import { BOT_LOOKS } from "@/pages/bots/BotChip";
import type { Portfolio } from "@/pages/portfolios/queries";

type Bot = Portfolio["bots"][number];

/** The bots of a portfolio beside the shares that they should have. */
export function Bots({ portfolio }: { portfolio: Portfolio }) {
    const moving = portfolio.bots.some((bot) => bot.pending !== 0);
    return (
        <Panel
            title="Its bots"
            about={`A share is of what all are worth together; rebalancing moves money until each is what it should be.${
                moving ? " Money on its way moves once the bot has left its position." : ""
            }`}
        >
            <SimpleTable
                label="Bots of the portfolio"
                stacks
                rows={portfolio.bots}
                keyOf={(bot) => bot.bot_id}
                columns={[
                    { name: "Bot", show: (bot) => <Name bot={bot} /> },
                    { name: "State", show: (bot) => <StateChip state={bot.state} looks={BOT_LOOKS} /> },
                    { name: "Share", right: true, show: (bot) => percent(bot.share) },
                    { name: "Should be", right: true, show: (bot) => percent(bot.aim) },
                    { name: "Paid in", right: true, show: (bot) => money(bot.capital) },
                    { name: "Worth", right: true, show: (bot) => money(bot.equity) },
                    { name: "On its way", right: true, show: (bot) => (bot.pending === 0 ? NONE : money(bot.pending)) },
                    { name: "Bars", right: true, show: (bot) => whole(bot.bars) },
                ]}
            />
        </Panel>
    );
}

function Name({ bot }: { bot: Bot }) {
    return (
        <>
            <Link component={RouterLink} to={`/bots/${bot.bot_id}`} sx={{ fontWeight: 600, overflowWrap: "anywhere" }}>
                {bot.bot}
            </Link>
            <Box sx={{ fontSize: "0.8rem", fontWeight: 400 }}>
                of{" "}
                <Link component={RouterLink} to={`/alphas/${bot.alpha}`}>
                    alpha {bot.alpha.slice(0, 8)}
                </Link>
            </Box>
            {bot.rests !== null && (
                <Box sx={{ fontSize: "0.8rem", fontWeight: 400, color: "text.secondary" }}>set aside: {bot.rests}</Box>
            )}
        </>
    );
}
