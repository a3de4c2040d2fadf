import Box from "@mui/material/Box";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { type SubmitEvent, type ReactNode, useEffect } from "react";

interface DoorProps {
    title: string;
    children: ReactNode;
    onSubmit?: (event: SubmitEvent) => void;
}

/** The frame of the pages before the login. */
export function Door({ title, children, onSubmit }: DoorProps) {
    useEffect(() => {
        document.title = `${title} · Alpha Discovery`;
    }, [title]);
    return (
        <Box component="main" sx={{ minHeight: "100vh", display: "grid", placeItems: "center", p: 2 }}>
            <Box sx={{ width: "100%", maxWidth: 420 }}>
                <Stack direction="row" spacing={1.5} sx={{ alignItems: "center", mb: 2 }}>
                    <img src="/icon.svg" width={40} height={40} alt="" />
                    <Box>
                        <Typography sx={{ fontWeight: 700, fontSize: "1.15rem" }}>Alpha Discovery</Typography>
                        <Typography variant="body2" color="textSecondary">
                            A laboratory that reports only what luck cannot explain
                        </Typography>
                    </Box>
                </Stack>
                <Paper variant="outlined" sx={{ p: 3 }}>
                    <Typography variant="h1" sx={{ mb: 2 }}>
                        {title}
                    </Typography>
                    <Stack component={onSubmit ? "form" : "div"} spacing={2} {...(onSubmit ? { onSubmit } : {})}>
                        {children}
                    </Stack>
                </Paper>
            </Box>
        </Box>
    );
}
