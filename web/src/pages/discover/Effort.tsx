import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Collapse from "@mui/material/Collapse";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { type ReactNode, useId, useState } from "react";

import type { Schemas } from "@/api/client";
import { fixed } from "@/format/number";
import { plain } from "@/format/parameters";

import type { Campaign } from "./campaign";
import { endsOnResults, type Ending, readEnding, writeEnding } from "./ending";
import type { Faults } from "./faults";
import { gain, isHalved, type Looks, OFFERED, told } from "./looks";
import { NumberField } from "./NumberField";

interface EffortProps {
    campaign: Campaign;
    options: Schemas["CampaignOptions"];
    faults: Faults;
    onChange: (changes: Partial<Campaign>) => void;
}

const SETTINGS = ["until", "halving", "sampling", "regimes"] as const;

/** When a search ends early, how closely it looks, how it draws, and what tells regimes: for those who want to say so. */
export function Effort({ campaign, options, faults, onChange }: EffortProps) {
    const set = inWords(campaign);
    const wrong = SETTINGS.some((name) => faults.has(name));
    const [asked, setAsked] = useState(set.length > 0);
    const open = asked || wrong;
    const id = useId();
    return (
        <Box>
            <Button
                size="small"
                onClick={() => setAsked(!open)}
                aria-expanded={open}
                aria-controls={id}
                disabled={wrong}
                sx={{ ml: -0.5 }}
            >
                {open ? "Fewer settings" : "More settings"}
            </Button>
            {!open && (
                <Typography component="span" variant="body2" color="textSecondary" sx={{ ml: 1 }}>
                    {set.length > 0 ? set.join(", ") : "stop early, short looks, ways to draw, market regimes"}
                </Typography>
            )}
            <Collapse in={open} id={id}>
                <Stack spacing={2.5} sx={{ pt: 1.5 }} role="group" aria-label="More settings of the search">
                    <Until
                        until={campaign.until}
                        fault={faults.get("until")}
                        onChange={(until) => onChange({ until })}
                    />
                    <ShortLooks
                        looks={campaign.halving}
                        markets={campaign.symbols.length}
                        fault={faults.get("halving")}
                        onChange={(halving) => onChange({ halving })}
                    />
                    {(isHalved(campaign.halving) || endsOnResults(campaign.until)) && (
                        <Alert severity="info" variant="outlined">
                            Results now decide{" "}
                            {isHalved(campaign.halving) ? "what is looked at in full" : "when it ends"}, so finds are
                            judged by searching again on markets without an edge. The time before you start includes
                            that.
                        </Alert>
                    )}
                    <Stack direction="row" spacing={1.5} useFlexGap sx={{ flexWrap: "wrap" }}>
                        <Chosen
                            label="Random draws are"
                            choices={options.sampling}
                            value={campaign.sampling}
                            fault={faults.get("sampling")}
                            disabled={campaign.method !== "random" && campaign.sampling === "uniform"}
                            why="Only the method random draws; the others place their candidates themselves."
                            onChange={(sampling) => onChange({ sampling })}
                        />
                        <Chosen
                            label="Market regimes are told by"
                            choices={options.regimes}
                            value={campaign.regimes}
                            fault={faults.get("regimes")}
                            onChange={(regimes) => onChange({ regimes })}
                        />
                    </Stack>
                </Stack>
            </Collapse>
        </Box>
    );
}

/** What is set, each in a few words. */
function inWords(campaign: Campaign): string[] {
    const looks = typeof campaign.halving === "number" ? campaign.halving : campaign.halving.length;
    return [
        ...(campaign.until === null ? [] : [`ends after ${campaign.until}`]),
        ...(isHalved(campaign.halving) ? [`${looks} looks`] : []),
        ...(campaign.sampling === "uniform" ? [] : [`${plain(campaign.sampling)} draws`]),
        ...(campaign.regimes === "quantiles" ? [] : [`regimes by ${plain(campaign.regimes)}`]),
    ];
}

interface UntilProps {
    until: string | null;
    fault: string | undefined;
    onChange: (until: string | null) => void;
}

