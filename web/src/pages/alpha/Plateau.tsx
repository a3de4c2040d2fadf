import Box from "@mui/material/Box";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useCallback } from "react";

import type { Schemas } from "@/api/client";
import { Chart } from "@/charts/Chart";
import type { ChartColours } from "@/charts/colours";
import { EmptyState } from "@/components/EmptyState";
import { HeatTable } from "@/components/HeatTable";
import { Loaded } from "@/components/Loaded";
import { ChartSkeleton } from "@/components/Loading";
import { Panel } from "@/components/Panel";
import { fixed } from "@/format/number";
import { plain, setting } from "@/format/parameters";
import { useUrlState } from "@/hooks/useUrlState";
import { type AlphaDetail, plateauQuery } from "@/pages/alpha/queries";
import { reachOf, sweepOption } from "@/pages/alpha/robustCharts";

type Sweep = Schemas["Sweep"];
const DEFAULTS = { across: "", up: "" };
const DRAWN = 8; // parameters, those that matter most

/** Does it stand on a plateau, or on a peak that luck put there? */
export function Plateau({ alpha }: { alpha: AlphaDetail }) {
    const [{ across, up }, change] = useUrlState(DEFAULTS);
    const found = useQuery({ ...plateauQuery(alpha.id, across, up), placeholderData: keepPreviousData });
    return (
        <Panel
            title="Other parameters"
            about="Each parameter moved alone, the one that matters most first; the mark is its own value. A broad hill is a good sign, a lone peak a bad one. Search part alone: the vault has answered once and is not asked again."
        >
            <Loaded query={found} title="The parameters cannot be shown" skeleton={<ChartSkeleton height={240} />}>
                {({ parameters, square }) =>
                    parameters.length === 0 ? (
                        <EmptyState title="It has no number that could be moved" />
                    ) : (
                        <Stack spacing={2.5}>
                            <Sweeps sweeps={parameters.slice(0, DRAWN)} />
                            {square !== null && (
                                <Both
                                    square={square}
                                    names={parameters.map((one) => one.name)}
                                    onChange={(changes) => change(changes)}
                                />
                            )}
                        </Stack>
                    )
                }
            </Loaded>
        </Panel>
    );
}

function Sweeps({ sweeps }: { sweeps: Sweep[] }) {
    return (
        <Box
            sx={{
                display: "grid",
                gap: 2,
                gridTemplateColumns: { xs: "minmax(0, 1fr)", sm: "repeat(auto-fill, minmax(270px, 1fr))" },
            }}
        >
            {sweeps.map((sweep) => (
                <One key={sweep.name} sweep={sweep} all={sweeps} />
            ))}
        </Box>
    );
}

function One({ sweep, all }: { sweep: Sweep; all: Sweep[] }) {
    const option = useCallback((colours: ChartColours) => sweepOption(sweep, reachOf(all), colours), [sweep, all]);
    const own = setting(sweep.name, sweep.values[sweep.own]);
    return (
        <Box sx={{ minWidth: 0 }}>
            <Typography variant="h3" component="h3">
                {plain(sweep.name)} {own}
            </Typography>
            <Chart
                option={option}
                label={`Adjusted Sharpe ratio by ${plain(sweep.name)}: ${fixed(sweep.sharpes[sweep.own])} at its own value ${own}`}
                height={170}
                table={() => ({
                    columns: [plain(sweep.name), "adjusted Sharpe"],
                    rows: sweep.values.map((value, k) => [setting(sweep.name, value), fixed(sweep.sharpes[k])]),
                })}
            />
        </Box>
    );
}

interface BothProps {
    square: Schemas["Square"];
    names: string[];
    onChange: (changes: { across?: string; up?: string }) => void;
}

function Both({ square, names, onChange }: BothProps) {
    const { across, up } = square;
    const known = square.sharpes.flat().filter((value) => value !== null);
    const choice = (label: string, value: string, other: string, name: "across" | "up") => (
        <TextField
            select
            label={label}
            value={value}
            onChange={(event) => onChange({ across: across.name, up: up.name, [name]: event.target.value })}
        >
            {names
                .filter((one) => one !== other)
                .map((one) => (
                    <MenuItem key={one} value={one}>
                        {plain(one)}
                    </MenuItem>
                ))}
        </TextField>
    );
    return (
        <Box>
            <Typography variant="h3" component="h3" sx={{ mb: 1.5 }}>
                Two of them together: adjusted Sharpe ratio, search part
            </Typography>
            <Stack direction="row" spacing={1.5} sx={{ mb: 1 }}>
                {choice("Across", across.name, up.name, "across")}
                {choice("Down", up.name, across.name, "up")}
            </Stack>
            <HeatTable
                label={`Adjusted Sharpe ratio by ${plain(up.name)} and ${plain(across.name)}`}
                corner={`${plain(up.name)} \\ ${plain(across.name)}`}
                columns={across.values.map((value) => setting(across.name, value))}
                rows={square.sharpes.map((cells, row) => ({ name: setting(up.name, up.values[row]), cells }))}
                reach={Math.max(0.5, ...known.map(Math.abs))}
                format={(value) => fixed(value, 1)}
                mark={{ row: up.own, column: across.own, means: "its own values" }}
                dense
            />
        </Box>
    );
}
