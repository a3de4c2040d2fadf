import Alert from "@mui/material/Alert";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";

import type { Schemas } from "@/api/client";
import { sentence } from "@/api/problem";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { SimpleTable } from "@/components/SimpleTable";
import { counted, fixed, NONE, spaced, whole } from "@/format/number";
import { plain } from "@/format/parameters";
import { type BotOut, reconciliationQuery } from "@/pages/bots/queries";

/** Does the bot do what the backtest of the same rule does over the same bars? */
export function Reconciliation({ bot }: { bot: BotOut }) {
    const found = useQuery(reconciliationQuery(bot));
    return (
        <Panel
            title="Reconciliation"
            about="The same rule is backtested over the bars that the bot has lived through, and compared trade by trade."
        >
            {bot.now.bars === 0 ? (
                <EmptyState title="There is nothing to compare yet">It has not lived through a bar.</EmptyState>
            ) : (
                <Loaded query={found} title="It cannot be compared">
                    {(data) => <Outcome found={data} />}
                </Loaded>
            )}
        </Panel>
    );
}

function Outcome({ found }: { found: Schemas["ReconciledOut"] }) {
    const told = (value: unknown) =>
        value === null || value === undefined
            ? NONE
            : typeof value === "number"
              ? fixed(value, 6)
              : JSON.stringify(value);
    const count = found.differences.length;
    return (
        <Stack spacing={1.5}>
            <Alert severity={count === 0 ? "success" : "warning"} variant="outlined">
                {count === 0
                    ? `Equal: ${counted(found.compared, "trade")} compared, no difference.`
                    : `${counted(count, "difference")} in ${counted(found.compared, "trade")} that both have.`}
            </Alert>
            {count > 0 && (
                <SimpleTable
                    label="Differences"
                    stacks
                    maxHeight={280}
                    rows={found.differences}
                    keyOf={(one, k) => `${one.entry_bar} ${one.name} ${k}`}
                    columns={[
                        { name: "Kind", show: (one) => one.kind },
                        { name: "Entry bar", right: true, show: (one) => whole(one.entry_bar) },
                        { name: "What", show: (one) => plain(one.name) },
                        { name: "Bot", right: true, show: (one) => told(one.bot) },
                        { name: "Backtest", right: true, show: (one) => told(one.backtest) },
                    ]}
                />
            )}
            {found.advice !== null && <Typography color="textSecondary">{spaced(sentence(found.advice))}</Typography>}
        </Stack>
    );
}
