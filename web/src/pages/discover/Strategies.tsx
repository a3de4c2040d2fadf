import ExpandIcon from "@mui/icons-material/ExpandMore";
import Box from "@mui/material/Box";
import Checkbox from "@mui/material/Checkbox";
import Collapse from "@mui/material/Collapse";
import IconButton from "@mui/material/IconButton";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useState } from "react";

import type { Schemas } from "@/api/client";
import { Panel } from "@/components/Panel";
import { plain } from "@/format/parameters";

import { BlocksEditor } from "./BlocksEditor";
import type { Ranges as RangesOf } from "./campaign";
import { type Faults, faultAt } from "./faults";
import type { Market } from "./markets";
import { Ranges } from "./Ranges";

type Strategy = Schemas["StrategyOut"];

interface StrategiesProps {
    strategies: readonly Strategy[];
    options: Schemas["CampaignOptions"];
    chosen: readonly string[];
    against: readonly string[];
    markets: readonly Market[];
    ranges: RangesOf;
    blocks: Record<string, unknown> | null;
    faults: Faults;
    onChoose: (chosen: string[]) => void;
    onAgainst: (against: string[]) => void;
    onRange: (strategy: string, name: string, wanted: unknown) => void;
    onBlocks: (blocks: Record<string, unknown> | null) => void;
}

/** What to search: strategies by family, and the ranges of their parameters. */
export function Strategies(props: StrategiesProps) {
    const { strategies, options, chosen, faults, onChoose } = props;
    const families = [...new Set(strategies.map((one) => one.family))];
    const toggle = (name: string) =>
        onChoose(chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name]);
    const fault = faults.get("strategies") ?? faults.get("ranges");
    const together = strategies.some((one) => one.markets > 1 && chosen.includes(one.name));
    return (
        <Panel
            title="Strategies"
            about="Everything that is tried counts: twice the strategies is twice the chances for luck. Open one to see its rule and narrow its ranges."
        >
            <Stack spacing={1.5}>
                {families.map((family) => (
                    <Box key={family}>
                        <Typography variant="h3" sx={{ mb: 0.25 }}>
                            {plain(family)}
                        </Typography>
                        {strategies
                            .filter((one) => one.family === family)
                            .map((one) => (
                                <Line
                                    key={one.name}
                                    name={one.name}
                                    summary={one.summary}
                                    note={one.markets > 1 ? `trades ${one.markets} markets together` : ""}
                                    checked={chosen.includes(one.name)}
                                    fault={faultOf(faults, one.name, chosen)}
                                    onToggle={() => toggle(one.name)}
                                >
                                    <Ranges
                                        strategy={one}
                                        ranges={props.ranges[one.name] ?? {}}
                                        faults={faults}
                                        editable={chosen.includes(one.name)}
                                        onRange={(name, wanted) => props.onRange(one.name, name, wanted)}
                                    />
                                </Line>
                            ))}
                    </Box>
                ))}
                <Box>
                    <Typography variant="h3" sx={{ mb: 0.25 }}>
                        generated rules
                    </Typography>
                    <Line
                        name={options.generated.name}
                        summary={options.generated.summary}
                        note={`by ${methodsFor(options)} search`}
                        checked={chosen.includes(options.generated.name)}
                        fault={faultOf(faults, options.generated.name, chosen)}
                        onToggle={() => toggle(options.generated.name)}
                    >
                        <Rule
                            sentences={options.generated.sentences}
                            doc={options.generated.doc}
                            source={options.generated.source}
                        />
                        <BlocksEditor
                            generated={options.generated}
                            wanted={props.blocks}
                            fault={faultAt(faults, "blocks")}
                            editable={chosen.includes(options.generated.name)}
                            onChange={props.onBlocks}
                        />
                    </Line>
                </Box>
                {together && (
                    <TextField
                        select
                        label="Traded against"
                        value={props.against[0] ?? ""}
                        onChange={(event) => props.onAgainst(event.target.value === "" ? [] : [event.target.value])}
                        error={faults.has("against.0")}
                        helperText={
                            faults.get("against.0") ?? "The other market of strategies that trade two together."
                        }
                        sx={{ maxWidth: 360 }}
                    >
                        <MenuItem value="">none</MenuItem>
                        {props.markets.map((one) => (
                            <MenuItem key={one.key} value={one.key}>
                                {one.key}
                            </MenuItem>
                        ))}
                    </TextField>
                )}
                {fault !== undefined && (
                    <Typography role="alert" variant="body2" color="error">
                        {fault}
                    </Typography>
                )}
            </Stack>
        </Panel>
    );
}

