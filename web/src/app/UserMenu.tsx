import AccountIcon from "@mui/icons-material/AccountCircleOutlined";
import DarkIcon from "@mui/icons-material/DarkModeOutlined";
import LightIcon from "@mui/icons-material/LightModeOutlined";
import Divider from "@mui/material/Divider";
import IconButton from "@mui/material/IconButton";
import ListItemText from "@mui/material/ListItemText";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import Tooltip from "@mui/material/Tooltip";
import { useState } from "react";
import { Link } from "react-router";

import { useLogout, useMe } from "@/api/me";
import { useColourMode } from "@/app/ColourMode";

/** Theme, account and way out. */
export function UserMenu() {
    const { me } = useMe();
    const logout = useLogout();
    const { mode, choose } = useColourMode();
    const [anchor, setAnchor] = useState<HTMLElement | null>(null);
    const other = mode === "dark" ? "light" : "dark";
    return (
        <>
            <Tooltip title={`Switch to ${other} colours`}>
                <IconButton onClick={() => choose(other)} aria-label={`Switch to ${other} colours`}>
                    {mode === "dark" ? <LightIcon /> : <DarkIcon />}
                </IconButton>
            </Tooltip>
            <IconButton
                edge="end"
                aria-label="Account"
                aria-haspopup="menu"
                aria-expanded={anchor !== null}
                onClick={(event) => setAnchor(event.currentTarget)}
            >
                <AccountIcon />
            </IconButton>
            <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
                <MenuItem component={Link} to="/settings" onClick={() => setAnchor(null)}>
                    <ListItemText primary={me?.user.name} secondary={me?.role} />
                </MenuItem>
                <Divider />
                <MenuItem onClick={() => logout.mutate()}>Log out</MenuItem>
            </Menu>
        </>
    );
}
