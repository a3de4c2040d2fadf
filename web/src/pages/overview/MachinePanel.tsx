import Divider from "@mui/material/Divider";
import Link from "@mui/material/Link";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { Link as RouterLink } from "react-router";

import { client, held, type Schemas } from "@/api/client";
import { Loaded } from "@/components/Loaded";
import { Meter } from "@/components/Meter";
import { Panel } from "@/components/Panel";
import { Sparkline } from "@/components/Sparkline";
import { fixed, percent } from "@/format/number";
import { duration } from "@/format/time";
import { type Course, EVERY, resourcesQuery, workersQuery } from "@/pages/overview/queries";

const FULL = 0.9; // of a disk or of the memory, from which it is a warning

/** What is used of the machine, as it was measured. */
export function MachinePanel() {
    const query = useQuery(resourcesQuery);
    const workers = useQuery(workersQuery);
    const device = useQuery({
        queryKey: ["device"],
        queryFn: () => held(client.GET("/system/device")),
        staleTime: Infinity,
    });
    return (
        <Panel
            title="The machine"
            about={`Measured on the server every ${EVERY / 1000} seconds while this page is open.`}
        >
            <Loaded query={query} title="The machine cannot be shown">
                {(course) => <Meters course={course} />}
            </Loaded>
            <Divider sx={{ my: 1.5 }} />
            <Typography variant="h3" sx={{ mb: 0.5 }}>
                Workers
            </Typography>
            {workers.data?.length === 0 && (
                <Typography variant="body2" color="textSecondary">
                    No worker holds a run now.
                </Typography>
            )}
            {workers.data?.map((worker) => (
                <WorkerLine key={worker.run_id} worker={worker} />
            ))}
            {device.data && (
                <Typography variant="body2" color="textSecondary" sx={{ mt: 1 }}>
                    Trades are simulated by {device.data.kind === "cuda" ? "the GPU" : "the processor"} (
                    {device.data.name}): {device.data.reason}.
                </Typography>
            )}
        </Panel>
    );
}

function Meters({ course }: { course: Course }) {
    const { latest, samples } = course;
    const used = latest.disk_total_gb - latest.disk_free_gb;
    return (
        <Stack spacing={1.5}>
            <Meter
                label="Processor"
                share={latest.cpu_percent / 100}
                text={`${percent(latest.cpu_percent / 100, 0)} of ${latest.cores} cores`}
            >
                <Sparkline
                    values={samples.map((one) => one.cpu)}
                    label="Use of the processor since this page was opened"
                />
            </Meter>
            <Meter
                label="Memory"
                share={latest.memory_total_gb > 0 ? latest.memory_used_gb / latest.memory_total_gb : null}
                warnFrom={FULL}
                text={`${fixed(latest.memory_used_gb, 1)} of ${fixed(latest.memory_total_gb, 1)} GiB`}
            >
                <Sparkline values={samples.map((one) => one.memory)} label="Use of memory since this page was opened" />
            </Meter>
            <Meter
                label="Disk"
                share={latest.disk_total_gb > 0 ? used / latest.disk_total_gb : null}
                warnFrom={FULL}
                text={`${fixed(latest.disk_free_gb, 1)} GiB free`}
            />
            {latest.gpus.length === 0 ? (
                <Meter label="GPU" share={null} text="none found" />
            ) : (
                latest.gpus.map((gpu, number) => (
                    <Meter
                        key={number}
                        label={gpu.name}
                        share={gpu.busy_percent === null ? null : gpu.busy_percent / 100}
                        text={`${percent(gpu.busy_percent === null ? null : gpu.busy_percent / 100, 0)} busy, ${fixed(gpu.memory_used_gb, 1)} of ${fixed(gpu.memory_total_gb, 1)} GiB`}
                    />
                ))
            )}
            <Typography variant="body2" color="textSecondary">
                Load {latest.load_average.map((one) => fixed(one, 1)).join(", ")} (1, 5, 15 min) · server{" "}
                {fixed(latest.server_memory_gb, 2)} GiB
            </Typography>
        </Stack>
    );
}

function WorkerLine({ worker }: { worker: Schemas["Worker"] }) {
    return (
        <Typography variant="body2" sx={{ overflowWrap: "anywhere" }}>
            {worker.worker}:{" "}
            <Link component={RouterLink} underline="always" to={`/runs/${worker.run_id}`}>
                run {worker.run_id.slice(0, 8)}
            </Link>
            ,{" "}
            {worker.cpu_percent === null
                ? "not measured yet"
                : `${percent(worker.cpu_percent / 100, 0)} of the processor`}
            {worker.memory_gb !== null && `, ${fixed(worker.memory_gb, 2)} GiB`}, heard of{" "}
            {duration(worker.silent_seconds)} ago
        </Typography>
    );
}
