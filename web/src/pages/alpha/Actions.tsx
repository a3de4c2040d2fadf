import DownloadIcon from "@mui/icons-material/FileDownloadOutlined";
import ReplayIcon from "@mui/icons-material/ReplayOutlined";
import Button from "@mui/material/Button";
import ListItemText from "@mui/material/ListItemText";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { client, held } from "@/api/client";
import { PREFIX } from "@/api/prefix";
import { AdminOnly } from "@/components/AdminOnly";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { Deploy } from "@/pages/alpha/Deploy";
import type { AlphaDetail } from "@/pages/alpha/queries";
import { Replay } from "@/pages/alpha/Replay";

/** What can be done with an alpha. */
export function Actions({ alpha }: { alpha: AlphaDetail }) {
    const [open, setOpen] = useState<"" | "replay" | "deploy" | "retire">("");
    const cache = useQueryClient();
    const status = useMutation({
        mutationFn: (wanted: "pending" | "approved" | "retired") =>
            held(
                client.PUT("/alphas/{alpha_id}/deployment", {
                    params: { path: { alpha_id: alpha.id } },
                    body: { status: wanted },
                }),
            ),
        onSuccess: () => {
            setOpen("");
            void cache.invalidateQueries({ queryKey: ["alphas"] });
            void cache.invalidateQueries({ queryKey: ["alpha", alpha.id], exact: true });
        },
    });
    const retired = alpha.deployment_status === "retired";
    return (
        <>
            <Button startIcon={<ReplayIcon />} onClick={() => setOpen("replay")}>
                Replay
            </Button>
            <Exports alpha={alpha} />
            {alpha.deployment_status === "pending" && (
                <AdminOnly>
                    <Button disabled={status.isPending} onClick={() => status.mutate("approved")}>
                        Approve
                    </Button>
                </AdminOnly>
            )}
            {!retired && (
                <AdminOnly>
                    <Button onClick={() => setOpen("retire")}>Retire</Button>
                </AdminOnly>
            )}
            {!retired && (
                <AdminOnly>
                    <Button variant="contained" onClick={() => setOpen("deploy")}>
                        Deploy
                    </Button>
                </AdminOnly>
            )}
            {open === "replay" && <Replay alpha={alpha} onClose={() => setOpen("")} />}
            {open === "deploy" && <Deploy alpha={alpha} onClose={() => setOpen("")} />}
            <ConfirmDialog
                open={open === "retire"}
                title="Retire this alpha?"
                verb="Retire"
                dangerous
                busy={status.isPending}
                error={status.error}
                onConfirm={() => status.mutate("retired")}
                onClose={() => setOpen("")}
            >
                It stays stored with its evidence, but no more bots can be made of it. This cannot be taken back. Bots
                that run already go on; stop them on their own pages.
            </ConfirmDialog>
        </>
    );
}

/** Files of an alpha: whatever the server can write. */
function Exports({ alpha }: { alpha: AlphaDetail }) {
    const [anchor, setAnchor] = useState<HTMLElement | null>(null);
    const { data } = useQuery({
        queryKey: ["exports"],
        queryFn: () => held(client.GET("/alphas/export/formats")),
        staleTime: Infinity, // asked for with the page, so that the menu does not change under the hand
    });
    return (
        <>
            <Button
                startIcon={<DownloadIcon />}
                aria-haspopup="menu"
                disabled={data === undefined}
                onClick={(event) => setAnchor(event.currentTarget)}
            >
                Export
            </Button>
            <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
                {(data ?? []).map((one) => (
                    <MenuItem
                        key={one.name}
                        component="a"
                        href={`${PREFIX}/alphas/${alpha.id}/export?format=${one.name}`}
                        download
                        onClick={() => setAnchor(null)}
                    >
                        <ListItemText
                            primary={one.name}
                            secondary={one.about}
                            sx={{ whiteSpace: "normal", maxWidth: 340 }}
                        />
                    </MenuItem>
                ))}
                <MenuItem
                    component="a"
                    href={`${PREFIX}/alphas/${alpha.id}/report`}
                    target="_blank"
                    onClick={() => setAnchor(null)}
                >
                    <ListItemText
                        primary="report"
                        secondary="one HTML file with everything about it, to keep or to send"
                        sx={{ whiteSpace: "normal", maxWidth: 340 }}
                    />
                </MenuItem>
            </Menu>
        </>
    );
}
