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
import { ErrorNotice } from "@/components/ErrorNotice";
import { NewPassword } from "@/components/NewPassword";
import type { User } from "@/pages/settings/Users";
import { weakness } from "@/pages/setup/credentials";

/** Make a user, or give one another password. */
export function UserDialog({ whom, onClose }: { whom: User | "new" | null; onClose: () => void }) {
    const id = useId();
    const cache = useQueryClient();
    const user = whom === "new" ? null : whom;
    const [name, setName] = useState("");
    const [role, setRole] = useState<User["role"]>("viewer");
    const [password, setPassword] = useState("");
    const save = useMutation({
        mutationFn: async () => {
            if (user)
                await held(
                    client.PATCH("/users/{user_id}", { params: { path: { user_id: user.id } }, body: { password } }),
                );
            else await held(client.POST("/users", { body: { name: name.trim(), role, password } }));
        },
        onSuccess: async () => {
            await cache.invalidateQueries({ queryKey: ["users"] });
            onClose();
        },
    });
    const called = user?.name ?? name;
    const weak = password === "" ? null : weakness(called, password);
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        save.mutate();
    };
    return (
        <Dialog open={whom !== null} onClose={onClose} fullWidth maxWidth="xs" aria-labelledby={id}>
            <form onSubmit={submit}>
                <DialogTitle id={id}>{user ? `New password for ${user.name}` : "New user"}</DialogTitle>
                <DialogContent>
                    <Stack spacing={2} sx={{ pt: 1 }}>
                        {user === null && (
                            <>
                                <TextField
                                    label="Name"
                                    required
                                    autoFocus
                                    autoComplete="off"
                                    value={name}
                                    onChange={(event) => setName(event.target.value)}
                                />
                                <TextField
                                    select
                                    label="Role"
                                    value={role}
                                    onChange={(event) => setRole(event.target.value as User["role"])}
                                >
                                    <MenuItem value="viewer">viewer: may look</MenuItem>
                                    <MenuItem value="admin">admin: may change things</MenuItem>
                                </TextField>
                            </>
                        )}
                        <NewPassword
                            name={called}
                            value={password}
                            onChange={setPassword}
                            hint="tell it to the person, who can change it"
                        />
                        {save.error && <ErrorNotice error={save.error} />}
                    </Stack>
                </DialogContent>
                <DialogActions>
                    <Button onClick={onClose}>Cancel</Button>
                    <Button
                        type="submit"
                        variant="contained"
                        disabled={called.trim() === "" || password === "" || weak !== null || save.isPending}
                    >
                        {user ? "Set the password" : "Make the user"}
                    </Button>
                </DialogActions>
            </form>
        </Dialog>
    );
}
