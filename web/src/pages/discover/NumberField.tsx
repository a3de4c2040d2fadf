import InputAdornment from "@mui/material/InputAdornment";
import TextField from "@mui/material/TextField";
import { useState } from "react";
import { tidy } from "@/format/parameters";

interface NumberFieldProps {
    label: string;
    value: number | string | null;
    onChange: (value: number | null) => void;
    unit?: string;
    /** Shown times this: 100 where a fraction is edited as per cent. */
    times?: number;
    helper?: string | undefined;
    fault?: string | undefined;
    /** Whether it may be left empty, and what that means. */
    empty?: string;
    whole?: boolean;
    /** It has to be above this. */
    least?: number;
    width?: number | string;
    disabled?: boolean;
}

/** A number as it is typed; what is no number is said at once and not passed on. */
export function NumberField(props: NumberFieldProps) {
    const times = props.times ?? 1;
    const shown = typeof props.value === "number" ? String(tidy(props.value * times)) : (props.value ?? "");
    const [typed, setTyped] = useState<string | null>(null);
    const text = typed ?? shown;
    const problem = wrong(text, props);
    const change = (next: string) => {
        setTyped(next);
        if (wrong(next, props) !== null) return;
        props.onChange(next.trim() === "" ? null : tidy(Number(next) / times));
    };
    const fault = problem ?? props.fault;
    return (
        <TextField
            label={props.label}
            value={text}
            onChange={(event) => change(event.target.value)}
            onBlur={() => setTyped(problem === null ? null : typed)}
            error={fault !== undefined}
            helperText={fault ?? props.helper}
            disabled={props.disabled ?? false}
            sx={{ width: props.width ?? 160 }}
            slotProps={{
                htmlInput: { inputMode: props.whole ? "numeric" : "decimal", style: { textAlign: "right" } },
                inputLabel: { shrink: true },
                input: {
                    placeholder: props.empty ?? "",
                    ...(props.unit === undefined
                        ? {}
                        : { endAdornment: <InputAdornment position="end">{props.unit}</InputAdornment> }),
                },
            }}
        />
    );
}

function wrong(text: string, props: NumberFieldProps): string | null {
    if (text.trim() === "") return props.empty === undefined ? "Needs a number." : null;
    const value = Number(text);
    if (!Number.isFinite(value)) return "This is no number.";
    if (props.least !== undefined && value <= props.least) return `Needs more than ${props.least}.`;
    return props.whole && !Number.isInteger(value) ? "Needs a whole number." : null;
}
