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
import { fixed, percent, short, whole } from "@/format/number";
import { duration, utcDay } from "@/format/time";

import { plain, setting } from "./kinds";

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
            <Typography variant="overline" color="text.secondary" component="p">
                Smallest Sharpe ratio that this data can certify
            </Typography>
            <Typography sx={{ fontSize: "1.8rem", fontWeight: 650, lineHeight: 1.2 }}>
                {fixed(alike.most, 1)} to {fixed(here.most, 1)}
            </Typography>
            <Typography variant="body2" color="text.secondary">
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
    const total = estimate.seconds + estimate.judging_seconds;
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
                    hint={`${whole(job.per_second)} backtests a second were measured on this machine, over one market.`}
                />
            ))}
            <Pair
                label="Time, about"
                value={duration(Math.max(1, total))}
                hint="From the rate measured on this machine just now; other work on it makes it longer. Reports and start-up add some seconds."
            />
            {estimate.judging_seconds > 0 && (
                <Pair
                    small
                    label="of it judging, at most"
                    value={duration(estimate.judging_seconds)}
                    hint="A search that learns is run again on markets without an edge; it ends early where luck plainly does as well."
                />
            )}
            <Pair label="Search part" value={`${utcDay(estimate.start)}, ${fixed(estimate.search_years, 1)} years`} />
            <Pair
                label="Vault"
                value={`${utcDay(estimate.vault_start)}, ${whole(estimate.vault_days)} days`}
                hint="The last part of the prices. The search never sees it; it is opened once to judge the finalists."
            />
            <Pair label="Bars searched" value={short(estimate.bars)} />
        </Box>
    );
}

function grid(size: number | null): string {
    if (size === null) return "endless";
    return size < 1e6 ? whole(size) : short(size);
}

function Ledger({ estimate }: { estimate: Estimated }) {
    const { account } = estimate;
    return (
        <Box>
            <Typography variant="overline" color="text.secondary" component="p">
                Ledger of these prices
            </Typography>
            <Pair
                label="Tried before"
                value={`${whole(account.n_tested)} in ${whole(account.n_runs)} runs`}
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
            <Typography variant="overline" color="text.secondary" component="p">
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
            <Typography variant="body2" color="text.secondary" sx={{ mt: 0.5 }}>
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
            color="text.secondary"
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
