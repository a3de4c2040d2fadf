import Box from "@mui/material/Box";
import LinearProgress from "@mui/material/LinearProgress";
import Stack from "@mui/material/Stack";
import Step from "@mui/material/Step";
import StepLabel from "@mui/material/StepLabel";
import Stepper from "@mui/material/Stepper";
import Typography from "@mui/material/Typography";

import type { Schemas } from "@/api/client";
import { Panel } from "@/components/Panel";
import { StatTile } from "@/components/StatTile";
import { fixed, NONE, percent, whole } from "@/format/number";
import { duration } from "@/format/time";
import type { Connection } from "@/hooks/useEvents";

import { left, type Progress, rate } from "./progress";

const STAGES = ["waiting", "search", "judge"];
const NAMES: Record<string, string> = { waiting: "Waits for a worker", search: "Searches", judge: "Judges" };

interface LiveProps {
    run: Schemas["RunDetail"];
    progress: Progress;
    connection: Connection;
}

/** How far a run is now, and at which pace. */
export function Live({ run, progress, connection }: LiveProps) {
    const stage = run.stage === "over" ? "judge" : run.stage;
    const judging = stage === "judge" && progress.judged !== null;
    const { judged } = progress;
    const [done, planned] = judging && judged ? [judged.done, judged.planned] : [progress.done, progress.planned];
    const pace = rate(judging && judged ? judged.marks : progress.marks);
    const idle = run.status === "queued";
    return (
        <Panel title="Now" actions={<Connected connection={connection} />}>
            <Stack spacing={2}>
                <Stepper activeStep={Math.max(0, STAGES.indexOf(stage))} alternativeLabel>
                    {STAGES.map((one) => (
                        <Step key={one}>
                            <StepLabel>{NAMES[one]}</StepLabel>
                        </Step>
                    ))}
                </Stepper>
                {planned > 0 ? (
                    <Box>
                        <LinearProgress
                            variant="determinate"
                            value={Math.min(100, (100 * done) / planned)}
                            aria-label={judging ? "markets without an edge searched" : "candidates tested"}
                            sx={{ height: 8, borderRadius: 4 }}
                        />
                        <Typography variant="body2" color="textSecondary" sx={{ mt: 0.5 }}>
                            {whole(done)} of {whole(planned)}{" "}
                            {judging
                                ? "markets without an edge at most; it ends early where luck plainly does as well"
                                : "candidates"}{" "}
                            ({percent(done / planned, 0)})
                        </Typography>
                    </Box>
                ) : (
                    <Box>
                        {!idle && <LinearProgress aria-label="at work" sx={{ height: 8, borderRadius: 4 }} />}
                        <Typography variant="body2" color="textSecondary" sx={{ mt: 0.5 }}>
                            {waiting(run, judging)}
                        </Typography>
                    </Box>
                )}
                <Box sx={{ display: "grid", gap: 2, gridTemplateColumns: "repeat(auto-fill, minmax(130px, 1fr))" }}>
                    <StatTile
                        label={judging ? "Markets" : "Candidates"}
                        value={pace === null ? NONE : fixed(judging ? pace * 60 : pace, judging ? 1 : 0)}
                        unit={judging ? "a minute" : "a second"}
                        hint="Over the last half minute."
                    />
                    <StatTile
                        label="Time left"
                        value={duration(left(done, planned, pace))}
                        hint={
                            judging
                                ? "Of the judging, at the pace of the last half minute."
                                : "Of the search, at the pace of the last half minute. Judging follows."
                        }
                    />
                    <StatTile label="Worked on for" value={duration(run.worked_hours * 3600)} />
                    <StatTile label="Worker" value={run.worker ?? NONE} />
                </Box>
            </Stack>
        </Panel>
    );
}

function waiting(run: Schemas["RunDetail"], judging: boolean): string {
    if (run.status === "queued") return "It waits for a worker to take it; runs of a higher priority go first.";
    if (run.status === "stopping") return "It ends after the batch in hand.";
    if (judging)
        return "A search that learns is first run again on markets without an edge, the first of which take about as long as the search itself. Then the vault is opened once, and what passes is put under stress.";
    return "The first batch is being tested.";
}

const SAID: Record<Connection, string> = {
    connecting: "connecting…",
    live: "live",
    waiting: "cut off; connecting again…",
    refused: "no live events",
};

function Connected({ connection }: { connection: Connection }) {
    return (
        <Typography
            variant="body2"
            role="status"
            noWrap
            sx={{ color: connection === "live" ? "success.main" : "warning.main" }}
        >
            {connection === "live" ? "● " : "○ "}
            {SAID[connection]}
        </Typography>
    );
}
