import Box from "@mui/material/Box";
import Checkbox from "@mui/material/Checkbox";
import Chip from "@mui/material/Chip";
import Link from "@mui/material/Link";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { Link as RouterLink } from "react-router";

import { EmptyState } from "@/components/EmptyState";
import { Panel } from "@/components/Panel";
import { counted, short, whole } from "@/format/number";
import { utcDay } from "@/format/time";

import { type Faults, faultAt } from "./faults";
import { extentOf, type Market, type MarketOut, serving, timeframes } from "./markets";

interface MarketsProps {
    stored: readonly MarketOut[];
    timeframe: string;
    chosen: readonly string[];
    faults: Faults;
    onTimeframe: (timeframe: string) => void;
    onChoose: (chosen: string[]) => void;
}

const MANY = 8; // markets above which there is a field to look for one

/** Which markets to search, with what is stored of them. */
export function Markets({ stored, timeframe, chosen, faults, onTimeframe, onChoose }: MarketsProps) {
    const [text, setText] = useState("");
    const markets = serving(stored, timeframe);
    const shown = markets.filter((one) => one.key.toLowerCase().includes(text.trim().toLowerCase()));
    const gone = chosen.filter((key) => !markets.some((one) => one.key === key));
    const span = extentOf(markets);
    const toggle = (key: string) =>
        onChoose(chosen.includes(key) ? chosen.filter((one) => one !== key) : [...chosen, key]);
    const fault = faultAt(faults, "symbols");
    return (
        <Panel
            title="Markets"
            about="Each chosen market gets an equal share of the capital; their daily returns are pooled. More markets certify smaller edges."
            actions={
                <TextField
                    select
                    label="Bars of"
                    value={timeframe}
                    onChange={(event) => onTimeframe(event.target.value)}
                    error={faults.has("timeframe")}
                    helperText={faults.get("timeframe")}
                    sx={{ minWidth: 96 }}
                >
                    {timeframes(stored, timeframe).map((one) => (
                        <MenuItem key={one} value={one}>
                            {one}
                        </MenuItem>
                    ))}
                </TextField>
            }
        >
            {markets.length > MANY && (
                <TextField
                    label="Find a market"
                    value={text}
                    onChange={(event) => setText(event.target.value)}
                    sx={{ mb: 1 }}
                />
            )}
            {markets.length === 0 && (
                <EmptyState title={`No market has bars of ${timeframe}`}>
                    Choose longer bars above, or{" "}
                    <Link component={RouterLink} to="/data">
                        add prices on the Data page
                    </Link>
                    .
                </EmptyState>
            )}
            <Stack
                component="ul"
                sx={{ listStyle: "none", m: 0, p: 0, maxHeight: { xs: 470, sm: 340 }, overflowY: "auto" }}
            >
                {span &&
                    shown.map((market) => (
                        <Row
                            key={market.key}
                            market={market}
                            timeframe={timeframe}
                            span={span}
                            checked={chosen.includes(market.key)}
                            onToggle={() => toggle(market.key)}
                        />
                    ))}
            </Stack>
            {gone.length > 0 && (
                <Stack direction="row" spacing={1} sx={{ mt: 1, alignItems: "center", flexWrap: "wrap" }} useFlexGap>
                    <Typography variant="body2" color="error">
                        Not stored with bars of {timeframe}:
                    </Typography>
                    {gone.map((key) => (
                        <Chip key={key} size="small" label={key} onDelete={() => toggle(key)} />
                    ))}
                </Stack>
            )}
            {fault !== undefined && (
                <Typography role="alert" variant="body2" color="error" sx={{ mt: 1 }}>
                    {fault}
                </Typography>
            )}
        </Panel>
    );
}

interface RowProps {
    market: Market;
    timeframe: string;
    span: { start: number; end: number };
    checked: boolean;
    onToggle: () => void;
}

function Row({ market, timeframe, span, checked, onToggle }: RowProps) {
    const made = market.timeframe === timeframe ? "" : `, made from ${market.timeframe}`;
    const told = `${utcDay(market.start)} to ${utcDay(market.end)}`;
    return (
        <Box
            component="li"
            sx={{
                display: "grid",
                gridTemplateColumns: { xs: "auto 1fr", sm: "auto minmax(0, 1.2fr) minmax(0, 1.6fr) 150px" },
                alignItems: "center",
                columnGap: 1,
            }}
        >
            <Checkbox
                checked={checked}
                onChange={onToggle}
                slotProps={{ input: { "aria-label": `${market.key}, ${told}` } }}
            />
            <Box sx={{ minWidth: 0 }}>
                <Typography sx={{ fontWeight: 600 }}>
                    {market.symbol}
                    <Typography component="span" color="textSecondary" variant="body2">
                        {" "}
                        {market.venue}
                        {made}
                        {market.sample ? " · sample" : ""}
                    </Typography>
                </Typography>
            </Box>
            <Coverage market={market} span={span} told={told} />
            <Typography
                variant="body2"
                color="textSecondary"
                sx={{ textAlign: "right", gridColumn: { xs: "2", sm: "auto" }, whiteSpace: "nowrap" }}
            >
                <Tooltip title={`${whole(market.bars)} bars of ${market.timeframe} are stored`}>
                    <span>{short(market.bars)} bars</span>
                </Tooltip>
                {market.gaps > 0 && ` · ${counted(market.gaps, "gap")}`}
            </Typography>
        </Box>
    );
}

function Coverage({ market, span, told }: { market: Market; span: { start: number; end: number }; told: string }) {
    const width = Math.max(1, span.end - span.start);
    const [start, end] = [Date.parse(market.start), Date.parse(market.end)];
    return (
        <Box sx={{ gridColumn: { xs: "2", sm: "auto" }, minWidth: 0 }}>
            <Box sx={{ position: "relative", height: 6, borderRadius: 3, bgcolor: "action.hover" }} aria-hidden>
                <Box
                    sx={{
                        position: "absolute",
                        height: 6,
                        borderRadius: 3,
                        bgcolor: "primary.main",
                        left: `${((start - span.start) / width) * 100}%`,
                        width: `${Math.max(1, ((end - start) / width) * 100)}%`,
                    }}
                />
            </Box>
            <Typography variant="caption" color="textSecondary">
                {told}
            </Typography>
        </Box>
    );
}
