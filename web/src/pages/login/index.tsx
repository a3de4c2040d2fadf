import Button from "@mui/material/Button";
import TextField from "@mui/material/TextField";
import { useQuery } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";
import { Navigate, useSearchParams } from "react-router";

import { client, held } from "@/api/client";
import { meQuery, useLogin } from "@/api/me";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Door } from "@/pages/login/Door";
import { SetupHint } from "@/pages/login/SetupHint";
import { insideOnly } from "@/pages/login/next";

/** Sign in with a name and a password. */
export default function Login() {
    const [params] = useSearchParams();
    const { data: me } = useQuery(meQuery);
    const setup = useQuery({ queryKey: ["setup"], queryFn: () => held(client.GET("/auth/setup")) });
    const login = useLogin();
    const [name, setName] = useState("");
    const [password, setPassword] = useState("");
    if (me) return <Navigate to={insideOnly(params.get("next"))} replace />;
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        login.mutate({ name: name.trim(), password });
    };
    if (setup.data?.needed) return <SetupHint />;
    return (
        <Door title="Sign in" onSubmit={submit}>
            <TextField
                label="Name"
                autoComplete="username"
                autoFocus
                required
                value={name}
                onChange={(event) => setName(event.target.value)}
            />
            <TextField
                label="Password"
                type="password"
                autoComplete="current-password"
                required
                value={password}
                onChange={(event) => setPassword(event.target.value)}
            />
            {login.error && <ErrorNotice error={login.error} />}
            <Button
                type="submit"
                variant="contained"
                disabled={login.isPending || name.trim() === "" || password === ""}
            >
                Sign in
            </Button>
        </Door>
    );
}
