import FormControl from "@mui/material/FormControl";
import FormControlLabel from "@mui/material/FormControlLabel";
import FormLabel from "@mui/material/FormLabel";
import Radio from "@mui/material/Radio";
import RadioGroup from "@mui/material/RadioGroup";
import TextField from "@mui/material/TextField";
import { useId } from "react";

/** With which bar a new bot begins, as text of its fields. */
export interface First {
    replay: boolean;
    start: string;
}

interface FirstBarProps {
    first: First;
    fault: string | undefined;
    onChange: (changes: Partial<First>) => void;
}

/** Asks with which bar a new bot begins. */
export function FirstBar({ first, fault, onChange }: FirstBarProps) {
    const id = useId();
    return (
        <FormControl>
            <FormLabel id={id}>First bar</FormLabel>
            <RadioGroup
                aria-labelledby={id}
                value={first.replay ? "replay" : "next"}
                onChange={(event) => onChange({ replay: event.target.value === "replay" })}
            >
                <FormControlLabel
                    value="next"
                    control={<Radio size="small" />}
                    label="The next bar that is stored from now on"
                />
                <FormControlLabel
                    value="replay"
                    control={<Radio size="small" />}
                    label="An earlier one: live through stored bars first, as if they closed now"
                />
            </RadioGroup>
            {first.replay && (
                <TextField
                    label="From this day on (UTC)"
                    type="date"
                    value={first.start}
                    onChange={(event) => onChange({ start: event.target.value })}
                    error={fault !== undefined}
                    helperText={fault}
                    slotProps={{ inputLabel: { shrink: true } }}
                    sx={{ mt: 1 }}
                />
            )}
        </FormControl>
    );
}
