import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TablePagination from "@mui/material/TablePagination";
import TableRow from "@mui/material/TableRow";
import { useState } from "react";

import type { Schemas } from "@/api/client";
import { sentence } from "@/api/problem";
import { Panel } from "@/components/Panel";
import { fixed, NONE, whole } from "@/format/number";
import { plain } from "@/pages/discover/kinds";

import type { Turn } from "./progress";
import { reportOf } from "./report";
import { Shares } from "./Shares";

const PAGE = 10;

/** A row of the table, from the stored report or from live events. */
export interface Choice {
    strategy: string;
    method: string;
    why: string;
    candidates: number;
    gain: number | null;
    best: number | null;
}

/** What a search that chooses between methods chose, and why. */
export function Turns({ run, live }: { run: Schemas["RunDetail"]; live: readonly Turn[] }) {
    const [page, setPage] = useState(0);
    const stored = stored_(run);
    const choices = stored.length > 0 ? stored : live.map((one): Choice => ({ ...one, gain: null }));
    if (new Set(choices.map((one) => one.method)).size < 2) return null;
    const shown = choices.slice(page * PAGE, (page + 1) * PAGE);
    const gains = choices.some((one) => one.gain !== null);
    return (
        <Panel
            title="Which method searched, and why"
            about="The search gives each generation to the method whose latest ones raised the best results most for the time they took."
        >
            <Shares choices={choices} />
            <TableContainer tabIndex={0} role="region" aria-label="Turns of the methods">
                <Table size="small">
                    <TableHead>
                        <TableRow>
                            <TableCell align="right">Turn</TableCell>
                            {run.strategies.length > 1 && <TableCell>Strategy</TableCell>}
                            <TableCell>Method</TableCell>
                            <TableCell>Why</TableCell>
                            <TableCell align="right">Candidates</TableCell>
                            {gains && <TableCell align="right">Gain</TableCell>}
                            <TableCell align="right">Best Sharpe</TableCell>
                        </TableRow>
                    </TableHead>
                    <TableBody>
                        {shown.map((one, place) => (
                            <TableRow key={page * PAGE + place}>
                                <TableCell align="right">{whole(page * PAGE + place + 1)}</TableCell>
                                {run.strategies.length > 1 && <TableCell>{plain(one.strategy)}</TableCell>}
                                <TableCell>{plain(one.method)}</TableCell>
                                <TableCell sx={{ minWidth: 220 }}>{sentence(one.why)}</TableCell>
                                <TableCell align="right">{whole(one.candidates)}</TableCell>
                                {gains && (
                                    <TableCell align="right">
                                        {one.gain === null ? NONE : `${one.gain > 0 ? "+" : ""}${fixed(one.gain, 3)}`}
                                    </TableCell>
                                )}
                                <TableCell align="right">{fixed(one.best)}</TableCell>
                            </TableRow>
                        ))}
                    </TableBody>
                </Table>
            </TableContainer>
            {choices.length > PAGE && (
                <TablePagination
                    component="div"
                    count={choices.length}
                    page={page}
                    rowsPerPage={PAGE}
                    rowsPerPageOptions={[PAGE]}
                    onPageChange={(_, next) => setPage(next)}
                />
            )}
        </Panel>
    );
}

function stored_(run: Schemas["RunDetail"]): Choice[] {
    return (reportOf(run).jobs ?? []).flatMap((job) =>
        job.turns.map(({ method, why, rows, gain, best }) => ({
            strategy: job.strategy,
            method,
            why,
            candidates: rows,
            gain,
            best,
        })),
    );
}
