import Typography from "@mui/material/Typography";

import type { Schemas } from "@/api/client";
import { EmptyState } from "@/components/EmptyState";
import { EvidenceChip } from "@/components/EvidenceChip";
import { Panel } from "@/components/Panel";
import { type SimpleColumn, SimpleTable } from "@/components/SimpleTable";
import { fixed, percent, probability, whole } from "@/format/number";
import { plain, setting } from "@/format/parameters";

import { type Finalist, reportOf } from "./report";

/** The candidates that the vault was opened for, and what became of each. */
export function Finalists({ run }: { run: Schemas["RunDetail"] }) {
    const { finalists = [] } = reportOf(run);
    return (
        <Panel
            title="Finalists"
            about="One of each group of look-alikes that stood out in the search part. Of the vault only the verdict is shown, so that nobody tunes against it."
        >
            {finalists.length === 0 ? (
                <EmptyState title="Nothing stood out, so the vault stayed closed">
                    No candidate came far enough above what luck reaches in a search of this size. The vault of these
                    prices is as good as before.
                </EmptyState>
            ) : (
                <SimpleTable
                    label="Finalists"
                    stacks
                    rows={finalists}
                    keyOf={(_, place) => String(place)}
                    columns={COLUMNS}
                />
            )}
        </Panel>
    );
}

const COLUMNS: readonly SimpleColumn<Finalist>[] = [
    { name: "Strategy", show: (one) => <What one={one} /> },
    { name: "Sharpe", right: true, show: (one) => fixed(one.search["adjusted_sharpe"]) },
    { name: "p against luck", right: true, show: (one) => probability(one.p_family) },
    { name: "Look-alikes", right: true, show: (one) => whole(one.cluster_size - 1) },
    { name: "Trades", right: true, show: (one) => whole(one.search["n_trades"]) },
    { name: "Return", right: true, show: (one) => percent(one.search["total_return"]) },
    { name: "Verdict", show: (one) => <Verdict one={one} /> },
];

function What({ one }: { one: Finalist }) {
    return (
        <>
            <Typography variant="body2" sx={{ fontWeight: 600 }}>
                {plain(one.strategy)}
            </Typography>
            <Typography variant="body2" color="textSecondary">
                {Object.entries(one.parameters)
                    .filter(([, value]) => value !== null)
                    .map(([name, value]) => `${plain(name)} ${setting(name, value)}`)
                    .join(", ")}
            </Typography>
        </>
    );
}

function Verdict({ one }: { one: Finalist }) {
    const broke = one.failed.length > 0 ? `; broke under: ${one.failed.map(plain).join(", ")}` : "";
    return (
        <EvidenceChip label={plain(one.verdict)} passed={one.verdict === "accepted"} reason={`${one.reason}${broke}`} />
    );
}
