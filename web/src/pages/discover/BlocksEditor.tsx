import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Checkbox from "@mui/material/Checkbox";
import FormControlLabel from "@mui/material/FormControlLabel";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useState } from "react";

import type { Schemas } from "@/api/client";
import { plain } from "@/format/parameters";

import { asBlocks, type Block, type Blocks, same, withBlock, withShipped } from "./blocks";
import { NumberField } from "./NumberField";
import { NumbersField } from "./NumbersField";

type Group = "blocks" | "wraps";

interface BlocksEditorProps {
    generated: Schemas["StrategyGenerated"];
    /** What the campaign says; null: the blocks that ship. */
    wanted: Record<string, unknown> | null;
    fault: string | undefined;
    editable: boolean;
    onChange: (blocks: Record<string, unknown> | null) => void;
}

/** What generated rules may be made of: the blocks, the values of their numbers, and how many of them a rule has. */
export function BlocksEditor({ generated, wanted, fault, editable, onChange }: BlocksEditorProps) {
    const shipped = asBlocks(generated.blocks);
    const now = wanted === null ? shipped : { ...shipped, ...asBlocks(wanted) };
    const change = (next: Blocks) =>
        onChange(same(next, shipped) ? null : (next as unknown as Record<string, unknown>));
    if (!editable)
        return (
            <Typography variant="body2" color="textSecondary">
                Choose generated rules to change what they are made of: {Object.keys(now.blocks).map(plain).join(", ")}.
            </Typography>
        );
    const lists = { shipped, now, generated, onChange: change };
    return (
        <Stack spacing={2} role="group" aria-label="Building blocks">
            <Stack direction="row" spacing={1.5} useFlexGap sx={{ flexWrap: "wrap" }}>
                <Count
                    label="Conditions to enter"
                    helper="at most, 1 to 5"
                    value={now.conditions.entry}
                    onChange={(entry) => change({ ...now, conditions: { ...now.conditions, entry } })}
                />
                <Count
                    label="Conditions to leave"
                    helper="at most, 0 to 3"
                    value={now.conditions.exit}
                    onChange={(exit) => change({ ...now, conditions: { ...now.conditions, exit } })}
                />
                <Count
                    label="Depth"
                    helper="2: an average of an RSI"
                    value={now.depth}
                    onChange={(depth) => change({ ...now, depth })}
                />
            </Stack>
            <Stack direction="row" spacing={1.5} useFlexGap sx={{ flexWrap: "wrap" }}>
                <NumbersField
                    label="Lags"
                    helper="bars ago that a series may be compared with itself; none: never"
                    value={now.lags}
                    onChange={(lags) => change({ ...now, lags })}
                />
                <NumbersField
                    label="Weights"
                    helper="of the second market of a pair against the first"
                    value={now.weights}
                    onChange={(weights) => change({ ...now, weights })}
                />
            </Stack>
            <BlockList group="blocks" title="What conditions are made of" {...lists} />
            <BlockList group="wraps" title="What may be put around them" {...lists} />
            <Filters now={now} onChange={change} />
            {fault !== undefined && (
                <Typography role="alert" variant="body2" color="error">
                    {fault}
                </Typography>
            )}
            {wanted !== null && (
                <Box>
                    <Button size="small" onClick={() => onChange(null)}>
                        Reset all building blocks
                    </Button>
                </Box>
            )}
        </Stack>
    );
}

interface CountProps {
    label: string;
    helper: string;
    value: number;
    onChange: (value: number) => void;
}

function Count({ label, helper, value, onChange }: CountProps) {
    return (
        <NumberField
            label={label}
            helper={helper}
            whole
            width={190}
            value={value}
            onChange={(next) => next !== null && onChange(next)}
        />
    );
}

interface BlockListProps {
    group: Group;
    title: string;
    shipped: Blocks;
    now: Blocks;
    generated: Schemas["StrategyGenerated"];
    onChange: (next: Blocks) => void;
}

function BlockList({ group, title, shipped, now, generated, onChange }: BlockListProps) {
    const names = [...new Set([...Object.keys(shipped[group]), ...Object.keys(now[group])])];
    return (
        <Box role="group" aria-label={title}>
            <Typography variant="body2" sx={{ fontWeight: 600, mb: 0.5 }}>
                {title}
            </Typography>
            <Stack spacing={1}>
                {names.map((name) => {
                    const block = now[group][name];
                    return (
                        <Line
                            key={name}
                            name={name}
                            block={block ?? shipped[group][name] ?? {}}
                            used={block !== undefined}
                            generated={generated}
                            onUse={(use) =>
                                onChange(
                                    use
                                        ? withShipped(now, shipped, group, name)
                                        : withBlock(now, group, name, undefined),
                                )
                            }
                            onChange={(next) => onChange(withBlock(now, group, name, next))}
                        />
                    );
                })}
            </Stack>
            <Add group={group} now={now} generated={generated} onChange={onChange} />
        </Box>
    );
}

interface LineProps {
    name: string;
    block: Block;
    used: boolean;
    generated: Schemas["StrategyGenerated"];
    onUse: (use: boolean) => void;
    onChange: (block: Block) => void;
}

