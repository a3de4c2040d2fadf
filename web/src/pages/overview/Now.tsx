import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Divider from "@mui/material/Divider";
import Link from "@mui/material/Link";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { Link as RouterLink } from "react-router";

import type { Schemas } from "@/api/client";
import { doing, runningQuery } from "@/api/runs";
import { AdminOnly } from "@/components/AdminOnly";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { RunProgress } from "@/components/RunProgress";
import { StatusChip } from "@/components/StatusChip";
import { counted, fixed, percent, whole } from "@/format/number";
import { few, plain } from "@/format/parameters";
import { Moment } from "@/format/Moment";
import { duration } from "@/format/time";
import { endedQuery } from "@/pages/overview/queries";

type Run = Schemas["RunOut"];

/** What the laboratory is doing, and what it did last. */
export function Now() {
    const running = useQuery(runningQuery);
    const ended = useQuery(endedQuery);
    return (
        <Panel title="What the laboratory is doing">
            <Loaded query={running} title="The runs cannot be shown">
                {({ items }) =>
                    items.length === 0 ? (
                        <EmptyState
                            title="Nothing runs now"
                            action={
                                <AdminOnly>
                                    <Button component={RouterLink} to="/discover" variant="contained">
                                        Start a discovery
                                    </Button>
                                </AdminOnly>
                            }
                        >
                            A discovery tries strategies on your prices and judges what stands out.
                        </EmptyState>
                    ) : (
                        <Stack spacing={1.5}>
                            {items.map((run) => (
                                <Busy key={run.id} run={run} />
                            ))}
                        </Stack>
                    )
                }
            </Loaded>
            {ended.data !== undefined && ended.data.items.length > 0 && (
                <>
                    <Divider sx={{ my: 2 }} />
                    <Typography variant="h3" sx={{ mb: 1 }}>
                        Ended last
                    </Typography>
                    <Stack spacing={1}>
                        {ended.data.items.map((run) => (
                            <Ended key={run.id} run={run} />
                        ))}
                    </Stack>
                </>
            )}
        </Panel>
    );
}

/** A run by its markets and method. */
function Name({ run }: { run: Run }) {
    return (
        <Link component={RouterLink} to={`/runs/${run.id}`} sx={{ fontWeight: 600, overflowWrap: "anywhere" }}>
            {few(run.symbols)} {run.timeframe} · {plain(run.method)}
        </Link>
    );
}

function Busy({ run }: { run: Run }) {
    const hours = run.worked_hours;
    const searching = run.stage === "search";
    const rate = hours > 0 ? run.strategies_tested / (hours * 3600) : null;
    return (
        <Box>
            <Stack direction="row" spacing={1} sx={{ justifyContent: "space-between", alignItems: "center" }}>
                <Name run={run} />
                <StatusChip status={run.status} />
            </Stack>
            <RunProgress run={run} sx={{ height: 7, borderRadius: 4, my: 0.75 }} />
            <Typography variant="body2" color="textSecondary">
                {doing(run)}
                {searching && ` · ${percent(run.progress, 0)}`} · {whole(run.strategies_tested)} tried
                {searching && rate !== null && ` (${whole(rate)}/s)`}
                {run.best_sharpe !== null && ` · best Sharpe ${fixed(run.best_sharpe)}`}
                {run.remaining_hours !== null && ` · ${duration(run.remaining_hours * 3600)} left`}
            </Typography>
        </Box>
    );
}

function Ended({ run }: { run: Run }) {
    return (
        <Stack direction="row" spacing={1} sx={{ justifyContent: "space-between", alignItems: "flex-start" }}>
            <Box sx={{ minWidth: 0 }}>
                <Name run={run} />
                <Typography variant="body2" color="textSecondary">
                    {whole(run.strategies_tested)} tried,{" "}
                    {run.status === "completed" ? counted(run.profitable_found, "alpha") : "not judged"} ·{" "}
                    <Moment at={run.end_time} relative />
                </Typography>
            </Box>
            <StatusChip status={run.status} />
        </Stack>
    );
}
