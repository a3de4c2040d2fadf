import { useQuery } from "@tanstack/react-query";

import { PagedTable } from "@/components/PagedTable";
import { Panel } from "@/components/Panel";
import { Moment } from "@/format/Moment";
import { fixed, money, price } from "@/format/number";
import { plain } from "@/format/parameters";
import { useUrlState } from "@/hooks/useUrlState";
import { type BotOut, botTradesQuery } from "@/pages/bots/queries";

const DEFAULTS = { trades: 1 };
const ROWS = 25;

/** Every closed trade, the last one first. */
export function BotTrades({ bot }: { bot: BotOut }) {
    const [{ trades: page }, change] = useUrlState(DEFAULTS);
    const found = useQuery(botTradesQuery(bot, page, ROWS));
    return (
        <Panel title="Trades" about="Closed trades, the last one first; profit after costs, in the quote currency.">
            <PagedTable
                query={found}
                title="The trades cannot be shown"
                empty="It has closed no trade yet"
                page={page}
                size={ROWS}
                onPage={(trades) => change({ trades })}
                label="Trades of the bot"
                stacks
                maxHeight={520}
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
        </Panel>
    );
}