/** One block: whether it is used, the values of its numbers, and what it is compared with. */
function Line({ name, block, used, generated, onUse, onChange }: LineProps) {
    const what = generated.indicators.find((one) => one.name === (block.indicator ?? name));
    const params = what?.params ?? [];
    return (
        <Stack
            direction="row"
            spacing={1}
            useFlexGap
            sx={{ flexWrap: "wrap", alignItems: "flex-start", opacity: used ? 1 : 0.75 }}
        >
            <FormControlLabel
                control={<Checkbox size="small" checked={used} onChange={(event) => onUse(event.target.checked)} />}
                label={
                    <Typography variant="body2" component="span">
                        {plain(name)}
                        <Typography variant="caption" color="textSecondary" component="span" sx={{ display: "block" }}>
                            {about(name, block)}
                        </Typography>
                    </Typography>
                }
                sx={{ width: { xs: "100%", sm: 210 }, mr: 0, alignItems: "flex-start" }}
            />
            {used &&
                params.map((param, place) => (
                    <NumbersField
                        key={param}
                        label={`${plain(name)}: ${plain(param)}`}
                        value={block.params?.[place] ?? []}
                        onChange={(values) =>
                            onChange({
                                ...block,
                                params: params.map((_, at) => (at === place ? values : (block.params?.[at] ?? []))),
                            })
                        }
                    />
                ))}
            {used && (what === undefined || what.levels) && (block.levels !== undefined || what !== undefined) && (
                <NumbersField
                    label={`${plain(name)}: compared with`}
                    value={block.levels ?? []}
                    onChange={(levels) => onChange(withLevels(block, levels))}
                />
            )}
        </Stack>
    );
}

function withLevels(block: Block, levels: number[]): Block {
    const rest = { ...block };
    Reflect.deleteProperty(rest, "levels");
    return levels.length > 0 ? { ...rest, levels } : rest;
}

function about(name: string, block: Block): string {
    const what = block.indicator !== undefined && block.indicator !== name ? `${plain(block.indicator)} ` : "";
    const of = block.of === undefined ? "" : `of ${block.of.join(", ")}`;
    const short = block.opposite === undefined ? "" : `; in a short entry ${plain(block.opposite)}`;
    return `${what}${of}${short}`.trim();
}

interface AddProps {
    group: Group;
    now: Blocks;
    generated: Schemas["StrategyGenerated"];
    onChange: (next: Blocks) => void;
}

/** One more block: an indicator that is not among them yet. */
function Add({ group, now, generated, onChange }: AddProps) {
    const [values, setValues] = useState<number[][]>([]);
    const [name, setName] = useState("");
    const free = generated.indicators.filter(
        (one) => now[group][one.name] === undefined && (group === "blocks" || one.wraps),
    );
    const fields = generated.fields.filter((one) => group === "blocks" && now.blocks[one] === undefined);
    const what = free.find((one) => one.name === name);
    const ready = name !== "" && (what?.params ?? []).every((_, place) => (values[place] ?? []).length > 0);
    const add = () => {
        const of = (what?.inputs ?? []).map((one) => (generated.fields.includes(one) ? one : "close"));
        const block: Block = {
            ...(what && group === "blocks" ? { of } : {}),
            ...(what && what.params.length > 0 ? { params: values } : {}),
        };
        onChange(withBlock(now, group, name, block));
        setName("");
        setValues([]);
    };
    if (free.length + fields.length === 0) return null;
    return (
        <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: "wrap", mt: 1, alignItems: "flex-start" }}>
            <TextField
                select
                label={group === "blocks" ? "Add a block" : "Add a wrap"}
                value={name}
                onChange={(event) => {
                    setName(event.target.value);
                    setValues([]);
                }}
                sx={{ width: 210 }}
            >
                {[...fields, ...free.map((one) => one.name)].map((one) => (
                    <MenuItem key={one} value={one}>
                        {plain(one)}
                    </MenuItem>
                ))}
            </TextField>
            {(what?.params ?? []).map((param, place) => (
                <NumbersField
                    key={`${name}.${param}`}
                    label={`new ${plain(name)}: ${plain(param)}`}
                    value={values[place] ?? []}
                    onChange={(next) => {
                        const all = [...values];
                        all[place] = next;
                        setValues(all);
                    }}
                />
            ))}
            {name !== "" && (
                <Button onClick={add} disabled={!ready} sx={{ mt: 0.25 }}>
                    Add
                </Button>
            )}
        </Stack>
    );
}

/** Which blocks may filter both sides alike. */
function Filters({ now, onChange }: { now: Blocks; onChange: (next: Blocks) => void }) {
    const usable = Object.keys(now.blocks).filter((name) => (now.blocks[name]?.levels ?? []).length > 0);
    const toggle = (name: string) =>
        onChange({
            ...now,
            filters: now.filters.includes(name) ? now.filters.filter((one) => one !== name) : [...now.filters, name],
        });
    return (
        <Box role="group" aria-label="Filters">
            <Typography variant="body2" sx={{ fontWeight: 600 }}>
                What may filter entries of both sides
            </Typography>
            {usable.map((name) => (
                <FormControlLabel
                    key={name}
                    control={
                        <Checkbox size="small" checked={now.filters.includes(name)} onChange={() => toggle(name)} />
                    }
                    label={<Typography variant="body2">{plain(name)}</Typography>}
                />
            ))}
        </Box>
    );
}
