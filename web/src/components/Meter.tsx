import Box from "@mui/material/Box";
import LinearProgress from "@mui/material/LinearProgress";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";

interface MeterProps {
    label: string;
    /** Stands for the label where the place says it already, as in a table. */
    name?: string;
    /** 0 to 1; null: not known. */
    share: number | null;
    /** The value in words, with its unit. */
    text: ReactNode;
    /** From this share on it is shown as a warning. */
    warnFrom?: number;
    children?: ReactNode;
}

/** How much of something is used. */
export function Meter({ label, name, share, text, warnFrom = 1.01, children }: MeterProps) {
    return (
        <Box>
            <Box sx={{ display: "flex", justifyContent: "space-between", gap: 1 }}>
                <Typography variant="body2">{label}</Typography>
                <Typography variant="body2" component="div" color="textSecondary" sx={{ textAlign: "right" }}>
                    {text}
                </Typography>
            </Box>
            {share !== null && (
                <LinearProgress
                    variant="determinate"
                    aria-label={name ?? label}
                    value={Math.max(0, Math.min(100, share * 100))}
                    color={share >= warnFrom ? "warning" : "primary"}
                    sx={{ height: 7, borderRadius: 4, mt: 0.5 }}
                />
            )}
            {children}
        </Box>
    );
}
