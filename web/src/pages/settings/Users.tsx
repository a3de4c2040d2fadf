import Button from "@mui/material/Button";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import Switch from "@mui/material/Switch";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import TextField from "@mui/material/TextField";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { client, held, type Schemas } from "@/api/client";
import { useMe } from "@/api/me";
import { WIDE } from "@/components/Cells";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { Moment } from "@/format/Moment";
import { UserDialog } from "@/pages/settings/UserDialog";

export type User = Schemas["UserOut"];

/** Who may come in, and who may change things. */
export function Users() {
    const cache = useQueryClient();
    const { me } = useMe();
    const query = useQuery({ queryKey: ["users"], queryFn: () => held(client.GET("/users")) });
    const fresh = () => cache.invalidateQueries({ queryKey: ["users"] });
    const [dialog, setDialog] = useState<User | "new" | null>(null);
    const [going, setGoing] = useState<User | null>(null);
    const change = useMutation({
        mutationFn: ({ id, ...body }: { id: string; role?: "admin" | "viewer"; active?: boolean }) =>
            held(client.PATCH("/users/{user_id}", { params: { path: { user_id: id } }, body })),
        onSettled: fresh,
    });
    const remove = useMutation({
        mutationFn: (user_id: string) => held(client.DELETE("/users/{user_id}", { params: { path: { user_id } } })),
        onSuccess: async () => {
            await fresh();
            setGoing(null);
        },
    });
    return (
        <Panel
            title="Users"
            about="Viewers may look at everything; admins may change things."
            actions={
                <Button variant="contained" onClick={() => setDialog("new")} sx={{ flexShrink: 0 }}>
                    New user
                </Button>
            }
        >
            {change.error && <ErrorNotice error={change.error} />}
            <Loaded query={query} title="The users cannot be shown">
                {(users) => (
                    <TableContainer tabIndex={0} role="region" aria-label="Users">
                        <Table size="small">
                            <TableHead>
                                <TableRow>
                                    {["Name", "Role", "May sign in", "Last login", ""].map((head) => (
                                        <TableCell
                                            key={head}
                                            {...(head === "Last login" || head === "" ? { sx: WIDE } : {})}
                                        >
                                            {head}
                                        </TableCell>
                                    ))}
                                </TableRow>
                            </TableHead>
                            <TableBody>
                                {users.map((user) => {
                                    const self = user.id === me?.user.id;
                                    const ways = (
                                        <>
                                            <Button size="small" disabled={self} onClick={() => setDialog(user)}>
                                                New password
                                            </Button>
                                            <Button
                                                size="small"
                                                color="error"
                                                disabled={self}
                                                onClick={() => setGoing(user)}
                                            >
                                                Delete
                                            </Button>
                                        </>
                                    );
                                    return (
                                        <TableRow key={user.id}>
                                            <TableCell sx={{ overflowWrap: "anywhere" }}>
                                                {user.name}
                                                {self && " (you)"}
                                                <Stack sx={{ display: { sm: "none" }, alignItems: "flex-start" }}>
                                                    {ways}
                                                </Stack>
                                            </TableCell>
                                            <TableCell>
                                                <TextField
                                                    select
                                                    value={user.role}
                                                    disabled={self || change.isPending}
                                                    onChange={(event) =>
                                                        change.mutate({
                                                            id: user.id,
                                                            role: event.target.value as User["role"],
                                                        })
                                                    }
                                                    slotProps={{
                                                        select: {
                                                            SelectDisplayProps: {
                                                                "aria-label": `Role of ${user.name}`,
                                                            },
                                                        },
                                                    }}
                                                >
                                                    <MenuItem value="viewer">viewer</MenuItem>
                                                    <MenuItem value="admin">admin</MenuItem>
                                                </TextField>
                                            </TableCell>
                                            <TableCell>
                                                <Switch
                                                    checked={user.active}
                                                    disabled={self || change.isPending}
                                                    onChange={(_, active) => change.mutate({ id: user.id, active })}
                                                    slotProps={{ input: { "aria-label": `${user.name} may sign in` } }}
                                                />
                                            </TableCell>
                                            <TableCell sx={WIDE}>
                                                {user.last_login === null ? (
                                                    "never"
                                                ) : (
                                                    <Moment at={user.last_login} relative />
                                                )}
                                            </TableCell>
                                            <TableCell align="right" sx={WIDE}>
                                                {ways}
                                            </TableCell>
                                        </TableRow>
                                    );
                                })}
                            </TableBody>
                        </Table>
                    </TableContainer>
                )}
            </Loaded>
            <UserDialog
                key={dialog === null ? "" : dialog === "new" ? "new" : dialog.id}
                whom={dialog}
                onClose={() => setDialog(null)}
            />
            <ConfirmDialog
                open={going !== null}
                title={`Delete ${going?.name ?? ""}?`}
                verb="Delete"
                dangerous
                busy={remove.isPending}
                error={remove.error}
                typed={going?.name ?? ""}
                onConfirm={() => going && remove.mutate(going.id)}
                onClose={() => setGoing(null)}
            >
                Logins and keys of this user end. What was done stays in the audit log. This cannot be undone.
            </ConfirmDialog>
        </Panel>
    );
}
