import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";

import { client, held } from "@/api/client";
import { useMe } from "@/api/me";
import { ErrorNotice } from "@/components/ErrorNotice";
import { NewPassword } from "@/components/NewPassword";
import { Panel } from "@/components/Panel";
import { weakness } from "@/pages/setup/credentials";

/** Change one's own password. */
export function Password() {
    const { me } = useMe();
    const cache = useQueryClient();
    const [present, setPresent] = useState("");
    const [next, setNext] = useState("");
    const change = useMutation({
        mutationFn: () => held(client.PUT("/auth/password", { body: { present, new: next } })),
        onSuccess: () => {
            cache.clear();
            window.location.assign("/login"); // every login has ended, this one too
        },
    });
    const weak = next === "" ? null : weakness(me?.user.name ?? "", next);
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        change.mutate();
    };
    return (
        <Panel
            title={me ? `Signed in as ${me.user.name} (${me.role})` : "Signed in"}
            about="With another password every login ends, this one too."
        >
            <Stack component="form" spacing={1.5} onSubmit={submit} sx={{ maxWidth: 380 }}>
                <input type="text" autoComplete="username" value={me?.user.name ?? ""} readOnly hidden aria-hidden />
                <TextField
                    label="Present password"
                    type="password"
                    autoComplete="current-password"
                    value={present}
                    onChange={(event) => setPresent(event.target.value)}
                />
                <NewPassword label="New password" name={me?.user.name ?? ""} value={next} onChange={setNext} />
                {change.error && <ErrorNotice error={change.error} />}
                <Button
                    type="submit"
                    variant="contained"
                    disabled={present === "" || next === "" || weak !== null || change.isPending}
                    sx={{ alignSelf: "flex-start" }}
                >
                    Change the password
                </Button>
            </Stack>
        </Panel>
    );
}
