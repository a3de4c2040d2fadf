import TextField from "@mui/material/TextField";
import { useState } from "react";

import { numbersOf, same } from "./blocks";

interface NumbersFieldProps {
    label: string;
    value: readonly number[];
    onChange: (value: number[]) => void;
    helper?: string;
    disabled?: boolean;
}

/** A list of numbers as it is typed; what is none is said at once and not passed on. */
export function NumbersField({ label, value, onChange, helper, disabled = false }: NumbersFieldProps) {
    const [typed, setTyped] = useState<string | null>(null);
    const text = typed ?? value.join(", ");
    const wrong = numbersOf(text) === null;
    return (
        <TextField
            label={label}
            value={text}
            disabled={disabled}
            onChange={(event) => {
                setTyped(event.target.value);
                const found = numbersOf(event.target.value);
                if (found !== null && !same(found, value)) onChange(found);
            }}
            onBlur={() => !wrong && setTyped(null)}
            error={wrong}
            helperText={wrong ? "Numbers, please, with commas between them." : helper}
            sx={{ flex: "1 1 220px", minWidth: 0 }}
            slotProps={{ htmlInput: { inputMode: "decimal" }, inputLabel: { shrink: true } }}
        />
    );
}
