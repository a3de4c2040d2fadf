import Autocomplete from "@mui/material/Autocomplete";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import InputAdornment from "@mui/material/InputAdornment";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { choicesQuery } from "@/pages/alphas/queries";
import { DEFAULTS, FILTERS, narrowing, type Search } from "@/pages/alphas/search";

interface FilterBarProps {
    search: Search;
    onChange: (changes: Partial<Search>) => void;
}

const STATES = ["candidate", "validated", "proven", "decayed"];
const DEPLOYMENT = ["pending", "approved", "deployed", "retired"];
const PAUSE = 350; // ms without a key before what was typed is searched for

/** What narrows the table. */
export function FilterBar({ search, onChange }: FilterBarProps) {
    const { data } = useQuery(choicesQuery);
    const count = narrowing(search);
    const none = Object.fromEntries(FILTERS.map((name) => [name, DEFAULTS[name]])) as Partial<Search>;
    return (
        <Box
            component="search"
            aria-label="Filters of alphas"
            sx={{
                display: "grid",
                gridTemplateColumns: { xs: "repeat(2, minmax(0, 1fr))", sm: "repeat(auto-fill, minmax(170px, 1fr))" },
                gap: 1.25,
                mb: 2,
            }}
        >
            <Typed
                label="Search"
                value={search.text}
                hint="name, market or id"
                onChange={(text) => onChange({ text })}
            />
            <Several
                label="Strategy"
                options={data?.strategy_types ?? []}
                value={search.strategy}
                onChange={(strategy) => onChange({ strategy })}
            />
            <One
                label="Market"
                options={data?.symbols ?? []}
                value={search.symbol}
                onChange={(symbol) => onChange({ symbol })}
            />
            <One
                label="Timeframe"
                options={data?.timeframes ?? []}
                value={search.timeframe}
                onChange={(timeframe) => onChange({ timeframe })}
            />
            <Several label="State" options={STATES} value={search.state} onChange={(state) => onChange({ state })} />
            <Several
                label="Status"
                options={DEPLOYMENT}
                value={search.deployment}
                onChange={(deployment) => onChange({ deployment })}
            />
            <One
                label="Run"
                options={data?.runs ?? []}
                named={(run) => run.slice(0, 8)}
                value={search.run}
                onChange={(run) => onChange({ run })}
            />
            <Typed
                label="Sharpe at least"
                value={search.min_sharpe}
                numeric
                onChange={(min_sharpe) => onChange({ min_sharpe })}
            />
            <Typed
                label="Score at least"
                value={search.min_score}
                unit="%"
                numeric
                onChange={(min_score) => onChange({ min_score })}
            />
            <Typed
                label="Drawdown at most"
                value={search.max_drawdown}
                unit="%"
                numeric
                onChange={(max_drawdown) => onChange({ max_drawdown })}
            />
            {count > 0 && (
                <Button onClick={() => onChange(none)} sx={{ justifySelf: "start" }}>
                    Clear {count === 1 ? "the filter" : `${count} filters`}
                </Button>
            )}
        </Box>
    );
}

interface TypedProps {
    label: string;
    value: string;
    hint?: string;
    unit?: string;
    numeric?: boolean;
    onChange: (text: string) => void;
}

/** A field that waits until one has stopped typing. */
function Typed({ label, value, hint, unit, numeric = false, onChange }: TypedProps) {
    const [text, setText] = useState(value);
    const [before, setBefore] = useState(value);
    if (before !== value) {
        setBefore(value); // the address has changed: a link, or "clear"
        setText(value);
    }
    useEffect(() => {
        if (text === value) return undefined;
        const timer = setTimeout(() => onChange(text), PAUSE);
        return () => clearTimeout(timer);
    }, [text, value, onChange]);
    const wrong = numeric && text.trim() !== "" && !Number.isFinite(Number(text.replace(",", ".")));
    return (
        <TextField
            label={label}
            value={text}
            error={wrong}
            {...(wrong ? { helperText: "a number, please" } : {})}
            onChange={(event) => setText(event.target.value)}
            slotProps={{
                htmlInput: { inputMode: numeric ? "decimal" : "search", ...(hint ? { placeholder: hint } : {}) },
                input: unit ? { endAdornment: <InputAdornment position="end">{unit}</InputAdornment> } : {},
            }}
        />
    );
}

interface OneProps {
    label: string;
    options: readonly string[];
    value: string;
    named?: (option: string) => string;
    onChange: (value: string) => void;
}

function One({ label, options, value, named = (option) => option, onChange }: OneProps) {
    const all = value !== "" && !options.includes(value) ? [value, ...options] : options;
    return (
        <TextField select label={label} value={value} onChange={(event) => onChange(event.target.value)}>
            <MenuItem value="">any</MenuItem>
            {all.map((option) => (
                <MenuItem key={option} value={option}>
                    {named(option)}
                </MenuItem>
            ))}
        </TextField>
    );
}

interface SeveralProps {
    label: string;
    options: readonly string[];
    value: string[];
    onChange: (value: string[]) => void;
}

function Several({ label, options, value, onChange }: SeveralProps) {
    return (
        <Autocomplete
            multiple
            size="small"
            limitTags={1}
            options={options}
            value={value}
            onChange={(_, chosen) => onChange(chosen)}
            renderInput={(params) => <TextField {...params} label={label} placeholder={value.length ? "" : "any"} />}
        />
    );
}
