import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import Typography from "@mui/material/Typography";

import type { Schemas } from "@/api/client";
import { EmptyState } from "@/components/EmptyState";
import { EvidenceChip } from "@/components/EvidenceChip";
import { Panel } from "@/components/Panel";
import { fixed, percent, probability, whole } from "@/format/number";
import { plain, setting } from "@/pages/discover/kinds";

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
                <TableContainer tabIndex={0} role="region" aria-label="Finalists">
                    <Table size="small">
                        <TableHead>
                            <TableRow>
                                <TableCell>Strategy</TableCell>
                                <TableCell align="right">Sharpe</TableCell>
                                <TableCell align="right">p against luck</TableCell>
                                <TableCell align="right">Look-alikes</TableCell>
                                <TableCell align="right">Trades</TableCell>
                                <TableCell align="right">Return</TableCell>
                                <TableCell>Verdict</TableCell>
                            </TableRow>
                        </TableHead>
                        <TableBody>
                            {finalists.map((one, place) => (
                                <Row key={place} one={one} />
                            ))}
                        </TableBody>
                    </Table>
                </TableContainer>
            )}
        </Panel>
    );
}

function Row({ one }: { one: Finalist }) {
    const passed = one.verdict === "accepted";
    const broke = one.failed.length > 0 ? `; broke under: ${one.failed.map(plain).join(", ")}` : "";
    return (
        <TableRow>
            <TableCell sx={{ minWidth: 240 }}>
                <Typography variant="body2" sx={{ fontWeight: 600 }}>
                    {plain(one.strategy)}
                </Typography>
                <Typography variant="body2" color="text.secondary">
                    {Object.entries(one.parameters)
                        .filter(([, value]) => value !== null)
                        .map(([name, value]) => `${plain(name)} ${setting(name, value)}`)
                        .join(", ")}
                </Typography>
            </TableCell>
            <TableCell align="right">{fixed(one.search["adjusted_sharpe"])}</TableCell>
            <TableCell align="right">{probability(one.p_family)}</TableCell>
            <TableCell align="right">{whole(one.cluster_size - 1)}</TableCell>
            <TableCell align="right">{whole(one.search["n_trades"])}</TableCell>
            <TableCell align="right">{percent(one.search["total_return"])}</TableCell>
            <TableCell>
                <EvidenceChip label={plain(one.verdict)} passed={passed} reason={`${one.reason}${broke}`} />
            </TableCell>
        </TableRow>
    );
}
