import LinearProgress, { type LinearProgressProps } from "@mui/material/LinearProgress";

import type { Schemas } from "@/api/client";
import { percent } from "@/format/number";

interface RunProgressProps {
    run: Pick<Schemas["RunOut"], "stage" | "status" | "progress" | "symbols">;
    sx?: LinearProgressProps["sx"];
}

/** How far the search of a run is; judging has no end that is known beforehand. */
export function RunProgress({ run, sx }: RunProgressProps) {
    const judging = run.stage === "judge" && run.status === "running";
    const whose = run.symbols.join(", ");
    return (
        <LinearProgress
            variant={judging ? "indeterminate" : "determinate"}
            value={Math.min(100, run.progress * 100)}
            aria-label={judging ? `${whose} is judged` : `search on ${whose}, ${percent(run.progress, 0)} done`}
            {...(sx === undefined ? {} : { sx })}
        />
    );
}
