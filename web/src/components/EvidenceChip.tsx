import { Mark } from "@/components/Mark";
import { spaced } from "@/format/number";

interface EvidenceChipProps {
    label: string;
    /** null: the test was not made; "weak": it does not convince on its own. */
    passed: boolean | "weak" | null;
    /** Statistic, threshold and what it means; on hover and focus. */
    reason: string;
}

const LOOKS = {
    true: { sign: "✓", colour: "primary", outcome: "passed" },
    false: { sign: "✕", colour: "error", outcome: "failed" },
    weak: { sign: "–", colour: "warning", outcome: "not convincing on its own" },
    null: { sign: "?", colour: "default", outcome: "not tested" },
} as const;

/** The outcome of one test, by sign and words and not by colour alone. */
export function EvidenceChip({ label, passed, reason }: EvidenceChipProps) {
    const { sign, colour, outcome } = LOOKS[`${passed}`];
    const why = spaced(reason);
    return <Mark {...{ label, sign, colour }} reason={why} role="note" aria-label={`${label}: ${outcome}. ${why}`} />;
}
