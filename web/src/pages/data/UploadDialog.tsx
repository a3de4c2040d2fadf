import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useRef, useState } from "react";

import { client, held } from "@/api/client";
import { errorOf } from "@/api/problem";
import { authorized } from "@/api/session";
import { PREFIX } from "@/api/prefix";
import { ErrorNotice } from "@/components/ErrorNotice";
import { bytes } from "@/format/number";
import { type Kept, UploadPreview } from "@/pages/data/UploadPreview";

const ENDINGS = ".csv,.txt,.gz,.zip,.parquet,.feather,.json";

/** Send a price file, look at what it holds, and store it or not. */
export function UploadDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
    const id = useId();
    const cache = useQueryClient();
    const chooser = useRef<HTMLInputElement>(null);
    const [kept, setKept] = useState<Kept | null>(null);
    const waiting = useQuery({
        queryKey: ["uploads"],
        queryFn: () => held(client.GET("/data/uploads")),
        enabled: open && kept === null,
    });
    const send = useMutation({
        mutationFn: sendFile,
        onSuccess: async (file) => {
            await cache.invalidateQueries({ queryKey: ["uploads"] });
            setKept(file);
        },
    });
    const close = () => {
        setKept(null);
        send.reset();
        onClose();
    };
    return (
        <Dialog open={open} onClose={close} maxWidth="md" fullWidth aria-labelledby={id}>
            <DialogTitle id={id}>{kept ? `What ${kept.file} holds` : "Upload prices"}</DialogTitle>
            {kept ? (
                <UploadPreview key={kept.id} kept={kept} onClose={close} />
            ) : (
                <>
                    <DialogContent>
                        <Stack spacing={2}>
                            <Typography color="textSecondary">
                                CSV, JSON, Parquet or feather, as exchanges and other tools write them; .gz and .zip
                                too. You see what the file holds before anything is stored.
                            </Typography>
                            <Button
                                variant="contained"
                                disabled={send.isPending}
                                onClick={() => chooser.current?.click()}
                                sx={{ alignSelf: "flex-start" }}
                            >
                                {send.isPending ? "Sending…" : "Choose a file"}
                            </Button>
                            <input
                                ref={chooser}
                                type="file"
                                hidden
                                accept={ENDINGS}
                                onChange={(event) => {
                                    const [file] = event.target.files ?? [];
                                    if (file) send.mutate(file);
                                    event.target.value = "";
                                }}
                            />
                            {send.error && <ErrorNotice error={send.error} />}
                            {(waiting.data?.length ?? 0) > 0 && (
                                <Stack spacing={0.5}>
                                    <Typography variant="h3">Sent before, not stored yet</Typography>
                                    {waiting.data?.map((one) => (
                                        <Stack key={one.id} direction="row" spacing={1} sx={{ alignItems: "center" }}>
                                            <Typography sx={{ overflowWrap: "anywhere" }}>
                                                {one.file} ({bytes(one.size)})
                                            </Typography>
                                            <Button size="small" onClick={() => setKept(one)}>
                                                Look at it
                                            </Button>
                                        </Stack>
                                    ))}
                                </Stack>
                            )}
                        </Stack>
                    </DialogContent>
                    <DialogActions>
                        <Button onClick={close}>Cancel</Button>
                    </DialogActions>
                </>
            )}
        </Dialog>
    );
}

async function sendFile(file: File): Promise<Kept> {
    const body = new FormData();
    body.set("file", file);
    const url = new URL(`${PREFIX}/data/uploads`, window.location.origin);
    const answer = await authorized(new Request(url, { method: "POST", body }));
    const told: unknown = await answer.json().catch(() => null);
    if (!answer.ok) throw errorOf(answer.status, told);
    return told as Kept;
}
