import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useId, useState } from "react";

import { client, held } from "@/api/client";
import { useMe } from "@/api/me";
import { ErrorNotice } from "@/components/ErrorNotice";

/** Make a key and show its text this once. */
export function NewKeyDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
    const id = useId();
    const cache = useQueryClient();
    const { isAdmin } = useMe();
    const [name, setName] = useState("");
    const [role, setRole] = useState<"viewer" | "admin">("viewer");
    const [day, setDay] = useState("");
    const make = useMutation({
        mutationFn: () =>
            held(
                client.POST("/auth/keys", {
                    body: { name: name.trim(), role, expires_at: day === "" ? null : `${day}T00:00:00Z` },
                }),
            ),
        onSuccess: () => cache.invalidateQueries({ queryKey: ["keys"] }),
    });
    const close = () => {
        make.reset();
        setName("");
        setDay("");
        setRole("viewer");
        onClose();
    };
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        make.mutate();
    };
    if (make.data)
        return (
            <Dialog open={open} onClose={close} fullWidth maxWidth="sm" aria-labelledby={id}>
                <DialogTitle id={id}>The new key</DialogTitle>
                <DialogContent>
                    <Alert severity="warning" variant="outlined" sx={{ mb: 2 }}>
                        It is shown this once. Copy it to where it is used.
                    </Alert>
                    <TextField
                        label="Key"
                        value={make.data.key}
                        fullWidth
                        onFocus={(event) => event.target.select()}
                        slotProps={{ input: { readOnly: true } }}
                    />
                </DialogContent>
                <DialogActions>
                    <Button onClick={() => void navigator.clipboard.writeText(make.data.key)}>Copy</Button>
                    <Button variant="contained" onClick={close}>
                        Done
                    </Button>
                </DialogActions>
            </Dialog>
        );
    return (
        <Dialog open={open} onClose={close} fullWidth maxWidth="xs" aria-labelledby={id}>
            <form onSubmit={submit}>
                <DialogTitle id={id}>New key</DialogTitle>
                <DialogContent>
                    <Stack spacing={2} sx={{ pt: 1 }}>
                        <TextField
                            label="What it is for"
                            required
                            autoFocus
                            value={name}
                            onChange={(event) => setName(event.target.value)}
                        />
                        <TextField
                            select
                            label="Role"
                            value={role}
                            onChange={(event) => setRole(event.target.value as typeof role)}
                        >
                            <MenuItem value="viewer">viewer: may look</MenuItem>
                            <MenuItem value="admin" disabled={!isAdmin}>
                                admin: may change things
                            </MenuItem>
                        </TextField>
                        <TextField
                            label="Good until"
                            type="date"
                            helperText="Left out: until it is revoked"
                            value={day}
                            onChange={(event) => setDay(event.target.value)}
                            slotProps={{ inputLabel: { shrink: true } }}
                        />
                        {make.error && <ErrorNotice error={make.error} />}
                    </Stack>
                </DialogContent>
                <DialogActions>
                    <Button onClick={close}>Cancel</Button>
                    <Button type="submit" variant="contained" disabled={name.trim() === "" || make.isPending}>
                        Make the key
                    </Button>
                </DialogActions>
            </form>
        </Dialog>
    );
}
