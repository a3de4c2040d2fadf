import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { Schemas } from "@/api/client";
import { doing, runningQuery } from "@/api/runs";
import { RunProgress } from "@/components/RunProgress";
import { few } from "@/format/parameters";
import type { Connection } from "@/hooks/useEvents";

/** What the bar says of runs that are not over. */
export function summary(runs: Schemas["RunOut"][]): string {
    const [busy, waiting] = [
        runs.filter((run) => run.status !== "queued"),
        runs.filter((run) => run.status === "queued"),
    ];
    const [only] = busy;
    const wait = waiting.length > 0 ? `${waiting.length} waiting` : "";
    if (!only) return wait === "" ? "Nothing runs" : wait;
    const now = busy.length === 1 ? `${few(only.symbols)} ${only.timeframe} · ${doing(only)}` : `${busy.length} runs`;
    return [now, wait].filter((part) => part !== "").join(" · ");
}

/** What the laboratory does now, on every page. */
export function RunningNow({ connection }: { connection: Connection }) {
    const { data, isError } = useQuery(runningQuery);
    const runs = data?.items ?? [];
    const busy = runs.filter((run) => run.status !== "queued");
    const [only] = busy;
    const target = busy.length === 1 && only ? `/runs/${only.id}` : "/runs";
    const offline = connection === "waiting" || connection === "refused";
    return (
        <Box sx={{ display: "flex", alignItems: "center", gap: 1, minWidth: 0 }}>
            <Button component={Link} to={target} color="inherit" size="small" sx={{ minWidth: 0, textAlign: "left" }}>
                <Box sx={{ minWidth: 0 }}>
                    <Typography variant="body2" noWrap>
                        {data ? summary(runs) : isError ? "What runs is not known" : "Asking what runs"}
                    </Typography>
                    {only && <RunProgress run={only} sx={{ mt: 0.25, minWidth: 110 }} />}
                </Box>
            </Button>
            {offline && (
                <Tooltip title="Live events are cut off; the page asks again by itself. Numbers may be up to half a minute old.">
                    <Typography variant="body2" color="warning" tabIndex={0} role="status">
                        not live
                    </Typography>
                </Tooltip>
            )}
        </Box>
    );
}
