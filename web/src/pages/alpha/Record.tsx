import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import Stack from "@mui/material/Stack";
import { Link as RouterLink } from "react-router";

import { Facts } from "@/components/Facts";
import { Panel } from "@/components/Panel";
import { SimpleTable } from "@/components/SimpleTable";
import { Moment } from "@/format/Moment";
import { fixed, percent } from "@/format/number";
import { plain, settings } from "@/format/parameters";
import { utcTime } from "@/format/time";
import { number } from "@/pages/alpha/metric";
import type { AlphaDetail } from "@/pages/alpha/queries";

const PARTS = ["search", "vault", "full"] as const;
const RATES = /return|drawdown|rate|exposure|volatility|expectancy|commission|slippage|funding/;
const NAMES: Readonly<Record<string, string>> = {
    n_trades: "trades",
    n_ambiguous: "trades in bars that touched stop and target",
    n_capped: "entries cut by volume",
    avg_holding: "bars in a trade, on average",
    turnover: "turnover, times the equity",
    expectancy: "profit of a trade, on average",
};

/** Where an alpha comes from, on what it was judged, and every stored number. */
export function Record({ alpha }: { alpha: AlphaDetail }) {
    const market = alpha.market as { split?: Record<string, number>; sleeves?: string[][]; intrabar?: string };
    const costs = alpha.costs as Record<string, number | null>;
    return (
        <Stack spacing={2}>
            <Panel
                title="Lineage"
                about="What it came from, and what came from it: improvements are judged against their parent on new days."
            >
                {alpha.lineage.length === 0 ? (
                    <p>
                        A search found it; nothing has been made of it yet. An improvement looks for better parameters
                        on days that came after it was found: <code>alpha alphas improve {alpha.id.slice(0, 12)}</code>
                    </p>
                ) : (
                    <SimpleTable
                        label="Lineage"
                        stacks
                        rows={alpha.lineage}
                        keyOf={(kin) => kin.alpha_id}
                        columns={[
                            {
                                name: "Alpha",
                                show: (kin) => (
                                    <Link component={RouterLink} to={`/alphas/${kin.alpha_id}`}>
                                        {kin.alpha_id.slice(0, 8)}
                                    </Link>
                                ),
                            },
                            { name: "Relation", show: (kin) => relation(kin.steps) },
                            { name: "Parameters", show: (kin) => settings(kin.parameters) },
                            { name: "Sharpe", right: true, show: (kin) => fixed(kin.sharpe_ratio) },
                            { name: "Sharpe, vault", right: true, show: (kin) => fixed(kin.out_sample_sharpe) },
                            { name: "When", show: (kin) => <Moment at={kin.at} /> },
                        ]}
                    />
                )}
            </Panel>
            <Box
                sx={{
                    display: "grid",
                    gap: 2,
                    gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "repeat(2, minmax(0, 1fr))" },
                }}
            >
                <Panel title="What it was judged on">
                    <Facts
                        rows={[
                            ["Markets", (market.sleeves ?? []).map((sleeve) => sleeve.join(" with ")).join(", ")],
                            ["Bars", `${alpha.timeframe}, UTC`],
                            ["Search part", `${utcTime(market.split?.start)} to ${utcTime(market.split?.search_end)}`],
                            ["Vault", `${utcTime(market.split?.vault_start)} to ${utcTime(market.split?.end)}`],
                            ["Stop and target in one bar", plain(market.intrabar ?? "")],
                            ["Commission a side", percent(costs.commission, 3)],
                            ["Slippage a side", percent(costs.slippage, 3)],
                        ]}
                    />
                </Panel>
                <Panel title="Identity">
                    <Facts
                        rows={[
                            ["Id", <code key="id">{alpha.id}</code>],
                            [
                                "Run",
                                <Link key="run" component={RouterLink} to={`/runs/${alpha.discovery_run_id}`}>
                                    {alpha.discovery_run_id}
                                </Link>,
                            ],
                            ["Engine version", alpha.engine_version],
                            ["Found", <Moment key="at" at={alpha.discovered_at} />],
                            [
                                "Validated last",
                                alpha.last_validated ? <Moment key="v" at={alpha.last_validated} /> : "not since",
                            ],
                            ["Bots made of it", String(alpha.deployment_count)],
                        ]}
                    />
                </Panel>
            </Box>
            <Panel title="Every number, by part" about="As stored; the replay recomputes each of them.">
                <SimpleTable
                    label="Every number, by part"
                    maxHeight={480}
                    rows={names(alpha)}
                    keyOf={(name) => name}
                    columns={[
                        { name: "Number", show: (name) => NAMES[name] ?? plain(name) },
                        ...PARTS.map((part) => ({
                            name: part === "full" ? "both" : part,
                            right: true,
                            show: (name: string) => value(alpha, part, name),
                        })),
                    ]}
                />
            </Panel>
        </Stack>
    );
}

function relation(steps: number): string {
    const many = Math.abs(steps);
    const word = steps < 0 ? "ancestor" : "descendant";
    return many === 1 ? (steps < 0 ? "its parent" : "its child") : `${word}, ${many} steps`;
}

function names(alpha: AlphaDetail): string[] {
    const parts = PARTS.map((part) => alpha.metrics[part] as Record<string, unknown> | undefined);
    return [...new Set(parts.flatMap((part) => Object.keys(part ?? {})))];
}

function value(alpha: AlphaDetail, part: string, name: string): string {
    const held = (alpha.metrics[part] as Record<string, unknown> | undefined)?.[name];
    const found = number(held);
    if (found !== null && RATES.test(name)) return percent(found, 2);
    return found === null || !Number.isInteger(found) ? fixed(found, 4) : fixed(found, 0);
}
