import { type Looks, StateChip } from "@/components/StateChip";

const LOOKS: Looks = {
    candidate: { colour: "default", means: "accepted; provisional until this stretch of data is closed" },
    validated: { colour: "primary", means: "validated: its stretch of data is closed, and it stood" },
    proven: { colour: "success", means: "proven in paper trading" },
    decayed: { colour: "error", means: "decayed: it no longer does what it did" },
    pending: { colour: "default", means: "nobody has decided about it yet" },
    approved: { colour: "primary", means: "a person has approved it for a bot" },
    deployed: { colour: "success", means: "at least one bot was made of it" },
    retired: { colour: "warning", means: "taken out of use for good" },
};

/** What has been shown of an alpha, or where it stands on its way to a bot. */
export function AlphaChip({ state }: { state: string }) {
    return <StateChip state={state} looks={LOOKS} />;
}
