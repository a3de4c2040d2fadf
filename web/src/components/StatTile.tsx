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
    const name = (
        <Typography variant="overline" color="textSecondary" component="dt">
            {label}
        </Typography>
    );
    return (
        <Box component="dl" sx={{ m: 0, minWidth: 0 }}>
            {hint === undefined ? (
                name
            ) : (
                <Tooltip title={hint}>
                    <Box
                        tabIndex={0}
                        sx={{ width: "fit-content", borderBottom: "1px dotted", borderColor: "text.secondary" }}
                    >
                        {name}
                    </Box>
                </Tooltip>
            )}
            <Typography
                component="dd"
                sx={{ m: 0, fontSize: "1.35rem", fontWeight: 600, color: TONES[tone], lineHeight: 1.3 }}
            >
                {value}
                {unit !== undefined && (
                    <Typography component="span" color="textSecondary" sx={{ ml: 0.5 }}>
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
