import StartIcon from "@mui/icons-material/PlayArrowOutlined";
import StopIcon from "@mui/icons-material/StopOutlined";
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Checkbox from "@mui/material/Checkbox";
import FormControlLabel from "@mui/material/FormControlLabel";
import TextField from "@mui/material/TextField";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { client, held } from "@/api/client";
import { inWords } from "@/api/problem";
import { AdminOnly } from "@/components/AdminOnly";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import type { BotOut } from "@/pages/bots/queries";

type Told = "start" | "stop" | "resume" | "halt" | "demote";

/** What a bot can be told. */
export function Actions({ bot }: { bot: BotOut }) {
    const [open, setOpen] = useState<"" | "halt" | "demote">("");
    const [why, setWhy] = useState("");
    const [close, setClose] = useState(false);
    const tell = useTell(bot, { why, close }, () => setOpen(""));
    const say = (told: Told) => () => tell.mutate(told);
    if (bot.state === "demoted") return null;
    const running = bot.state === "running";
    return (
        <Box sx={{ display: "flex", flexDirection: "column", gap: 1, alignItems: { sm: "flex-end" } }}>
            <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1 }}>
                {running ? (
                    <AdminOnly>
                        <Button startIcon={<StopIcon />} disabled={tell.isPending} onClick={say("stop")}>
                            Stop
                        </Button>
                    </AdminOnly>
                ) : (
                    <AdminOnly>
                        <Button
                            variant="contained"
                            startIcon={<StartIcon />}
                            disabled={tell.isPending}
                            onClick={say("start")}
                        >
                            Start
                        </Button>
                    </AdminOnly>
                )}
                {bot.now.halted === null ? (
                    <AdminOnly>
                        <Button onClick={() => setOpen("halt")}>Halt</Button>
                    </AdminOnly>
                ) : (
                    <AdminOnly>
                        <Button disabled={tell.isPending} onClick={say("resume")}>
                            Resume
                        </Button>
                    </AdminOnly>
                )}
                <AdminOnly>
                    <Button color="error" onClick={() => setOpen("demote")}>
                        Demote
                    </Button>
                </AdminOnly>
            </Box>
            {tell.error && open === "" && (
                <Alert severity="error" variant="outlined">
                    {inWords(tell.error)}
                </Alert>
            )}
            <ConfirmDialog
                open={open === "halt"}
                title={`Halt ${bot.name}?`}
                verb="Halt"
                busy={tell.isPending || why.trim() === ""}
                error={open === "halt" ? tell.error : null}
                onConfirm={say("halt")}
                onClose={() => setOpen("")}
            >
                It goes on living through bars, but enters nothing until it is resumed. What it holds keeps its stop,
                its target and its exits.
                <Why why={why} onChange={setWhy} />
                <FormControlLabel
                    control={
                        <Checkbox size="small" checked={close} onChange={(event) => setClose(event.target.checked)} />
                    }
                    label="Close what is open at the next open"
                />
            </ConfirmDialog>
            <ConfirmDialog
                open={open === "demote"}
                title={`Demote ${bot.name}?`}
                verb="Demote"
                dangerous
                busy={tell.isPending || why.trim() === ""}
                error={open === "demote" ? tell.error : null}
                onConfirm={say("demote")}
                onClose={() => setOpen("")}
            >
                The bot ends for good, and its alpha is called decayed: no other bot can be made of it. This cannot be
                taken back; to let it rest for a while, stop or halt it.
                <Why why={why} onChange={setWhy} />
            </ConfirmDialog>
        </Box>
    );
}

function Why({ why, onChange }: { why: string; onChange: (why: string) => void }) {
    return (
        <TextField
            label="Why"
            helperText="for its log and the audit log"
            required
            fullWidth
            value={why}
            onChange={(event) => onChange(event.target.value)}
            slotProps={{ htmlInput: { maxLength: 500 } }}
            sx={{ mt: 2 }}
        />
    );
}

function useTell(bot: BotOut, { why, close }: { why: string; close: boolean }, onDone: () => void) {
    const cache = useQueryClient();
    const path = { bot_id: bot.id };
    return useMutation({
        mutationFn: (told: Told) => {
            if (told === "halt")
                return held(client.POST("/bots/{bot_id}/halt", { params: { path }, body: { why: why.trim(), close } }));
            if (told === "demote")
                return held(client.POST("/bots/{bot_id}/demote", { params: { path }, body: { why: why.trim() } }));
            return held(client.POST(`/bots/{bot_id}/${told}`, { params: { path } }));
        },
        onSuccess: (now) => {
            cache.setQueryData(["bots", bot.id], now);
            void cache.invalidateQueries({ queryKey: ["bots"] });
            void cache.invalidateQueries({ queryKey: ["alpha", bot.alpha_id], exact: true });
            onDone();
        },
    });
}
