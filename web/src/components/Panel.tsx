import Box from "@mui/material/Box";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { type ReactNode, useId } from "react";

interface PanelProps {
    title: string;
    /** What is seen here and how to read it. */
    about?: ReactNode;
    actions?: ReactNode;
    children: ReactNode;
}

/** A part of a page under a heading of its own. */
export function Panel({ title, about, actions, children }: PanelProps) {
    const id = useId();
    return (
        <Paper variant="outlined" component="section" aria-labelledby={id} sx={{ p: { xs: 1.5, sm: 2 }, minWidth: 0 }}>
            <Stack
                direction="row"
                spacing={1}
                sx={{
                    justifyContent: "space-between",
                    alignItems: "flex-start",
                    mb: 1.75,
                    flexWrap: { xs: "wrap", sm: "nowrap" },
                }}
                useFlexGap
            >
                <Box sx={{ minWidth: 0 }}>
                    <Typography variant="h2" id={id}>
                        {title}
                    </Typography>
                    {about !== undefined && (
                        <Typography
                            variant="body2"
                            component="div"
                            color="textSecondary"
                            sx={{ mt: 0.25, maxWidth: "75ch" }}
                        >
                            {about}
                        </Typography>
                    )}
                </Box>
                {actions}
            </Stack>
            {children}
        </Paper>
    );
}
