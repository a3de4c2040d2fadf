import Button from "@mui/material/Button";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";
import { Navigate, useLocation } from "react-router";

import { client, held } from "@/api/client";
import { useLogin } from "@/api/me";
import { ErrorNotice } from "@/components/ErrorNotice";
import { NewPassword } from "@/components/NewPassword";
import { Door } from "@/pages/login/Door";
import { tokenOf, weakness } from "@/pages/setup/credentials";

/** Make the first admin with the one-time link that the server printed. */
export default function Setup() {
    const { hash } = useLocation();
    const cache = useQueryClient();
    const state = useQuery({ queryKey: ["setup"], queryFn: () => held(client.GET("/auth/setup")) });
    const login = useLogin();
    const [token, setToken] = useState(() => tokenOf(hash));
    const [name, setName] = useState("");
    const [password, setPassword] = useState("");
    const [again, setAgain] = useState("");
    const make = useMutation({
        mutationFn: async () => {
            await held(client.POST("/auth/setup", { body: { token: tokenOf(token), name: name.trim(), password } }));
            await login.mutateAsync({ name: name.trim(), password });
            await cache.invalidateQueries({ queryKey: ["setup"] });
        },
    });
    if (login.isSuccess) return <Navigate to="/" replace />;
    if (state.data?.needed === false && !make.isPending) return <Navigate to="/login" replace />;
    const weak = password === "" ? null : weakness(name, password);
    const differs = again !== "" && again !== password;
    const ready = token !== "" && name.trim() !== "" && password !== "" && weak === null && again === password;
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        if (ready) make.mutate();
    };
    return (
        <Door title="Make the first admin" onSubmit={submit}>
            <Typography color="textSecondary">
                An admin starts discoveries, stores prices, runs bots and lets others in. Nothing leaves this machine.
            </Typography>
            {tokenOf(hash) === "" && (
                <TextField
                    label="Token or link of the server's output"
                    required
                    autoComplete="off"
                    value={token}
                    onChange={(event) => setToken(event.target.value)}
                />
            )}
            <TextField
                label="Name"
                required
                autoFocus
                autoComplete="username"
                value={name}
                onChange={(event) => setName(event.target.value)}
            />
            <NewPassword name={name} value={password} onChange={setPassword} />
            <TextField
                label="Password once more"
                type="password"
                required
                autoComplete="new-password"
                value={again}
                error={differs}
                helperText={differs ? "The two are not the same." : " "}
                onChange={(event) => setAgain(event.target.value)}
            />
            {make.error && <ErrorNotice error={make.error} />}
            <Button type="submit" variant="contained" disabled={!ready || make.isPending}>
                Make the admin and sign in
            </Button>
        </Door>
    );
}
