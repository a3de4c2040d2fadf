import Button from "@mui/material/Button";
import Checkbox from "@mui/material/Checkbox";
import FormControlLabel from "@mui/material/FormControlLabel";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import ToggleButton from "@mui/material/ToggleButton";
import ToggleButtonGroup from "@mui/material/ToggleButtonGroup";
import Typography from "@mui/material/Typography";

import type { Schemas } from "@/api/client";
import { isFraction, plain } from "@/format/parameters";

import type { Faults } from "./faults";
import { choicesOf, extent, type Kind, numbers, type Span, spanOf, wantedOf } from "./kinds";
import { NumberField } from "./NumberField";
import { Rule } from "./Strategies";

interface RangesProps {
    strategy: Schemas["StrategyOut"];
    ranges: Record<string, unknown>;
    faults: Faults;
    editable: boolean;
    onRange: (name: string, wanted: unknown) => void;
}

/** The rule of a strategy, and its parameters with the ranges that are searched. */
export function Ranges({ strategy, ranges, faults, editable, onRange }: RangesProps) {
    const kinds = strategy.space["kinds"] as Record<string, Kind>;
    const allowed = strategy.allowed as Record<string, Kind>;
    const extra = Object.keys(ranges).filter((name) => !(name in kinds) && name in allowed);
    const missing = Object.keys(allowed).filter((name) => !(name in kinds) && !extra.includes(name));
    const shown = [
        ...Object.entries(kinds),
        ...extra.map((name): [string, Kind] => [name, allowed[name] ?? { kind: "off" }]),
    ];
    return (
        <>
            <Rule sentences={strategy.sentences} doc={strategy.doc} source={strategy.source} />
            {!editable && (
                <Typography variant="body2" color="textSecondary" sx={{ mb: 1 }}>
                    Choose the strategy to change its ranges.
                </Typography>
            )}
            <Stack spacing={1.25}>
                {shown.map(([name, kind]) => (
                    <Parameter
                        key={name}
                        name={name}
                        kind={kind}
                        wanted={ranges[name]}
                        editable={editable}
                        fault={faults.get(`ranges.${strategy.name}.${name}`)}
                        onChange={(wanted) => onRange(name, wanted)}
                    />
                ))}
                {strategy.conditions.length > 0 && (
                    <Typography variant="body2" color="textSecondary">
                        Always: {strategy.conditions.join(" and ")}. Combinations that break this are not tried.
                    </Typography>
                )}
                {editable && missing.length > 0 && (
                    <TextField
                        select
                        label="Search one more parameter"
                        value=""
                        onChange={(event) => onRange(event.target.value, firstRange(allowed[event.target.value]))}
                        sx={{ maxWidth: 260 }}
                    >
                        {missing.map((name) => (
                            <MenuItem key={name} value={name}>
                                {plain(name)}
                            </MenuItem>
                        ))}
                    </TextField>
                )}
            </Stack>
        </>
    );
}

/** A range to begin with for a parameter that is not searched by itself: all choices, or a modest span. */
function firstRange(kind: Kind | undefined): unknown {
    if (!kind) return undefined;
    const inner = numbers(kind);
    if (!inner) return choicesOf(kind, undefined);
    if (inner.kind === "int") return [Math.max(inner.low ?? 1, 6), Math.min(inner.high ?? 100, 168)];
    return [Math.max(inner.low ?? 0, 0.01), Math.min(inner.high ?? 1, Math.max(inner.low ?? 0, 0.1) * 2)];
}

interface ParameterProps {
    name: string;
    kind: Kind;
    wanted: unknown;
    editable: boolean;
    fault: string | undefined;
    onChange: (wanted: unknown) => void;
}

function Parameter({ name, kind, wanted, editable, fault, onChange }: ParameterProps) {
    const span = spanOf(kind, wanted);
    return (
        <Stack
            direction="row"
            spacing={1}
            useFlexGap
            role="group"
            aria-label={plain(name)}
            sx={{ flexWrap: "wrap", alignItems: "flex-start" }}
        >
            <Stack sx={{ width: { xs: "100%", sm: 200 }, pt: { sm: 0.25 } }}>
                <Typography variant="body2" sx={{ fontWeight: 600 }}>
                    {plain(name)}
                </Typography>
                <Typography variant="caption" color="textSecondary">
                    {extent(name, kind)}
                </Typography>
            </Stack>
            {editable && span && <SpanFields {...{ name, kind, span, fault, onChange }} />}
            {editable && !span && (
                <ToggleButtonGroup
                    size="small"
                    value={choicesOf(kind, wanted)}
                    onChange={(_, values: (string | number | boolean)[]) =>
                        values.length > 0 && onChange(values.length === (kind.values ?? []).length ? undefined : values)
                    }
                    aria-label={`values of ${plain(name)}`}
                >
                    {(kind.values ?? []).map((one) => (
                        <ToggleButton key={String(one)} value={one}>
                            {String(one)}
                        </ToggleButton>
                    ))}
                </ToggleButtonGroup>
            )}
            {editable && wanted !== undefined && (
                <Button
                    size="small"
                    onClick={() => onChange(undefined)}
                    aria-label={`Reset the range of ${plain(name)}`}
                >
                    Reset
                </Button>
            )}
        </Stack>
    );
}

interface SpanFieldsProps {
    name: string;
    kind: Kind;
    span: Span;
    fault: string | undefined;
    onChange: (wanted: unknown) => void;
}

function SpanFields({ name, kind, span, fault, onChange }: SpanFieldsProps) {
    const inner = numbers(kind);
    const percent = isFraction(name);
    const change = (changes: Partial<Span>) => onChange(wantedOf(kind, { ...span, ...changes }));
    const onlyOff = Number.isNaN(span.low);
    const shared = { whole: inner?.kind === "int", width: 112, ...(percent ? { times: 100, unit: "%" } : {}) };
    return (
        <>
            {!onlyOff && (
                <>
                    <NumberField
                        label="from"
                        value={span.low}
                        onChange={(low) => low !== null && change({ low })}
                        fault={fault}
                        {...shared}
                        {...(fault === undefined ? {} : { width: 240 })}
                    />
                    <NumberField
                        label="to"
                        value={span.high}
                        onChange={(high) => high !== null && change({ high })}
                        {...shared}
                    />
                </>
            )}
            {span.off !== null && (
                <FormControlLabel
                    control={
                        <Checkbox
                            size="small"
                            checked={span.off}
                            onChange={(event) =>
                                change(
                                    onlyOff
                                        ? { off: false, low: inner?.low ?? 0, high: inner?.high ?? 0 }
                                        : { off: event.target.checked },
                                )
                            }
                        />
                    }
                    label="may be off"
                />
            )}
        </>
    );
}
