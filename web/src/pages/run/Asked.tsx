import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";

import type { Schemas } from "@/api/client";
import { Panel } from "@/components/Panel";
import { fixed, NONE, percent, whole } from "@/format/number";
import { plain, setting } from "@/format/parameters";
import { utcDay } from "@/format/time";
import { asCampaign, type Campaign } from "@/pages/discover/campaign";
import { isHalved, told } from "@/pages/discover/looks";

import { reportOf } from "./report";

/** How it was searched, where that was not as usual: settings that a campaign leaves out where they are nothing. */
function searched(plan: Partial<Campaign>): [string, string][] {
    const halving = plan.halving ?? 0;
    const markets = (plan.symbols ?? []).length;
    return [
        ...(plan.until == null ? [] : [["Ends early after", plan.until] as [string, string]]),
        ...(isHalved(halving) ? [["Short looks", told(halving, markets)] as [string, string]] : []),
        ...(plan.sampling === undefined ? [] : [["Random draws", plain(plan.sampling)] as [string, string]]),
        ["Regimes told by", plan.regimes === "markov" ? "a hidden Markov model" : plain(plan.regimes ?? "quantiles")],
    ];
}

/** What was asked for, and what identifies the result. */
export function Asked({ run }: { run: Schemas["RunDetail"] }) {
    const plan = asCampaign(run.campaign);
    const { split, jobs } = reportOf(run);
    const number = (value: number | string | null | undefined) => (typeof value === "number" ? value : null);
    const rows: [string, string][] = [
        ["Markets", plan.symbols.join(", ")],
        ...(plan.against.length > 0 ? [["Traded against", plan.against.join(", ")] as [string, string]] : []),
        ["Bars of", plan.timeframe],
        [
            "Period asked for",
            `${plan.start === null ? "the first bar" : utcDay(plan.start)} until ${plan.end === null ? "the last" : utcDay(plan.end)}`,
        ],
        ...(split
            ? ([
                  ["Search part", `${utcDay(split.start)} to ${utcDay(split.search_end)}`],
                  ["Vault", `${utcDay(split.vault_start)} to ${utcDay(split.end)}`],
              ] as [string, string][])
            : []),
        ["Method", `${plain(plan.method)}, at most ${whole(plan.max_iterations)} candidates a strategy`],
        ...(jobs ?? []).map((job): [string, string] => [plain(job.strategy), job.plan]),
        ...searched(plan),
        ["Seed", String(plan.seed)],
        [
            "Costs",
            `commission ${percent(number(plan.costs["commission"]), 3)}, slippage ${percent(number(plan.costs["slippage"]), 3)} of each fill`,
        ],
        [
            "Thresholds of interest",
            `Sharpe ≥ ${fixed(number(plan.thresholds["min_sharpe_ratio"]))}, profit factor ≥ ${fixed(number(plan.thresholds["min_profit_factor"]))}, drawdown ≤ ${percent(number(plan.thresholds["max_drawdown"]), 0)}`,
        ],
        ...Object.entries(plan.ranges).flatMap(([owner, values]) =>
            Object.entries(values).map(([name, wanted]): [string, string] => [
                `Range of ${owner === "*" ? "every" : plain(owner)} ${plain(name)}`,
                Array.isArray(wanted) ? wanted.map((one) => setting(name, one)).join(" – ") : setting(name, wanted),
            ]),
        ),
        ["Data epoch", run.epoch === "" ? NONE : run.epoch],
        ["Run", run.id],
    ];
    return (
        <Panel title="What was asked">
            <Box
                component="dl"
                sx={{
                    m: 0,
                    display: "grid",
                    gridTemplateColumns: { xs: "minmax(0,1fr)", sm: "220px minmax(0,1fr)" },
                    columnGap: 2,
                    rowGap: 0.5,
                }}
            >
                {rows.map(([name, value]) => (
                    <Box key={name} sx={{ display: "contents" }}>
                        <Typography component="dt" variant="body2" color="textSecondary">
                            {name}
                        </Typography>
                        <Typography
                            component="dd"
                            variant="body2"
                            sx={{ m: 0, mb: { xs: 0.75, sm: 0 }, overflowWrap: "anywhere" }}
                        >
                            {value}
                        </Typography>
                    </Box>
                ))}
            </Box>
        </Panel>
    );
}
