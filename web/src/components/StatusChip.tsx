import { type Looks, StateChip } from "@/components/StateChip";

const LOOKS: Looks = {
    queued: { colour: "default", means: "waits for a worker" },
    running: { colour: "primary", means: "a worker is at it" },
    stopping: { colour: "warning", means: "ends after the batch that is being tested" },
    interrupted: { colour: "warning", means: "was put down half-way; it can be resumed from its last checkpoint" },
    completed: { colour: "success", means: "has ended and was judged" },
    stopped: { colour: "default", means: "was ended by hand; what it tried stays counted" },
    failed: { colour: "error", means: "ended with an error; its log tells more" },
};

/** The state of a run or a download. */
export function StatusChip({ status, means }: { status: string; means?: string }) {
    return <StateChip state={status} looks={LOOKS} means={means} />;
}
