import Alert from "@mui/material/Alert";
import Stack from "@mui/material/Stack";
import { useQuery } from "@tanstack/react-query";

import type { Schemas } from "@/api/client";
import { EmptyState } from "@/components/EmptyState";
import { Facts } from "@/components/Facts";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { fixed, percent, whole } from "@/format/number";
import { type BotOut, forwardQuery } from "@/pages/bots/queries";

const ENOUGH = 20; // evidence that decides, as the interface describes it

/** What the days that the bot has lived through say about its alpha. */
export function Forward({ bot }: { bot: BotOut }) {
    const found = useQuery(forwardQuery(bot));
    return (
        <Panel
            title="What its days prove"
            about={`Evidence gathered day by day, which may be looked at whenever one likes: without an edge it reaches ${ENOUGH} less than once in ${ENOUGH} bots. At ${ENOUGH} the alpha counts as proven, or as decayed.`}
        >
            {bot.now.bars === 0 ? (
                <EmptyState title="It has proved nothing yet">It has not lived through a bar.</EmptyState>
            ) : (
                <Loaded query={found} title="The evidence cannot be shown">
                    {(data) => <Told found={data} />}
                </Loaded>
            )}
        </Panel>
    );
}

const VERDICTS = {
    proven: { severity: "success", text: "Proven: its days are more than luck." },
    decayed: { severity: "error", text: "Decayed: its days prove that it loses." },
    open: { severity: "info", text: "Open: its days decide nothing yet." },
} as const;

function Told({ found }: { found: Schemas["ForwardOut"] }) {
    const { severity, text } = VERDICTS[found.verdict];
    const band = (value: number | null) => percent(value === null ? null : value - 1, 2);
    return (
        <Stack spacing={1.5}>
            <Alert severity={severity} variant="outlined">
                {text}
                {found.decided_on !== null && ` Decided on day ${whole(found.decided_on)}.`}
                {found.alarm && " It is worth less than nineteen of twenty courses of its past would be."}
            </Alert>
            <Facts
                right
                rows={[
                    ["Whole days", whole(found.days)],
                    ["Evidence for it", fixed(found.evidence_for)],
                    ["Evidence against it", fixed(found.evidence_against)],
                    ["Return by then", percent(found.equity - 1, 2)],
                    ["Band, low end", band(found.low)],
                    ["Band, typical", band(found.middle)],
                    ["Band, high end", band(found.high)],
                ]}
            />
        </Stack>
    );
}
