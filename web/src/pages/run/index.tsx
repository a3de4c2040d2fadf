import Alert from "@mui/material/Alert";
import Link from "@mui/material/Link";
import Stack from "@mui/material/Stack";
import { Link as RouterLink, useParams } from "react-router";

import { PageSkeleton } from "@/components/Loading";
import { NotShown } from "@/components/NotShown";
import { PageHeader } from "@/components/PageHeader";
import { sentence } from "@/api/problem";
import type { Schemas } from "@/api/client";

import { Asked } from "./Asked";
import { Controls } from "./Controls";
import { Convergence } from "./Convergence";
import { Explore } from "./Explore";
import { Finalists } from "./Finalists";
import { Funnel } from "./Funnel";
import { Heading } from "./Heading";
import { Live } from "./Live";
import { Log } from "./Log";
import { haltedBy, isOver } from "./report";
import { Summary } from "./Summary";
import { Turns } from "./Turns";
import { useProgress, useRun } from "./useRun";
import { Verdict } from "./Verdict";

/** One run: how far it is, how it searches, what it tried, and what came of it. */
export default function Run() {
    const { runId = "" } = useParams();
    const run = useRun(runId);
    if (run.data) return <Shown key={run.data.id} run={run.data} />;
    if (run.error)
        return (
            <>
                <NotShown page={`Run ${runId.slice(0, 8)}`} title="The run cannot be shown" query={run} />
                <Link component={RouterLink} to="/runs" sx={{ display: "inline-block", mt: 2 }}>
                    All runs
                </Link>
            </>
        );
    return <PageSkeleton />;
}

function Shown({ run }: { run: Schemas["RunDetail"] }) {
    const live = !isOver(run.status);
    const { progress, connection } = useProgress(run.id, live);
    const finished = run.status === "completed";
    return (
        <>
            <PageHeader
                title={`Run ${run.id.slice(0, 8)}`}
                about={<Heading run={run} />}
                actions={<Controls run={run} />}
            />
            <Stack spacing={2}>
                {run.error_message !== null && (
                    <Alert severity="error" variant="outlined">
                        {sentence(run.error_message)}
                    </Alert>
                )}
                {live && <Live run={run} progress={progress} connection={connection} />}
                {!live && !finished && <Halted run={run} />}
                {finished && <Verdict run={run} />}
                <Summary run={run} />
                {run.strategies_tested > 0 && <Convergence run={run} live={live} />}
                <Turns run={run} live={progress.turns} />
                {finished && <Funnel run={run} />}
                {finished && <Finalists run={run} />}
                <Explore run={run} live={live} done={progress.done} />
                <Log run={run} live={live} />
                <Asked run={run} />
            </Stack>
        </>
    );
}

function Halted({ run }: { run: Schemas["RunDetail"] }) {
    return (
        <Alert severity={run.status === "failed" ? "warning" : "info"} variant="outlined">
            {haltedBy(run)}
        </Alert>
    );
}
