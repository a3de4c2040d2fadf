import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";

import { Panel } from "@/components/Panel";
import { utcDay } from "@/format/time";

import type { Faults } from "./faults";
import { extentOf, type Market, yearsBefore } from "./markets";

interface PeriodProps {
    start: string | null;
    end: string | null;
    chosen: readonly Market[];
    faults: Faults;
    onChange: (start: string | null, end: string | null) => void;
}

const LENGTHS = [1, 2, 4];

/** Which part of the stored prices is used. */
export function Period({ start, end, chosen, faults, onChange }: PeriodProps) {
    const extent = extentOf(chosen);
    const last = end === null ? extent?.end : Date.parse(end);
    const possible = LENGTHS.filter((years) => extent && last && Date.parse(yearsBefore(last, years)) > extent.start);
    return (
        <Panel title="Period" about="Days in UTC. The last part of it becomes the vault, which the search never sees.">
            <Stack direction="row" spacing={1.5} useFlexGap sx={{ flexWrap: "wrap", alignItems: "flex-start" }}>
                <Day label="From" value={start} fault={faults.get("start")} onChange={(day) => onChange(day, end)} />
                <Day
                    label="Until, not included"
                    value={end}
                    fault={faults.get("end")}
                    onChange={(day) => onChange(start, day)}
                />
                <Stack direction="row" useFlexGap sx={{ flexWrap: "wrap", pt: 0.5 }}>
                    <Button size="small" disabled={start === null && end === null} onClick={() => onChange(null, null)}>
                        All there is
                    </Button>
                    {possible.map((years) => (
                        <Button
                            key={years}
                            size="small"
                            onClick={() => onChange(last ? yearsBefore(last, years) : null, end)}
                        >
                            Last {years === 1 ? "year" : `${years} years`}
                        </Button>
                    ))}
                </Stack>
            </Stack>
            <Typography variant="body2" color="textSecondary" sx={{ mt: 1 }}>
                {extent
                    ? `There are prices from ${utcDay(extent.start)} to ${utcDay(extent.end)}; each market is traded where it has some.`
                    : "Choose markets to see from when to when there are prices."}
            </Typography>
        </Panel>
    );
}

interface DayProps {
    label: string;
    value: string | null;
    fault: string | undefined;
    onChange: (day: string | null) => void;
}

/** A day, or none. */
export function Day({ label, value, fault, onChange }: DayProps) {
    return (
        <TextField
            type="date"
            label={label}
            value={value === null ? "" : value.slice(0, 10)}
            onChange={(event) => onChange(event.target.value === "" ? null : event.target.value)}
            error={fault !== undefined}
            helperText={fault}
            slotProps={{ inputLabel: { shrink: true } }}
            sx={{ width: 190, ...(fault === undefined ? {} : { width: 320 }) }}
        />
    );
}
