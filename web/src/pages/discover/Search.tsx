import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import FormControl from "@mui/material/FormControl";
import FormControlLabel from "@mui/material/FormControlLabel";
import FormHelperText from "@mui/material/FormHelperText";
import MenuItem from "@mui/material/MenuItem";
import Radio from "@mui/material/Radio";
import RadioGroup from "@mui/material/RadioGroup";
import Stack from "@mui/material/Stack";
import Switch from "@mui/material/Switch";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";

import type { Schemas } from "@/api/client";
import { Panel } from "@/components/Panel";
import { plain } from "@/format/parameters";

import { type Campaign, type Plan, withMethod } from "./campaign";
import { Effort } from "./Effort";
import type { Faults } from "./faults";
import { NumberField } from "./NumberField";

interface SearchProps {
    plan: Plan;
    options: Schemas["CampaignOptions"];
    faults: Faults;
    onChange: (changes: Partial<Campaign>) => void;
    onAdaptive: (adaptive: boolean) => void;
    onPriority: (priority: number) => void;
}

const INTRABAR: Record<string, { name: string; about: string }> = {
    stop_first: { name: "hits the stop first", about: "The careful reading." },
    target_first: { name: "hits the target first", about: "The hopeful reading." },
    detail: { name: "asks finer bars", about: "Stored bars of a minute, unless the run says others." },
};

/** How to search, with how much, and from which random numbers. */
export function Search({ plan, options, faults, onChange, onAdaptive, onPriority }: SearchProps) {
    const { campaign, adaptive } = plan;
    const touched = faults.get("intrabar") ?? faults.get("timeframe_detail");
    const focused = Object.keys(campaign.focus.regions).length > 0;
    return (
        <Panel title="Search">
            <Stack spacing={2}>
                <FormControl error={faults.has("method")}>
                    <RadioGroup
                        aria-label="Method"
                        value={campaign.method}
                        onChange={(event) => onChange(withMethod(event.target.value))}
                    >
                        {options.methods.map((one) => (
                            <FormControlLabel
                                key={one.name}
                                value={one.name}
                                control={<Radio size="small" />}
                                label={<Labelled name={one.name} summary={one.summary} learns={one.learns} />}
                                sx={{ alignItems: "flex-start", "& .MuiRadio-root": { pt: 0.5 } }}
                            />
                        ))}
                    </RadioGroup>
                    <FormHelperText>{faults.get("method")}</FormHelperText>
                </FormControl>
                <Stack direction="row" spacing={1.5} useFlexGap sx={{ flexWrap: "wrap" }}>
                    <NumberField
                        label="Budget"
                        unit="candidates"
                        whole
                        width={230}
                        value={campaign.max_iterations}
                        onChange={(value) => value !== null && onChange({ max_iterations: value })}
                        fault={faults.get("max_iterations")}
                        helper="per strategy, at most"
                    />
                    <NumberField
                        label="Seed"
                        whole
                        width={130}
                        value={campaign.seed}
                        onChange={(value) => value !== null && onChange({ seed: value })}
                        fault={faults.get("seed")}
                        helper="same seed, same result"
                    />
                    <NumberField
                        label="Priority"
                        whole
                        width={150}
                        value={plan.priority}
                        onChange={(value) => value !== null && onPriority(value)}
                        fault={faults.get("body.priority")}
                        helper="higher runs first"
                    />
                    <TextField
                        select
                        label="A bar that touches stop and target"
                        value={campaign.intrabar}
                        onChange={(event) => onChange({ intrabar: event.target.value, timeframe_detail: null })}
                        error={touched !== undefined}
                        helperText={touched ?? INTRABAR[campaign.intrabar]?.about}
                        sx={{ minWidth: 250 }}
                    >
                        {options.intrabar.map((one) => (
                            <MenuItem key={one} value={one}>
                                {INTRABAR[one]?.name ?? plain(one)}
                            </MenuItem>
                        ))}
                    </TextField>
                </Stack>
                <Effort campaign={campaign} options={options} faults={faults} onChange={onChange} />
                {focused ? (
                    <Alert
                        severity="info"
                        variant="outlined"
                        action={
                            <Button
                                size="small"
                                color="inherit"
                                onClick={() => onChange({ focus: { regions: {}, learned_from: [] } })}
                            >
                                Search everywhere
                            </Button>
                        }
                    >
                        Begins in the regions that the earlier run began in.
                    </Alert>
                ) : (
                    <FormControlLabel
                        control={<Switch checked={adaptive} onChange={(event) => onAdaptive(event.target.checked)} />}
                        label={
                            <>
                                <Typography component="span">Begin where earlier runs found something</Typography>
                                <Typography variant="body2" color="textSecondary">
                                    Half of the search starts in regions learned from finished runs whose search part
                                    ended before this vault begins, and stops are set for the market&apos;s volatility.
                                </Typography>
                            </>
                        }
                    />
                )}
            </Stack>
        </Panel>
    );
}

function Labelled({ name, summary, learns }: { name: string; summary: string; learns: boolean }) {
    return (
        <span>
            <Typography component="span" sx={{ fontWeight: 600 }}>
                {plain(name)}
            </Typography>{" "}
            <Typography component="span" variant="body2" color="textSecondary">
                {summary}
                {learns ? "; it learns, so it is judged by searching again on markets without an edge" : ""}
            </Typography>
        </span>
    );
}
