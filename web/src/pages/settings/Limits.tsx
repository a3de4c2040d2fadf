import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import FormControlLabel from "@mui/material/FormControlLabel";
import InputAdornment from "@mui/material/InputAdornment";
import Stack from "@mui/material/Stack";
import Switch from "@mui/material/Switch";
import TextField from "@mui/material/TextField";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";

import { client, held, type Schemas } from "@/api/client";
import { useMe } from "@/api/me";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { FIELDS, faults, limitsOf, textsOf } from "@/pages/settings/limitValues";

/** What the workers of this server may use. */
export function Limits() {
    const query = useQuery({ queryKey: ["limits"], queryFn: () => held(client.GET("/system/limits")) });
    return (
        <Panel
            title="What workers may use"
            about="A change starts the workers of this server again; their runs go on from the last batch."
        >
            <Loaded query={query} title="The limits cannot be shown">
                {(told) => <Form key={JSON.stringify(told.now)} told={told} />}
            </Loaded>
        </Panel>
    );
}

function Form({ told }: { told: Schemas["LimitsOut"] }) {
    const cache = useQueryClient();
    const { isAdmin } = useMe();
    const [texts, setTexts] = useState(() => textsOf(told.now));
    const onSuccess = (next: Schemas["LimitsOut"]) => cache.setQueryData(["limits"], next);
    const save = useMutation({
        mutationFn: () => held(client.PUT("/system/limits", { body: limitsOf(texts, told.now) })),
        onSuccess,
    });
    const reset = useMutation({ mutationFn: () => held(client.DELETE("/system/limits")), onSuccess });
    const wrong = faults(texts);
    const changed = JSON.stringify(texts) !== JSON.stringify(textsOf(told.now));
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        save.mutate();
    };
    return (
        <Stack component="form" spacing={2} onSubmit={submit} sx={{ maxWidth: 460 }}>
            <Alert severity="info" variant="outlined">
                {told.changed
                    ? "These were set here; they hold instead of the configuration's."
                    : "These are the configuration file's."}{" "}
                Threads that workers share: {told.cores}.
            </Alert>
            {FIELDS.map(({ name, label, unit, optional, means }) => (
                <TextField
                    key={name}
                    label={label}
                    value={texts[name]}
                    disabled={!isAdmin}
                    error={wrong[name] !== undefined}
                    helperText={wrong[name] ?? (optional ? `${means} Left out: no limit.` : means)}
                    onChange={(event) => setTexts({ ...texts, [name]: event.target.value })}
                    slotProps={{
                        htmlInput: { inputMode: "decimal" },
                        input: { endAdornment: <InputAdornment position="end">{unit}</InputAdornment> },
                    }}
                />
            ))}
            <FormControlLabel
                control={
                    <Switch
                        checked={texts.idle_only}
                        disabled={!isAdmin}
                        onChange={(_, idle_only) => setTexts({ ...texts, idle_only })}
                    />
                }
                label="Use only what other programs leave of the processor"
            />
            {(save.error ?? reset.error) && <ErrorNotice error={save.error ?? reset.error} />}
            {isAdmin ? (
                <Stack direction="row" spacing={1}>
                    <Button
                        type="submit"
                        variant="contained"
                        disabled={!changed || Object.keys(wrong).length > 0 || save.isPending}
                    >
                        Set the limits
                    </Button>
                    {told.changed && (
                        <Button onClick={() => reset.mutate()} disabled={reset.isPending}>
                            Back to the configuration’s
                        </Button>
                    )}
                </Stack>
            ) : (
                <Alert severity="info" variant="outlined">
                    Your role is viewer; an admin can change these.
                </Alert>
            )}
        </Stack>
    );
}
