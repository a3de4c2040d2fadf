import Box from "@mui/material/Box";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { type ReactNode, useEffect } from "react";

interface PageHeaderProps {
    title: string;
    /** One sentence: what this page is for. */
    about?: ReactNode;
    /** Buttons of the whole page. */
    actions?: ReactNode;
}

/** The heading of a page; names the browser's tab too. */
export function PageHeader({ title, about, actions }: PageHeaderProps) {
    useEffect(() => {
        document.title = `${title} · Alpha Discovery`;
    }, [title]);
    return (
        <Stack
            direction={{ xs: "column", sm: "row" }}
            spacing={1.5}
            sx={{ mb: 2.5, justifyContent: "space-between", alignItems: { xs: "stretch", sm: "flex-start" } }}
        >
            <Box sx={{ minWidth: 0 }}>
                <Typography variant="h1" sx={{ overflowWrap: "anywhere" }}>
                    {title}
                </Typography>
                {about !== undefined && (
                    <Typography component="div" color="textSecondary" sx={{ mt: 0.5, maxWidth: "75ch" }}>
                        {about}
                    </Typography>
                )}
            </Box>
            {actions !== undefined && (
                <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: "wrap", flexShrink: 0 }}>
                    {actions}
                </Stack>
            )}
        </Stack>
    );
}
