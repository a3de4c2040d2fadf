import Button from "@mui/material/Button";
import Link from "@mui/material/Link";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import TablePagination from "@mui/material/TablePagination";
import useMediaQuery from "@mui/material/useMediaQuery";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link as RouterLink } from "react-router";

import { EmptyState } from "@/components/EmptyState";
import { Facts } from "@/components/Facts";
import { Loaded } from "@/components/Loaded";
import { PageHeader } from "@/components/PageHeader";
import { SimpleTable } from "@/components/SimpleTable";
import { Moment } from "@/format/Moment";
import { money, NONE, percent, whole } from "@/format/number";
import { useUrlState } from "@/hooks/useUrlState";
import { BotChip } from "@/pages/bots/BotChip";
import { type BotOut, botsQuery } from "@/pages/bots/queries";

const DEFAULTS = { alpha: "", page: 1, rows: 25 };

const FIELDS: readonly { name: string; right?: boolean; show: (bot: BotOut) => ReactNode }[] = [
    { name: "State", show: (bot) => <BotChip bot={bot} /> },
    { name: "Market", show: (bot) => `${bot.markets.join(" with ")}, ${bot.timeframe}` },
    { name: "Orders", show: (bot) => bot.mode },
    { name: "Capital", right: true, show: (bot) => money(Number(bot.allocated_capital)) },
    { name: "Worth", right: true, show: (bot) => money(bot.now.equity) },
    { name: "Return", right: true, show: (bot) => percent(bot.now.total_return) },
    { name: "Trades", right: true, show: (bot) => whole(bot.now.trades) },
    { name: "Position", show: (bot) => bot.now.position.map((leg) => leg.side).join(", ") || "flat" },
    { name: "Last bar", show: (bot) => (bot.now.last_bar === null ? NONE : <Moment at={bot.now.last_bar} />) },
];

/** Every bot: what it is worth and whether it runs. */
export default function Bots() {
    const [{ alpha, page, rows }, change] = useUrlState(DEFAULTS);
    const narrow = useMediaQuery("(max-width: 699.95px)", { noSsr: true });
    const bots = useQuery(botsQuery(alpha, page, rows));
    return (
        <>
            <PageHeader
                title="Bots"
                about="Alphas at work on paper, bar by bar, by the same rule as their backtest. Amounts are in the quote currency of their market."
                actions={
                    alpha !== "" && (
                        <Button onClick={() => change({ alpha: "", page: 1 })}>Show the bots of all alphas</Button>
                    )
                }
            />
            <Loaded query={bots} title="The bots cannot be shown">
                {({ items, total }) =>
                    total === 0 ? (
                        <Nothing />
                    ) : (
                        <>
                            {narrow ? <Cards bots={items} /> : <Rows bots={items} />}
                            <TablePagination
                                component="div"
                                count={total}
                                page={Math.min(page - 1, Math.max(0, Math.ceil(total / rows) - 1))}
                                rowsPerPage={rows}
                                rowsPerPageOptions={[25, 50, 100]}
                                onPageChange={(_, next) => change({ page: next + 1 })}
                                onRowsPerPageChange={(event) => change({ rows: Number(event.target.value), page: 1 })}
                            />
                        </>
                    )
                }
            </Loaded>
        </>
    );
}

function Rows({ bots }: { bots: BotOut[] }) {
    return (
        <Paper variant="outlined">
            <SimpleTable
                label="Bots"
                rows={bots}
                keyOf={(bot) => bot.id}
                columns={[{ name: "Bot", show: (bot) => <Name bot={bot} /> }, ...FIELDS]}
            />
        </Paper>
    );
}

function Cards({ bots }: { bots: BotOut[] }) {
    return (
        <Stack spacing={1.25} component="ul" sx={{ p: 0, m: 0, listStyle: "none" }}>
            {bots.map((bot) => (
                <Paper key={bot.id} component="li" variant="outlined" sx={{ p: 1.5 }}>
                    <Name bot={bot} />
                    <Facts right rows={FIELDS.map((field) => [field.name, field.show(bot)])} />
                </Paper>
            ))}
        </Stack>
    );
}

function Name({ bot }: { bot: BotOut }) {
    return (
        <Link component={RouterLink} to={`/bots/${bot.id}`} sx={{ fontWeight: 600, overflowWrap: "break-word" }}>
            {bot.name}
        </Link>
    );
}

function Nothing() {
    return (
        <EmptyState
            title="There are no bots yet"
            action={
                <Button variant="contained" component={RouterLink} to="/alphas">
                    Go to the alphas
                </Button>
            }
        >
            Open an alpha and press Deploy: its rule then runs on paper, bar by bar, and shows whether it does what its
            backtest did.
        </EmptyState>
    );
}