function methodsFor(options: Schemas["CampaignOptions"]): string {
    const names = options.methods.filter((one) => one.generates).map((one) => plain(one.name));
    return names.length > 1 ? `${names.slice(0, -1).join(", ")} or ${names.at(-1) ?? ""}` : (names[0] ?? "");
}

function faultOf(faults: Faults, name: string, chosen: readonly string[]): string | undefined {
    const place = chosen.indexOf(name);
    return (place < 0 ? undefined : faults.get(`strategies.${place}`)) ?? faultAt(faults, `ranges.${name}`);
}

interface LineProps {
    name: string;
    summary: string;
    note: string;
    checked: boolean;
    fault: string | undefined;
    onToggle: () => void;
    children: React.ReactNode;
}

function Line({ name, summary, note, checked, fault, onToggle, children }: LineProps) {
    const [open, setOpen] = useState(false);
    return (
        <Box>
            <Stack direction="row" sx={{ alignItems: "flex-start" }}>
                <Checkbox
                    checked={checked}
                    onChange={onToggle}
                    slotProps={{ input: { "aria-label": plain(name) } }}
                    sx={{ mt: -0.5 }}
                />
                <Box sx={{ flex: 1, minWidth: 0, pt: 0.5 }}>
                    <Typography sx={{ fontWeight: 600 }} component="span">
                        {plain(name)}
                    </Typography>{" "}
                    {note !== "" && (
                        <Typography component="span" variant="body2" color="textSecondary">
                            {note}
                        </Typography>
                    )}
                    <Typography variant="body2" color="textSecondary">
                        {summary}
                    </Typography>
                    {fault !== undefined && (
                        <Typography role="alert" variant="body2" color="error">
                            {fault}
                        </Typography>
                    )}
                </Box>
                <IconButton
                    aria-label={`${open ? "Hide" : "Show"} rule and ranges of ${plain(name)}`}
                    aria-expanded={open}
                    onClick={() => setOpen(!open)}
                >
                    <ExpandIcon sx={{ transform: open ? "rotate(180deg)" : "none" }} />
                </IconButton>
            </Stack>
            <Collapse in={open} unmountOnExit>
                <Box sx={{ pl: { xs: 1, sm: 5.25 }, pr: 1, pb: 1.5 }}>{children}</Box>
            </Collapse>
        </Box>
    );
}

/** A rule in words, with where it comes from. */
export function Rule({ sentences, doc, source }: { sentences: readonly string[]; doc: string; source: string }) {
    const told = doc.split("\n").slice(1).join("\n").trim();
    return (
        <Box sx={{ mb: 1.5 }}>
            <Box component="ul" sx={{ m: 0, pl: 2.5 }}>
                {sentences.map((one) => (
                    <Typography component="li" variant="body2" key={one} sx={{ overflowWrap: "anywhere" }}>
                        {one}
                    </Typography>
                ))}
            </Box>
            {told !== "" && (
                <Typography variant="body2" color="textSecondary" sx={{ mt: 1, maxWidth: "75ch" }}>
                    {told}
                </Typography>
            )}
            <Typography variant="caption" color="textSecondary" component="p" sx={{ mt: 0.5 }}>
                Source: {source}
            </Typography>
        </Box>
    );
}
