import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import Stack from "@mui/material/Stack";
import { Link as RouterLink } from "react-router";

import type { Schemas } from "@/api/client";
import { StatusChip } from "@/components/StatusChip";
import { Moment } from "@/format/Moment";
import { few, plain } from "@/format/parameters";

const MOST = 4; // markets; all of them stand below, at what was asked

/** State, markets and method of a run, and when. */
export function Heading({ run }: { run: Schemas["RunDetail"] }) {
    return (
        <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: "wrap", alignItems: "center" }}>
            <StatusChip status={run.status} />
            <Box component="span" sx={{ minWidth: 0, overflowWrap: "anywhere" }}>
                {few(run.symbols, MOST)} · {run.timeframe} · {plain(run.method)} ·{" "}
                {run.status === "queued" ? "asked for" : "started"} <Moment at={run.start_time} />
                {run.asked_by !== null && ` by ${run.asked_by}`}
                {run.parent_id !== null && (
                    <>
                        {" · goes out from "}
                        <Link component={RouterLink} to={`/runs/${run.parent_id}`}>
                            run {run.parent_id.slice(0, 8)}
                        </Link>
                    </>
                )}
            </Box>
        </Stack>
    );
}
