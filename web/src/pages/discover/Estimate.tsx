import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Divider from "@mui/material/Divider";
import LinearProgress from "@mui/material/LinearProgress";
import Link from "@mui/material/Link";
import Stack from "@mui/material/Stack";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { Link as RouterLink } from "react-router";

import type { Schemas } from "@/api/client";
import { counted, fixed, percent, short, whole } from "@/format/number";
import { plain, setting } from "@/format/parameters";
import { span, utcDay } from "@/format/time";

type Estimated = Schemas["EstimateOut"];

/** What a campaign would take, what the ledger holds against it, and what its data could certify. */
export function Estimate({ estimate, busy }: { estimate: Estimated; busy: boolean }) {
    return (
        <Stack spacing={1.5} divider={<Divider flexItem />} aria-busy={busy} sx={{ position: "relative" }}>
            {busy && (
                <LinearProgress
                    aria-label="measuring again"
                    sx={{ position: "absolute", top: -8, left: 0, right: 0 }}
                />
            )}
            <Certified estimate={estimate} />
            <Effort estimate={estimate} />
            <Ledger estimate={estimate} />
            {estimate.learned_from.length > 0 && <Focus estimate={estimate} />}
        </Stack>
    );
}

function Certified({ estimate }: { estimate: Estimated }) {
    const { here, alike, longer } = estimate.outlook;
    const hard = here.most > 3;
    return (
        <Box>
            <Typography variant="overline" color="textSecondary" component="p">
                Smallest Sharpe ratio that this data can certify
            </Typography>
            <Typography sx={{ fontSize: "1.8rem", fontWeight: 650, lineHeight: 1.2 }}>
                {fixed(alike.most, 1)} to {fixed(here.most, 1)}
            </Typography>
            <Typography variant="body2" color="textSecondary">
                An edge worth this much a year, after costs, is told apart from luck four times in five: the lower
                figure if nine in ten candidates are look-alikes, as in most grids, the upper one if none is. Every
                second time at {fixed(alike.half, 1)} to {fixed(here.half, 1)}; with twice the years at{" "}
                {fixed(longer, 1)}. A single candidate would need {fixed(estimate.smallest_sharpe_one, 1)}.
            </Typography>
            {hard && (
                <Alert severity="info" variant="outlined" sx={{ mt: 1 }}>
                    Few real edges are that strong, so expect that nothing passes. Longer histories, more markets or
                    fewer candidates lower the figure.
                </Alert>
            )}
        </Box>
    );
}

function Effort({ estimate }: { estimate: Estimated }) {
    return (
        <Box>
            <Pair
                label="Candidates"
                value={whole(estimate.candidates)}
                hint="Parameter sets that will be backtested, each counted in the ledger."
            />
            {estimate.jobs.map((job) => (
                <Pair
                    key={job.strategy}
                    small
                    label={plain(job.strategy)}
                    value={`${whole(job.candidates)} of ${grid(job.grid)}`}
                    hint={`${whole(job.per_second)} of its candidates a second are searched on this machine.`}
                />
            ))}
            <Pair
                label="Time, about"
                value={span(estimate.seconds, estimate.most_seconds)}
                hint="The lower figure if nothing is found, as mostly; other work on the machine makes it longer."
            />
            {estimate.steps.map((step) => (
                <Pair
                    key={step.name}
                    small
                    label={STEPS[step.name] ?? step.name}
                    value={span(step.seconds, step.most)}
                    hint={`${WHAT[step.name]?.(estimate) ?? ""} Known from ${step.known_from}.`}
                />
            ))}
            <Pair label="Search part" value={`${utcDay(estimate.start)}, ${fixed(estimate.search_years, 1)} years`} />
            <Pair
                label="Vault"
                value={`${utcDay(estimate.vault_start)}, ${counted(estimate.vault_days, "day")}`}
                hint="The last part of the prices. The search never sees it; it is opened once to judge the finalists."
            />
            <Pair label="Bars searched" value={short(estimate.bars)} />
        </Box>
    );
}

