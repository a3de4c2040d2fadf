import CheckIcon from "@mui/icons-material/Check";
import CloseIcon from "@mui/icons-material/Close";
import HelpIcon from "@mui/icons-material/HelpOutlineOutlined";
import WeakIcon from "@mui/icons-material/RemoveOutlined";
import Chip from "@mui/material/Chip";
import Tooltip from "@mui/material/Tooltip";

interface EvidenceChipProps {
    label: string;
    /** null: the test was not made; "weak": it does not convince on its own. */
    passed: boolean | "weak" | null;
    /** Statistic, threshold and what it means; on hover and focus. */
    reason: string;
}

const LOOKS = {
    true: { Icon: CheckIcon, colour: "primary", outcome: "passed" },
    false: { Icon: CloseIcon, colour: "error", outcome: "failed" },
    weak: { Icon: WeakIcon, colour: "warning", outcome: "not convincing on its own" },
    null: { Icon: HelpIcon, colour: "default", outcome: "not tested" },
} as const;

/** The outcome of one test, by sign and words and not by colour alone. */
export function EvidenceChip({ label, passed, reason }: EvidenceChipProps) {
    const { Icon, colour, outcome } = LOOKS[`${passed}`];
    return (
        <Tooltip title={reason}>
            <Chip
                size="small"
                variant="outlined"
                tabIndex={0}
                color={colour}
                icon={<Icon aria-hidden />}
                label={label}
                aria-label={`${label}: ${outcome}. ${reason}`}
                role="note"
            />
        </Tooltip>
    );
}
