import TextField from "@mui/material/TextField";

import { SHORTEST, weakness } from "@/pages/setup/credentials";

interface NewPasswordProps {
    label?: string;
    /** Of the user: a password may not be like it. */
    name: string;
    value: string;
    onChange: (value: string) => void;
    /** Said besides how long it has to be. */
    hint?: string;
}

/** A password that is to be set; what is wrong with it is said while it is typed. */
export function NewPassword({ label = "Password", name, value, onChange, hint }: NewPasswordProps) {
    const weak = value === "" ? null : weakness(name, value);
    return (
        <TextField
            label={label}
            type="password"
            required
            autoComplete="new-password"
            value={value}
            error={weak !== null}
            helperText={weak ?? `At least ${SHORTEST} characters; ${hint ?? "several words are best"}.`}
            onChange={(event) => onChange(event.target.value)}
        />
    );
}
