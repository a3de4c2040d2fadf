import TablePagination from "@mui/material/TablePagination";
import { useState } from "react";

import type { Schemas } from "@/api/client";
import { sentence } from "@/api/problem";
import { Panel } from "@/components/Panel";
import { SimpleTable } from "@/components/SimpleTable";
import { fixed, NONE, whole } from "@/format/number";
import { plain } from "@/format/parameters";

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
            <SimpleTable
                label="Turns of the methods"
                stacks
                rows={shown}
                keyOf={(_, place) => String(page * PAGE + place)}
                columns={[
                    { name: "Turn", show: (one) => whole(choices.indexOf(one) + 1) },
                    ...(run.strategies.length > 1
                        ? [{ name: "Strategy", show: (one: Choice) => plain(one.strategy) }]
                        : []),
                    { name: "Method", show: (one) => plain(one.method) },
                    { name: "Why", show: (one) => sentence(one.why) },
                    { name: "Candidates", right: true, show: (one) => whole(one.candidates) },
                    ...(gains ? [{ name: "Gain", right: true, show: (one: Choice) => gained(one.gain) }] : []),
                    { name: "Best Sharpe", right: true, show: (one) => fixed(one.best) },
                ]}
            />
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

function gained(gain: number | null): string {
    return gain === null ? NONE : `${gain > 0 ? "+" : ""}${fixed(gain, 3)}`;
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
