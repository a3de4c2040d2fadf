import Box from "@mui/material/Box";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";

interface StatTileProps {
    label: string;
    value: ReactNode;
    /** Unit after the value, smaller. */
    unit?: string;
    /** A line below: what it is compared with. */
    note?: ReactNode;
    /** What the number means, on hover and focus. */
    hint?: string;
    tone?: "default" | "good" | "bad";
}

const TONES = { default: "text.primary", good: "primary.main", bad: "error.main" } as const;

/** One number with its name, unit and meaning. */
export function StatTile({ label, value, unit, note, hint, tone = "default" }: StatTileProps) {
    const dotted = { width: "fit-content", borderBottom: "1px dotted", borderColor: "text.secondary" };
    const name = (
        <Typography
            variant="overline"
            color="textSecondary"
            component="dt"
            {...(hint === undefined ? {} : { tabIndex: 0, sx: dotted })}
        >
            {label}
        </Typography>
    );
    return (
        <Box component="dl" sx={{ m: 0, minWidth: 0 }}>
            {hint === undefined ? (
                name
            ) : (
                <Tooltip describeChild title={hint}>
                    {name}
                </Tooltip>
            )}
            <Typography
                component="dd"
                sx={{
                    m: 0,
                    fontSize: "1.35rem",
                    fontWeight: 600,
                    color: TONES[tone],
                    lineHeight: 1.3,
                    overflowWrap: "anywhere",
                }}
            >
                {value}
                {unit !== undefined && (
                    <Typography component="span" color="textSecondary">
                        {" "}
                        {unit}
                    </Typography>
                )}
            </Typography>
            {note !== undefined && (
                <Typography component="dd" variant="body2" color="textSecondary" sx={{ m: 0 }}>
                    {note}
                </Typography>
            )}
        </Box>
    );
}
