import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { client, held } from "@/api/client";
import { sentence } from "@/api/problem";
import { AdminOnly } from "@/components/AdminOnly";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Meter } from "@/components/Meter";
import { Panel } from "@/components/Panel";
import { StatusChip } from "@/components/StatusChip";
import { Moment } from "@/format/Moment";
import { counted } from "@/format/number";
import { isUnderWay, type Job, jobsQuery } from "@/pages/data/queries";

const MEANS: Record<Job["state"], string> = {
    waiting: "waits until the one before it is done",
    fetching: "files arrive",
    done: "checked and stored",
    failed: "nothing was stored; what had arrived is used when it is asked for again",
    stopped: "stopped by hand; nothing was stored",
};

/** Downloads of this server; nothing where there was none. */
export function Downloads() {
    const cache = useQueryClient();
    const { data } = useQuery(jobsQuery);
    const done = data?.filter((job) => job.state === "done").length ?? 0;
    useEffect(() => {
        if (done > 0) void cache.invalidateQueries({ queryKey: ["markets"] });
    }, [done, cache]);
    const stop = useMutation({
        mutationFn: (id: string) =>
            held(client.DELETE("/data/downloads/{download_id}", { params: { path: { download_id: id } } })),
        onSettled: () => cache.invalidateQueries({ queryKey: ["downloads"] }),
    });
    if (!data || data.length === 0) return null;
    return (
        <Panel
            title="Downloads"
            about="One after the other, beside the server. Prices are checked before they are stored."
        >
            {stop.error && <ErrorNotice error={stop.error} />}
            <Stack spacing={1.5}>
                {data.map((job) => (
                    <Line key={job.id} job={job} busy={stop.isPending} onStop={() => stop.mutate(job.id)} />
                ))}
            </Stack>
        </Panel>
    );
}

function Line({ job, busy, onStop }: { job: Job; busy: boolean; onStop: () => void }) {
    const share = job.total > 0 ? job.done / job.total : 0;
    return (
        <Stack direction="row" spacing={1.5} sx={{ alignItems: "center" }}>
            <Box sx={{ flex: 1, minWidth: 0 }}>
                {job.state === "fetching" ? (
                    <Meter
                        label={nameOf(job)}
                        share={share}
                        text={job.total > 0 ? `${job.done} of ${job.total} pieces` : "asking"}
                    />
                ) : (
                    <>
                        <Typography variant="body2" sx={{ fontWeight: 600 }}>
                            {nameOf(job)}
                        </Typography>
                        <Typography
                            variant="body2"
                            color={job.state === "failed" ? "error" : "textSecondary"}
                            sx={{ overflowWrap: "anywhere" }}
                        >
                            {job.added !== null && job.added > 0 ? `${counted(job.added, "bar")} came new. ` : ""}
                            {job.text === "" ? "" : `${sentence(job.text)} `}
                            Asked for <Moment at={job.asked_at} relative />.
                        </Typography>
                    </>
                )}
            </Box>
            <StatusChip status={job.state} means={MEANS[job.state]} />
            <AdminOnly>
                <Button size="small" disabled={busy} onClick={onStop}>
                    {isUnderWay(job) ? "Stop" : "Clear"}
                </Button>
            </AdminOnly>
        </Stack>
    );
}

function nameOf(job: Job): string {
    return `${job.symbol} ${job.timeframe} from ${job.source}`;
}
