import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Link from "@mui/material/Link";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { Link as RouterLink } from "react-router";

import { sentence } from "@/api/problem";
import { AdminOnly } from "@/components/AdminOnly";
import { EmptyState } from "@/components/EmptyState";
import { SimpleTable } from "@/components/SimpleTable";
import { StatTile } from "@/components/StatTile";
import { StatTiles } from "@/components/StatTiles";
import { fixed, money, percent, whole } from "@/format/number";
import { nameOf } from "@/format/parameters";
import { Deploy } from "@/pages/portfolios/Deploy";
import type { Chosen } from "@/pages/portfolios/queries";
import type { Wishes } from "@/pages/portfolios/wishes";

/** What was chosen, with how much, and why the others were not. */
export function Choice({ found, wishes }: { found: Chosen; wishes: Wishes }) {
    const [open, setOpen] = useState(false);
    const none = found.holdings.length === 0;
    return (
        <Stack spacing={2}>
            {none ? (
                <EmptyState title="No alpha was chosen">The reasons stand below.</EmptyState>
            ) : (
                <>
                    <Tiles found={found} wishes={wishes} />
                    <Holdings found={found} />
                </>
            )}
            {!none && found.why_unused !== null && (
                <Alert severity="info" variant="outlined">
                    {money(found.unused)} of the capital is not used: {found.why_unused}.
                </Alert>
            )}
            {!none && (
                <Box>
                    <AdminOnly>
                        <Button variant="contained" onClick={() => setOpen(true)}>
                            Deploy these {whole(found.holdings.length)}
                        </Button>
                    </AdminOnly>
                </Box>
            )}
            <LeftOut reasons={found.left_out} />
            {open && <Deploy found={found} wishes={wishes} onClose={() => setOpen(false)} />}
        </Stack>
    );
}

function Tiles({ found, wishes }: { found: Chosen; wishes: Wishes }) {
    return (
        <StatTiles>
            <StatTile
                label="Sharpe, together"
                value={fixed(found.sharpe_ratio)}
                note="chosen for it, so expect less"
                hint="A year, after costs, over the days that all of them have"
            />
            <StatTile label="Volatility" value={percent(found.volatility)} note="a year" />
            <StatTile label="Alphas" value={whole(found.holdings.length)} note={`at most ${whole(wishes.most)}`} />
            <StatTile
                label="Shared out"
                value={money(wishes.capital - found.unused)}
                note={`of ${money(wishes.capital)}`}
            />
            <StatTile label="Days" value={whole(found.days)} note="that all of them have" />
        </StatTiles>
    );
}

function Holdings({ found }: { found: Chosen }) {
    return (
        <SimpleTable
            label="Chosen alphas"
            stacks
            rows={found.holdings}
            keyOf={(one) => one.alpha_id}
            columns={[
                {
                    name: "Alpha",
                    show: (one) => (
                        <Link
                            component={RouterLink}
                            to={`/alphas/${one.alpha_id}`}
                            sx={{ fontWeight: 600, overflowWrap: "anywhere" }}
                        >
                            {nameOf(one)} {one.alpha_id.slice(0, 8)}
                        </Link>
                    ),
                },
                { name: "Weight", right: true, show: (one) => percent(one.weight) },
                { name: "Capital", right: true, show: (one) => money(one.capital) },
                { name: "Sharpe", right: true, hint: "Of its own, a year", show: (one) => fixed(one.sharpe_ratio) },
                {
                    name: "Adds",
                    right: true,
                    hint: "To the Sharpe ratio of those before it, when it was chosen",
                    show: (one) => fixed(one.gain),
                },
                { name: "Risk", right: true, hint: "Its part of the variance", show: (one) => percent(one.risk) },
            ]}
        />
    );
}

function LeftOut({ reasons }: { reasons: Record<string, string> }) {
    const rows = Object.entries(reasons);
    if (rows.length === 0) return null;
    return (
        <Box component="section" aria-label="Left out">
            <Typography variant="h3" component="h3" sx={{ mb: 0.5 }}>
                Left out
            </Typography>
            <SimpleTable
                label="Alphas that were left out"
                stacks
                maxHeight={320}
                rows={rows}
                keyOf={([id]) => id}
                columns={[
                    {
                        name: "Alpha",
                        show: ([id]) => (
                            <Link component={RouterLink} to={`/alphas/${id}`}>
                                {id.slice(0, 8)}
                            </Link>
                        ),
                    },
                    { name: "Why", show: ([, why]) => sentence(why) },
                ]}
            />
        </Box>
    );
}
