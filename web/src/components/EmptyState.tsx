import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";

interface EmptyStateProps {
    /** What is not here. */
    title: string;
    /** What to do next. */
    children?: ReactNode;
    /** The button that does it. */
    action?: ReactNode;
}

/** In the place of a list without entries: says what to do next. */
export function EmptyState({ title, children, action }: EmptyStateProps) {
    return (
        <Stack spacing={1} sx={{ alignItems: "center", textAlign: "center", py: 4, px: 2 }}>
            <Typography variant="h3" component="p">
                {title}
            </Typography>
            {children !== undefined && (
                <Typography component="div" color="textSecondary" sx={{ maxWidth: "60ch" }}>
                    {children}
                </Typography>
            )}
            {action}
        </Stack>
    );
}
