import Chip, { type ChipProps } from "@mui/material/Chip";
import Tooltip from "@mui/material/Tooltip";

/** How states look, and what each means. */
export type Looks = Readonly<Record<string, { colour: NonNullable<ChipProps["color"]>; means: string }>>;

interface StateChipProps {
    state: string;
    looks: Looks;
    /** Said in place of what the state means by itself. */
    means?: string | undefined;
}

/** A state as a chip; what it means is told on hover and focus. */
export function StateChip({ state, looks, means }: StateChipProps) {
    const look = looks[state];
    return (
        <Tooltip title={means ?? look?.means ?? ""}>
            <Chip size="small" variant="outlined" color={look?.colour ?? "default"} label={state} tabIndex={0} />
        </Tooltip>
    );
}
