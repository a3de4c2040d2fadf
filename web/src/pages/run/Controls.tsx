import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { Link as RouterLink, useNavigate } from "react-router";

import type { Schemas } from "@/api/client";
import { PREFIX } from "@/api/prefix";
import { AdminOnly } from "@/components/AdminOnly";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { ErrorNotice } from "@/components/ErrorNotice";
import { whole } from "@/format/number";

import { moves } from "./report";
import { useMove, useRerun } from "./useRun";

type Asked = "stop" | "again" | null;

/** What can be done with a run in its state. */
export function Controls({ run }: { run: Schemas["RunDetail"] }) {
    const [asked, setAsked] = useState<Asked>(null);
    const navigate = useNavigate();
    const move = useMove(run.id);
    const rerun = useRerun(run.id);
    const may = moves(run);
    return (
        <>
            {may.pause && (
                <AdminOnly>
                    <Button variant="outlined" disabled={move.isPending} onClick={() => move.mutate("pause")}>
                        Pause
                    </Button>
                </AdminOnly>
            )}
            {may.resume && (
                <AdminOnly>
                    <Button variant="contained" disabled={move.isPending} onClick={() => move.mutate("resume")}>
                        Resume
                    </Button>
                </AdminOnly>
            )}
            {may.stop && (
                <AdminOnly>
                    <Button variant="outlined" color="error" onClick={() => setAsked("stop")}>
                        Stop
                    </Button>
                </AdminOnly>
            )}
            {run.has_report && (
                <Button
                    variant="outlined"
                    component="a"
                    href={`${PREFIX}/runs/${run.id}/report`}
                    target="_blank"
                    rel="noreferrer"
                >
                    Report
                </Button>
            )}
            <AdminOnly>
                <Button variant="outlined" onClick={() => setAsked("again")}>
                    Run again
                </Button>
            </AdminOnly>
            <Button variant="outlined" component={RouterLink} to={`/discover?from=${run.id}`}>
                Run again with changes
            </Button>
            {move.error !== null && asked === null && <ErrorNotice error={move.error} />}
            <ConfirmDialog
                open={asked === "stop"}
                title="Stop this run?"
                verb="Stop"
                dangerous
                busy={move.isPending}
                error={move.error}
                onClose={() => setAsked(null)}
                onConfirm={() => move.mutate("stop", { onSuccess: () => setAsked(null) })}
            >
                <Typography>
                    It ends after the batch that is being tested, and is not judged. The {whole(run.strategies_tested)}{" "}
                    candidates it has tried stay counted. A stopped run can be resumed from its last checkpoint.
                </Typography>
            </ConfirmDialog>
            <ConfirmDialog
                open={asked === "again"}
                title="Run this campaign again?"
                verb="Run again"
                busy={rerun.isPending}
                error={rerun.error}
                onClose={() => setAsked(null)}
                onConfirm={() =>
                    rerun.mutate(undefined, {
                        onSuccess: ({ run_id }) => {
                            setAsked(null);
                            void navigate(`/runs/${run_id}`);
                        },
                    })
                }
            >
                <Typography>
                    On the same bars the same campaign with the same seed tries the same {whole(run.max_iterations)}{" "}
                    candidates a strategy again. To look elsewhere, run it again with changes.
                </Typography>
            </ConfirmDialog>
        </>
    );
}
