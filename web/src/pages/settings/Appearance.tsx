import FormControlLabel from "@mui/material/FormControlLabel";
import Radio from "@mui/material/Radio";
import RadioGroup from "@mui/material/RadioGroup";

import { type Choice, useColourMode } from "@/app/ColourMode";
import { Panel } from "@/components/Panel";

const CHOICES: { choice: Choice; name: string }[] = [
    { choice: "system", name: "As the system says" },
    { choice: "light", name: "Light" },
    { choice: "dark", name: "Dark" },
];

export function Appearance() {
    const { choice, choose } = useColourMode();
    return (
        <Panel
            title="Colours"
            about="Kept in this browser. Series of charts can be told apart with every kind of colour blindness."
        >
            <RadioGroup value={choice} onChange={(_, value) => choose(value as Choice)} aria-label="Colours">
                {CHOICES.map((one) => (
                    <FormControlLabel key={one.choice} value={one.choice} control={<Radio />} label={one.name} />
                ))}
            </RadioGroup>
        </Panel>
    );
}
