import Box from "@mui/material/Box";
import List from "@mui/material/List";
import ListItem from "@mui/material/ListItem";
import ListItemButton from "@mui/material/ListItemButton";
import ListItemIcon from "@mui/material/ListItemIcon";
import ListItemText from "@mui/material/ListItemText";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { NavLink, useLocation } from "react-router";

import { ENTRIES } from "@/app/pages";

/** Whether an entry stands for the present address. */
export function isHere(to: string, pathname: string): boolean {
    return to === "/" ? pathname === "/" : pathname === to || pathname.startsWith(`${to}/`);
}

export function Navigation({ width, onGo }: { width: number; onGo?: () => void }) {
    const { pathname } = useLocation();
    return (
        <Box component="nav" aria-label="Pages" sx={{ width }}>
            <Stack direction="row" spacing={1.25} sx={{ alignItems: "center", pl: 2, pr: 1, height: 56 }}>
                <img src="/icon.svg" width={26} height={26} alt="" />
                <Typography noWrap sx={{ fontWeight: 700 }}>
                    Alpha Discovery
                </Typography>
            </Stack>
            <List sx={{ px: 1 }}>
                {ENTRIES.map(({ to, name, Icon }) => (
                    <ListItem key={to} disablePadding>
                        <ListItemButton
                            component={NavLink}
                            to={to}
                            selected={isHere(to, pathname)}
                            aria-current={isHere(to, pathname) ? "page" : undefined}
                            onClick={onGo}
                            sx={{ borderRadius: 1.5, mb: 0.25, py: 0.75 }}
                        >
                            <ListItemIcon
                                sx={{ minWidth: 36, color: isHere(to, pathname) ? "primary.main" : "text.secondary" }}
                            >
                                <Icon />
                            </ListItemIcon>
                            <ListItemText primary={name} />
                        </ListItemButton>
                    </ListItem>
                ))}
            </List>
        </Box>
    );
}
