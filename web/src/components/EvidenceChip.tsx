import CheckIcon from "@mui/icons-material/Check";
import CloseIcon from "@mui/icons-material/Close";
import HelpIcon from "@mui/icons-material/HelpOutlineOutlined";
import Chip from "@mui/material/Chip";
import Tooltip from "@mui/material/Tooltip";

interface EvidenceChipProps {
    label: string;
    /** null: the test was not made. */
    passed: boolean | null;
    /** Statistic, threshold and what it means; on hover and focus. */
    reason: string;
}

/** The outcome of one test, by sign and words and not by colour alone. */
export function EvidenceChip({ label, passed, reason }: EvidenceChipProps) {
    const Icon = passed === null ? HelpIcon : passed ? CheckIcon : CloseIcon;
    const outcome = passed === null ? "not tested" : passed ? "passed" : "failed";
    return (
        <Tooltip title={reason}>
            <Chip
                size="small"
                variant="outlined"
                tabIndex={0}
                color={passed === null ? "default" : passed ? "primary" : "error"}
                icon={<Icon aria-hidden />}
                label={label}
                aria-label={`${label}: ${outcome}. ${reason}`}
                role="note"
            />
        </Tooltip>
    );
}
