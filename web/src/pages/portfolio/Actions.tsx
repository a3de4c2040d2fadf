import StartIcon from "@mui/icons-material/PlayArrowOutlined";
import StopIcon from "@mui/icons-material/StopOutlined";
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { client, held } from "@/api/client";
import { inWords } from "@/api/problem";
import { AdminOnly } from "@/components/AdminOnly";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { money } from "@/format/number";
import { moved } from "@/pages/portfolio/moved";
import type { Portfolio } from "@/pages/portfolios/queries";

/** What a portfolio can be told: start or stop all its bots, and go back to its weights. */
export function Actions({ portfolio }: { portfolio: Portfolio }) {
    const [asking, setAsking] = useState(false);
    const cache = useQueryClient();
    const seen = () => {
        for (const kind of ["portfolios", "bots"]) void cache.invalidateQueries({ queryKey: [kind] });
    };
    const rebalance = useMutation({
        mutationFn: () =>
            held(client.POST("/portfolios/{name}/rebalance", { params: { path: { name: portfolio.name } } })),
        onSuccess: () => setAsking(false),
        onSettled: seen,
    });
    const tell = useMutation({
        mutationFn: async (told: "start" | "stop") => {
            const from = told === "start" ? "stopped" : "running";
            for (const bot of portfolio.bots.filter((one) => one.state === from)) {
                const path = { params: { path: { bot_id: bot.bot_id } } };
                await held(
                    told === "start"
                        ? client.POST("/bots/{bot_id}/start", path)
                        : client.POST("/bots/{bot_id}/stop", path),
                );
            }
        },
        onSettled: seen,
    });
    const busy = tell.isPending || rebalance.isPending;
    const any = (state: string) => portfolio.bots.some((bot) => bot.state === state);
    return (
        <Stack spacing={1} sx={{ alignItems: { sm: "flex-end" } }}>
            <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1 }}>
                {any("running") && (
                    <AdminOnly>
                        <Button startIcon={<StopIcon />} disabled={busy} onClick={() => tell.mutate("stop")}>
                            Stop all
                        </Button>
                    </AdminOnly>
                )}
                <AdminOnly>
                    <Button disabled={busy} onClick={() => setAsking(true)}>
                        Rebalance
                    </Button>
                </AdminOnly>
                {any("stopped") && (
                    <AdminOnly>
                        <Button
                            variant="contained"
                            startIcon={<StartIcon />}
                            disabled={busy}
                            onClick={() => tell.mutate("start")}
                        >
                            Start all
                        </Button>
                    </AdminOnly>
                )}
            </Box>
            {tell.error && (
                <Alert severity="error" variant="outlined">
                    {inWords(tell.error)}
                </Alert>
            )}
            {rebalance.data && !asking && (
                <Alert severity="success" variant="outlined" onClose={rebalance.reset}>
                    {moved(rebalance.data.map((one) => one.amount))}
                </Alert>
            )}
            <ConfirmDialog
                open={asking}
                title={`Rebalance ${portfolio.name}?`}
                verb="Rebalance"
                busy={busy}
                error={rebalance.error}
                onConfirm={() => rebalance.mutate()}
                onClose={() => setAsking(false)}
            >
                Its bots together are worth {money(portfolio.equity)}. Money moves from those whose share is above their
                weight to those below; from and to a bot in a position once it has left it. What is set aside stays.
            </ConfirmDialog>
        </Stack>
    );
}