/** What else ends the search of a strategy, besides its budget. */
function Until({ until, fault, onChange }: UntilProps) {
    const ending = readEnding(until);
    const change = (changes: Partial<Ending>) => ending && onChange(writeEnding({ ...ending, ...changes }));
    return (
        <Part
            title="Stop early"
            about="Each strategy ends when its budget is used up, or before that:"
            fault={ending === null ? undefined : fault}
        >
            {ending === null ? (
                <TextField
                    label="Ends after"
                    value={until}
                    onChange={(event) => onChange(event.target.value === "" ? null : event.target.value)}
                    error={fault !== undefined}
                    helperText={fault ?? "e.g. 8 hours or 5000 candidates without progress; empty: never"}
                    sx={{ width: "100%", maxWidth: 480 }}
                    slotProps={{ inputLabel: { shrink: true } }}
                />
            ) : (
                <>
                    <NumberField
                        label="After"
                        unit="hours"
                        empty="any time"
                        least={0}
                        width={170}
                        value={ending.hours}
                        onChange={(hours) => change({ hours })}
                        helper="of work on a strategy"
                    />
                    <NumberField
                        label="Without progress for"
                        unit="candidates"
                        empty="never"
                        whole
                        least={0}
                        width={250}
                        value={ending.idle}
                        onChange={(idle) => change({ idle })}
                        helper="in a row, none better than the best"
                    />
                    {ending.hours !== null && ending.idle !== null && (
                        <TextField
                            select
                            label="It ends with"
                            value={ending.both ? "both" : "first"}
                            onChange={(event) => change({ both: event.target.value === "both" })}
                            sx={{ width: 250 }}
                        >
                            <MenuItem value="first">whichever comes first</MenuItem>
                            <MenuItem value="both">both of them together</MenuItem>
                        </TextField>
                    )}
                </>
            )}
        </Part>
    );
}

interface ShortLooksProps {
    looks: Looks;
    markets: number;
    fault: string | undefined;
    onChange: (looks: Looks) => void;
}

const SPELLED = "spelled";

/** How many times each candidate is looked at before it has its numbers. */
function ShortLooks({ looks, markets, fault, onChange }: ShortLooksProps) {
    const halved = isHalved(looks);
    const numbers = typeof looks === "number" && !OFFERED.includes(looks) ? [...OFFERED, looks] : OFFERED;
    return (
        <Part
            title="Short looks"
            about={
                halved
                    ? `${told(looks, Math.max(1, markets))} About ${fixed(gain(looks, Math.max(1, markets)), 1)} times as many candidates in the same time. A rule that seldom trades shows too little in a short look, and is lost.`
                    : "Try every candidate on a few bars first, and only the better ones on all of them: more candidates in the same time."
            }
            fault={fault}
        >
            <TextField
                select
                label="Looks at each candidate"
                value={typeof looks === "number" ? String(looks) : SPELLED}
                onChange={(event) => event.target.value !== SPELLED && onChange(Number(event.target.value))}
                error={fault !== undefined}
                sx={{ width: 250 }}
            >
                {numbers.map((one) => (
                    <MenuItem key={one} value={String(one)}>
                        {one <= 1 ? "one, in full" : `${one}, the last in full`}
                    </MenuItem>
                ))}
                {typeof looks !== "number" && (
                    <MenuItem value={SPELLED}>{looks.length}, as they were spelled out</MenuItem>
                )}
            </TextField>
        </Part>
    );
}

interface ChosenProps {
    label: string;
    choices: readonly Schemas["Choice"][];
    value: string;
    fault: string | undefined;
    disabled?: boolean;
    /** Why it cannot be chosen. */
    why?: string;
    onChange: (value: string) => void;
}

/** One of some values, and below it what the chosen one means. */
function Chosen({ label, choices, value, fault, disabled = false, why, onChange }: ChosenProps) {
    const known = choices.find((one) => one.name === value);
    return (
        <TextField
            select
            label={label}
            value={known ? value : ""}
            onChange={(event) => onChange(event.target.value)}
            error={fault !== undefined}
            helperText={fault ?? (disabled ? why : known?.summary)}
            disabled={disabled}
            sx={{ flex: "1 1 250px", maxWidth: 380 }}
        >
            {choices.map((one) => (
                <MenuItem key={one.name} value={one.name}>
                    {NAMES[one.name] ?? plain(one.name)}
                </MenuItem>
            ))}
        </TextField>
    );
}

const NAMES: Record<string, string> = {
    quantiles: "quantiles of the past",
    markov: "a hidden Markov model",
    log_uniform: "log-uniform",
    sobol: "Sobol",
    latin_hypercube: "Latin hypercube",
};

interface PartProps {
    title: string;
    about: string;
    fault: string | undefined;
    children: ReactNode;
}

function Part({ title, about, fault, children }: PartProps) {
    return (
        <Box role="group" aria-label={title}>
            <Typography variant="body2" sx={{ fontWeight: 600 }}>
                {title}
            </Typography>
            <Typography variant="body2" color="textSecondary" sx={{ mb: 1.25, maxWidth: "75ch" }}>
                {about}
            </Typography>
            <Stack direction="row" spacing={1.5} useFlexGap sx={{ flexWrap: "wrap" }}>
                {children}
            </Stack>
            {fault !== undefined && (
                <Typography role="alert" variant="caption" color="error" component="p" sx={{ mt: 0.5 }}>
                    {fault}
                </Typography>
            )}
        </Box>
    );
}
