import TablePagination from "@mui/material/TablePagination";
import { useQuery } from "@tanstack/react-query";

import type { Schemas } from "@/api/client";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { SimpleTable } from "@/components/SimpleTable";
import { Moment } from "@/format/Moment";
import { fixed, money, price } from "@/format/number";
import { useUrlState } from "@/hooks/useUrlState";
import { plain } from "@/pages/alphas/words";
import { type BotOut, botTradesQuery } from "@/pages/bots/queries";

const DEFAULTS = { trades: 1 };
const ROWS = 25;

/** Every closed trade, the last one first. */
export function BotTrades({ bot }: { bot: BotOut }) {
    const [{ trades: page }, change] = useUrlState(DEFAULTS);
    const found = useQuery(botTradesQuery(bot, page, ROWS));
    return (
        <Panel title="Trades" about="Closed trades, the last one first; profit after costs, in the quote currency.">
            <Loaded query={found} title="The trades cannot be shown">
                {({ items, total }) =>
                    total === 0 ? (
                        <EmptyState title="It has closed no trade yet" />
                    ) : (
                        <>
                            <Rows trades={items} />
                            {total > ROWS && (
                                <TablePagination
                                    component="div"
                                    count={total}
                                    page={Math.min(page - 1, Math.ceil(total / ROWS) - 1)}
                                    rowsPerPage={ROWS}
                                    rowsPerPageOptions={[ROWS]}
                                    labelRowsPerPage="rows"
                                    onPageChange={(_, next) => change({ trades: next + 1 })}
                                />
                            )}
                        </>
                    )
                }
            </Loaded>
        </Panel>
    );
}

function Rows({ trades }: { trades: Schemas["BotTrade"][] }) {
    return (
        <SimpleTable
            label="Trades of the bot"
            stacks
            rows={trades}
            keyOf={(one, k) => `${one.entry_time ?? ""} ${k}`}
            columns={[
                { name: "Side", show: (one) => one.side },
                { name: "Entry", show: (one) => <Moment at={one.entry_time} /> },
                { name: "Exit", show: (one) => <Moment at={one.exit_time} /> },
                { name: "Quantity", right: true, show: (one) => fixed(one.quantity, 4) },
                { name: "Entry price", right: true, show: (one) => price(one.entry_price) },
                { name: "Exit price", right: true, show: (one) => price(one.exit_price) },
                { name: "Profit", right: true, show: (one) => money(one.pnl) },
                { name: "Costs", right: true, show: (one) => money(one.commission + one.slippage) },
                { name: "Why it ended", show: (one) => plain(one.reason) },
            ]}
        />
    );
}
