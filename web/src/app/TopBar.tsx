import MenuIcon from "@mui/icons-material/Menu";
import AppBar from "@mui/material/AppBar";
import Box from "@mui/material/Box";
import IconButton from "@mui/material/IconButton";
import Toolbar from "@mui/material/Toolbar";

import { RunningNow } from "@/app/RunningNow";
import { UserMenu } from "@/app/UserMenu";
import type { Connection } from "@/hooks/useEvents";

interface TopBarProps {
    connection: Connection;
    /** Opens the navigation, where it is a drawer. */
    onMenu?: () => void;
}

export function TopBar({ connection, onMenu }: TopBarProps) {
    return (
        <AppBar position="sticky" color="inherit" elevation={0} sx={{ borderBottom: 1, borderColor: "divider" }}>
            <Toolbar variant="dense" sx={{ minHeight: 56, gap: 1 }}>
                {onMenu && (
                    <IconButton edge="start" aria-label="Open the navigation" onClick={onMenu}>
                        <MenuIcon />
                    </IconButton>
                )}
                <RunningNow connection={connection} />
                <Box sx={{ flex: 1 }} />
                <UserMenu />
            </Toolbar>
        </AppBar>
    );
}