const STEPS: Record<string, string> = {
    search: "search",
    copies: "markets without an edge",
    verdict: "finalists and report",
};

const WHAT: Record<string, (estimate: Estimated) => string> = {
    search: () => "Loading, every candidate, and the test of all of them together.",
    copies: (estimate) =>
        `A search that learns is run again, whole, on up to ${whole(estimate.copies)} markets without an edge; it ends early where luck plainly does as well.`,
    verdict: () => "Each finalist is measured on the vault and put through the kill tests; the report is written.",
};

function grid(size: number | null): string {
    if (size === null) return "endless";
    return size < 1e6 ? whole(size) : short(size);
}

function Ledger({ estimate }: { estimate: Estimated }) {
    const { account } = estimate;
    return (
        <Box>
            <Typography variant="overline" color="textSecondary" component="p">
                Ledger of these prices
            </Typography>
            <Pair
                label="Tried before"
                value={`${whole(account.n_tested)} in ${counted(account.n_runs, "run")}`}
                hint="Candidates of earlier runs on the same prices, under any name, cut or bar length. They count."
            />
            <Pair label="Judging rounds before" value={whole(account.rounds)} />
            <Pair
                label="Level of the next round"
                value={percent(account.next_level, 2)}
                hint="Chance of a false report that the next look at the vault is granted; each later round gets less."
            />
            <Pair
                label="Left of the level"
                value={`${percent(account.level_left, 2)} of ${percent(account.level, 0)}`}
            />
        </Box>
    );
}

function Focus({ estimate }: { estimate: Estimated }) {
    return (
        <Box>
            <Typography variant="overline" color="textSecondary" component="p">
                Begins in
            </Typography>
            {estimate.focus.length === 0 && (
                <Typography variant="body2">Too few promising trials so far: the search covers everything.</Typography>
            )}
            {estimate.focus.map((one) => (
                <Pair
                    key={`${one.strategy}.${one.parameter}`}
                    small
                    label={`${plain(one.strategy)}: ${plain(one.parameter)}`}
                    value={one.region.map((value) => setting(one.parameter, value)).join(" – ")}
                    hint={`From ${whole(one.samples)} promising trials, ${one.of === "own" ? "its own" : "of all strategies"}.`}
                />
            ))}
            <Typography variant="body2" color="textSecondary" sx={{ mt: 0.5 }}>
                Learned from{" "}
                {estimate.learned_from.slice(0, 5).map((id, place) => (
                    <span key={id}>
                        {place > 0 && ", "}
                        <Link component={RouterLink} to={`/runs/${id}`}>
                            run {id.slice(0, 8)}
                        </Link>
                    </span>
                ))}
                {estimate.learned_from.length > 5 && ` and ${estimate.learned_from.length - 5} more`}.
            </Typography>
        </Box>
    );
}

interface PairProps {
    label: string;
    value: string;
    hint?: string;
    small?: boolean;
}

function Pair({ label, value, hint, small = false }: PairProps) {
    const name = (
        <Typography
            variant="body2"
            color="textSecondary"
            component="span"
            {...(hint === undefined ? {} : { tabIndex: 0 })}
            sx={{
                pl: small ? 1.5 : 0,
                ...(hint === undefined ? {} : { textDecoration: "underline dotted", textUnderlineOffset: 3 }),
            }}
        >
            {label}
        </Typography>
    );
    return (
        <Stack direction="row" sx={{ justifyContent: "space-between", gap: 1.5, py: 0.15 }}>
            {hint === undefined ? name : <Tooltip title={hint}>{name}</Tooltip>}
            <Typography variant="body2" sx={{ fontWeight: small ? 400 : 600, textAlign: "right" }}>
                {value}
            </Typography>
        </Stack>
    );
}
