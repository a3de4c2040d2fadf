import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import Tooltip from "@mui/material/Tooltip";
import type { ReactNode } from "react";
import { Link as RouterLink } from "react-router";

import type { Schemas } from "@/api/client";
import { EvidenceChip } from "@/components/EvidenceChip";
import { Moment } from "@/format/Moment";
import { fixed, NONE, percent, trust, whole } from "@/format/number";
import { few, nameOf, plain, settings } from "@/format/parameters";
import { AlphaChip } from "@/pages/alphas/AlphaChip";

export type Alpha = Schemas["AlphaResponse"];

export interface Column {
    key: string;
    name: string;
    /** What the number is, and its unit. */
    hint: string;
    /** Numbers stand on the right. */
    right?: boolean;
    /** The order it stands for in the interface; columns without one cannot be sorted. */
    sort?: string;
    usual?: boolean;
    show: (alpha: Alpha) => ReactNode;
}

const PASSED = { held: true, weak: "weak", failed: false } as const;

export function Chips({ alpha }: { alpha: Alpha }) {
    if (alpha.evidence_chips.length === 0) return <span>{NONE}</span>;
    return (
        <Box sx={{ display: "flex", gap: 0.5, flexWrap: "wrap", justifyContent: "inherit" }}>
            {alpha.evidence_chips.map((chip) => (
                <EvidenceChip
                    key={chip.name}
                    label={chip.name}
                    passed={PASSED[chip.verdict]}
                    reason={`${chip.name}: ${chip.reason}`}
                />
            ))}
        </Box>
    );
}

const TWO_LINES = {
    display: "-webkit-box",
    WebkitBoxOrient: "vertical",
    WebkitLineClamp: "2",
    overflow: "hidden",
} as const;

/** An alpha by its strategy, markets and parameters. */
export function NameOf({ alpha }: { alpha: Alpha }) {
    const told = settings(alpha.parameters);
    return (
        <Box sx={{ minWidth: { xs: 0, sm: 200 }, maxWidth: 330 }}>
            <Link
                component={RouterLink}
                to={`/alphas/${alpha.id}`}
                aria-label={nameOf(alpha)}
                sx={{ fontWeight: 600, overflowWrap: "anywhere" }}
            >
                {plain(alpha.strategy_type)}
            </Link>
            <Box sx={{ fontSize: "0.8rem", overflowWrap: "anywhere" }} title={alpha.tested_symbols.join(", ")}>
                on {few(alpha.tested_symbols)}, {alpha.timeframe}
            </Box>
            <Box
                title={told}
                sx={{ color: "text.secondary", fontSize: "0.8rem", overflowWrap: "anywhere", ...TWO_LINES }}
            >
                {told}
            </Box>
        </Box>
    );
}

const BEFORE_AFTER = "Sharpe ratio a year, after costs";

/** The document's columns first; the others can be chosen. */
export const COLUMNS: readonly Column[] = [
    {
        key: "strategy_name",
        name: "Strategy",
        hint: "The strategy, its markets and its parameters",
        sort: "strategy_name",
        usual: true,
        show: (alpha) => <NameOf alpha={alpha} />,
    },
    {
        key: "sharpe_ratio",
        name: "Sharpe",
        hint: `${BEFORE_AFTER}, search part and vault together`,
        right: true,
        sort: "sharpe_ratio",
        usual: true,
        show: (alpha) => fixed(alpha.sharpe_ratio),
    },
    {
        key: "in_sample_sharpe",
        name: "Sharpe, search",
        hint: `${BEFORE_AFTER}, in the search part: it was chosen for it, so it flatters`,
        right: true,
        sort: "in_sample_sharpe",
        show: (alpha) => fixed(alpha.in_sample_sharpe),
    },
    {
        key: "out_sample_sharpe",
        name: "Sharpe, vault",
        hint: `${BEFORE_AFTER}, in the vault, which the search never saw`,
        right: true,
        sort: "out_sample_sharpe",
        usual: true,
        show: (alpha) => fixed(alpha.out_sample_sharpe),
    },
    {
        key: "total_return",
        name: "Return",
        hint: "Return after costs over search part and vault, of the starting equity",
        right: true,
        sort: "total_return",
        usual: true,
        show: (alpha) => percent(alpha.total_return),
    },
    {
        key: "max_drawdown",
        name: "Max drawdown",
        hint: "Largest loss from a peak of equity at bar closes",
        right: true,
        sort: "max_drawdown",
        usual: true,
        show: (alpha) => percent(alpha.max_drawdown),
    },
    {
        key: "win_rate",
        name: "Win rate",
        hint: "Share of closed trades that won, after costs",
        right: true,
        sort: "win_rate",
        usual: true,
        show: (alpha) => percent(alpha.win_rate),
    },
    {
        key: "profit_factor",
        name: "Profit factor",
        hint: "What was won over what was lost, after costs",
        right: true,
        sort: "profit_factor",
        show: (alpha) => (alpha.profit_factor === null ? "no losses" : fixed(alpha.profit_factor)),
    },
    {
        key: "validation_score",
        name: "Score",
        hint: "Probability that the true adjusted Sharpe ratio is above zero, by the calibration of the judge",
        right: true,
        sort: "validation_score",
        usual: true,
        show: (alpha) =>
            alpha.validation_score === null ? (
                <Tooltip title="There is no calibration for this judge and this length of history yet: alpha calibrate">
                    <Box component="span" tabIndex={0}>
                        not known
                    </Box>
                </Tooltip>
            ) : (
                trust(alpha.validation_score)
            ),
    },
    {
        key: "evidence",
        name: "Evidence",
        hint: "What speaks for it and what does not; hover a chip for the statistic and its threshold",
        usual: true,
        show: (alpha) => (
            <Box sx={{ minWidth: { xs: 0, sm: 150 } }}>
                <Chips alpha={alpha} />
            </Box>
        ),
    },
    {
        key: "deployment_status",
        name: "Status",
        hint: "Where it stands on its way to a bot",
        sort: "deployment_status",
        usual: true,
        show: (alpha) => <AlphaChip state={alpha.deployment_status} />,
    },
    {
        key: "state",
        name: "State",
        hint: "What has been shown of it so far",
        sort: "state",
        show: (alpha) => <AlphaChip state={alpha.state} />,
    },
    {
        key: "tested_symbols",
        name: "Markets",
        hint: "The markets that it was tested on",
        show: (alpha) => alpha.tested_symbols.join(", "),
    },
    {
        key: "timeframe",
        name: "Timeframe",
        hint: "Length of a bar",
        sort: "timeframe",
        show: (alpha) => alpha.timeframe,
    },
    {
        key: "deployment_count",
        name: "Bots made",
        hint: "How often it was deployed",
        right: true,
        sort: "deployment_count",
        show: (alpha) => whole(alpha.deployment_count),
    },
    {
        key: "discovered_at",
        name: "Found",
        hint: "When it was found; hover for UTC",
        sort: "discovered_at",
        show: (alpha) => <Moment at={alpha.discovered_at} />,
    },
    {
        key: "discovery_run_id",
        name: "Run",
        hint: "The run that found it",
        show: (alpha) => (
            <Link component={RouterLink} to={`/runs/${alpha.discovery_run_id}`}>
                {alpha.discovery_run_id.slice(0, 8)}
            </Link>
        ),
    },
];

/** The columns that an address asks for; the usual ones where it asks for none. */
export function chosenColumns(keys: readonly string[]): Column[] {
    const wanted = COLUMNS.filter((column) => (keys.length ? keys.includes(column.key) : column.usual));
    return wanted.length ? wanted : COLUMNS.filter((column) => column.usual);
}
