import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import type { ComponentProps } from "react";

import { Panel } from "@/components/Panel";

import type { Campaign, Settings } from "./campaign";
import type { Faults } from "./faults";
import { NumberField } from "./NumberField";
import { Day } from "./Period";

/** One number of a part of a campaign. */
interface Field {
    name: string;
    /** Only of a search that learns. */
    learns?: boolean;
    field: Partial<ComponentProps<typeof NumberField>> & { label: string };
}

const PERCENT = { unit: "%", times: 100 };

const COSTS: Field[] = [
    { name: "commission", field: { label: "Commission", ...PERCENT, helper: "of each fill" } },
    { name: "maker", field: { label: "Maker commission", ...PERCENT, empty: "the same", helper: "of limit fills" } },
    { name: "slippage", field: { label: "Slippage", ...PERCENT, helper: "worse than the price" } },
    { name: "impact", field: { label: "Market impact", helper: "0: size costs nothing; about 1 in markets" } },
    {
        name: "max_share",
        field: { label: "Most of a bar's volume", ...PERCENT, empty: "any size", helper: "that an entry takes" },
    },
    { name: "capital", field: { label: "Capital", helper: "in the currency of the prices" } },
    { name: "maintenance", field: { label: "Maintenance margin", ...PERCENT, helper: "of leveraged positions" } },
];

const WANTED: Field[] = [
    { name: "min_sharpe_ratio", field: { label: "Sharpe ratio, at least" } },
    { name: "min_profit_factor", field: { label: "Profit factor, at least" } },
    { name: "max_drawdown", field: { label: "Drawdown, at most", ...PERCENT } },
    { name: "min_capacity", field: { label: "Capacity, at least", helper: "equity that it must carry" } },
];

const PROTOCOL: Field[] = [
    {
        name: "level",
        field: { label: "Chance of a false report", ...PERCENT, helper: "over all rounds on these prices" },
    },
    { name: "vault_share", field: { label: "Vault", ...PERCENT, helper: "of the bars, at the end" } },
    { name: "min_vault_days", field: { label: "Vault, at least", unit: "days", whole: true } },
    { name: "min_trades", field: { label: "Trades, at least", whole: true, helper: "to take part in the test" } },
    { name: "min_active", field: { label: "Days in the market", ...PERCENT, helper: "at least, to take part" } },
    { name: "draws", field: { label: "Bootstrap draws", whole: true } },
    { name: "mean_block", field: { label: "Mean block", unit: "days", helper: "of the bootstrap" } },
    { name: "finalists", field: { label: "Finalists, at most", whole: true } },
    { name: "finalist_p", field: { label: "Finalists up to p of", helper: "adjusted p-value" } },
    { name: "cluster_rho", field: { label: "Look-alikes from", helper: "correlation; one of each goes on" } },
    {
        name: "copies",
        field: { label: "Markets without an edge", whole: true, helper: "searched again to judge" },
        learns: true,
    },
];

interface NumbersProps {
    campaign: Campaign;
    learns: boolean;
    faults: Faults;
    onChange: (part: "costs" | "thresholds" | "protocol", name: string, value: number | string | null) => void;
}

/** What trading costs. */
export function CostsPanel({ campaign, faults, onChange }: NumbersProps) {
    return (
        <Panel
            title="Costs"
            about="Per fill, both ways. Too low costs are the most common reason for edges that are none."
        >
            <Fields
                part="costs"
                fields={COSTS}
                values={campaign.costs}
                faults={faults}
                onChange={(name, value) => onChange("costs", name, value)}
            />
        </Panel>
    );
}

/** How finds are judged, and which of them are of interest. */
export function ValidationPanel({ campaign, learns, faults, onChange }: NumbersProps) {
    return (
        <Panel
            title="Validation"
            about="The test decides what is told apart from luck; the thresholds only say which of it is of interest."
        >
            <Typography variant="h3" sx={{ mb: 1.75 }}>
                Thresholds of interest
            </Typography>
            <Fields
                part="thresholds"
                fields={WANTED}
                values={campaign.thresholds}
                faults={faults}
                onChange={(name, value) => onChange("thresholds", name, value)}
            />
            <Typography variant="h3" sx={{ mt: 2, mb: 1.75 }}>
                Test
            </Typography>
            <Fields
                part="protocol"
                fields={PROTOCOL.filter((one) => learns || !one.learns)}
                values={campaign.protocol}
                faults={faults}
                onChange={(name, value) => onChange("protocol", name, value)}
            >
                <Day
                    label="Vault starts on (optional)"
                    value={
                        typeof campaign.protocol["vault_start"] === "string" ? campaign.protocol["vault_start"] : null
                    }
                    fault={faults.get("protocol.vault_start")}
                    onChange={(day) => onChange("protocol", "vault_start", day)}
                />
            </Fields>
        </Panel>
    );
}

interface FieldsProps {
    part: string;
    fields: Field[];
    values: Settings;
    faults: Faults;
    onChange: (name: string, value: number | null) => void;
    children?: React.ReactNode;
}

function Fields({ part, fields, values, faults, onChange, children }: FieldsProps) {
    return (
        <Stack direction="row" spacing={1.5} useFlexGap sx={{ flexWrap: "wrap" }}>
            {fields
                .filter((one) => one.name in values)
                .map(({ name, field }) => (
                    <NumberField
                        key={name}
                        {...field}
                        width={190}
                        value={values[name] ?? null}
                        onChange={(value) => onChange(name, value)}
                        fault={faults.get(`${part}.${name}`)}
                    />
                ))}
            {children}
        </Stack>
    );
}
