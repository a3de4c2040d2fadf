import Chip from "@mui/material/Chip";
import Tooltip from "@mui/material/Tooltip";

type Colour = "default" | "primary" | "success" | "warning" | "error" | "info";

const LOOK: Record<string, { colour: Colour; means: string }> = {
    queued: { colour: "default", means: "waits for a worker" },
    running: { colour: "primary", means: "a worker is at it" },
    stopping: { colour: "warning", means: "ends after the batch that is being tested" },
    interrupted: { colour: "warning", means: "was put down half-way; it can be resumed from its last checkpoint" },
    completed: { colour: "success", means: "has ended and was judged" },
    stopped: { colour: "default", means: "was ended by hand; what it tried stays counted" },
    failed: { colour: "error", means: "ended with an error; its log tells more" },
};

/** The state of a run or a bot. */
export function StatusChip({ status, means }: { status: string; means?: string }) {
    const look = LOOK[status];
    return (
        <Tooltip title={means ?? look?.means ?? ""}>
            <Chip size="small" variant="outlined" color={look?.colour ?? "default"} label={status} />
        </Tooltip>
    );
}
