import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId } from "react";
import { Link } from "react-router";

import { client, held } from "@/api/client";
import { AdminOnly } from "@/components/AdminOnly";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Loaded } from "@/components/Loaded";
import { ChartSkeleton } from "@/components/Loading";
import { StatTile } from "@/components/StatTile";
import { whole } from "@/format/number";
import { utcDay } from "@/format/time";
import { CoverageChart } from "@/pages/data/CoverageChart";
import { Findings } from "@/pages/data/Findings";
import { keyOf, readKey } from "@/pages/data/key";
import { PriceChart } from "@/pages/data/PriceChart";
import { barsQuery, coverageQuery, type MarketKey, marketsQuery, qualityQuery } from "@/pages/data/queries";

/** One market from close by: where it has bars, what the check found, its last prices. */
export function MarketDialog({ market, onClose }: { market: string | null; onClose: () => void }) {
    const id = useId();
    const key = market === null ? null : readKey(market);
    return (
        <Dialog open={market !== null} onClose={onClose} maxWidth="md" fullWidth aria-labelledby={id}>
            <DialogTitle id={id}>{market ?? ""}</DialogTitle>
            {key ? (
                <Market market={key} onClose={onClose} />
            ) : (
                <DialogContent>There is no such market: the address is not complete.</DialogContent>
            )}
        </Dialog>
    );
}

function Market({ market, onClose }: { market: MarketKey; onClose: () => void }) {
    const cache = useQueryClient();
    const known = useQuery(marketsQuery).data?.find((one) => keyOf(one) === keyOf(market));
    const coverage = useQuery(coverageQuery(market));
    const quality = useQuery({ ...qualityQuery(market), enabled: known?.sample === false });
    const bars = useQuery(barsQuery(market));
    const update = useMutation({
        mutationFn: (source: string) =>
            held(
                client.POST("/data/downloads", {
                    body: {
                        source,
                        symbols: [market.symbol],
                        timeframes: [market.timeframe],
                        start: utcDay(known?.start),
                        exclude_bad: false,
                    },
                }),
            ),
        onSuccess: async () => {
            await cache.invalidateQueries({ queryKey: ["downloads"] });
            onClose();
        },
    });
    const source = known?.source;
    return (
        <>
            <DialogContent dividers>
                <Stack spacing={2.5}>
                    {known && (
                        <Box
                            sx={{
                                display: "grid",
                                gap: 2,
                                gridTemplateColumns: "repeat(auto-fit, minmax(120px, 1fr))",
                            }}
                        >
                            <StatTile label="Bars" value={whole(known.bars)} />
                            <StatTile label="Gaps" value={whole(known.gaps)} />
                            <StatTile label="From" value={utcDay(known.start)} />
                            <StatTile label="To" value={utcDay(known.end)} note="UTC" />
                        </Box>
                    )}
                    <Loaded
                        query={coverage}
                        title="The coverage cannot be shown"
                        skeleton={<ChartSkeleton height={120} />}
                    >
                        {(told) => <CoverageChart stretches={told.stretches} />}
                    </Loaded>
                    <div>
                        <Typography variant="h3" sx={{ mb: 1 }}>
                            What the check found
                        </Typography>
                        {known?.sample ? (
                            <Typography color="textSecondary">
                                These prices ship with the package; they were checked when it was made.
                            </Typography>
                        ) : (
                            <Loaded query={quality} title="The report cannot be shown">
                                {(found) => <Findings quality={found} />}
                            </Loaded>
                        )}
                    </div>
                    <Loaded query={bars} title="The prices cannot be shown" skeleton={<ChartSkeleton />}>
                        {(series) => <PriceChart series={series} />}
                    </Loaded>
                    {update.error && <ErrorNotice error={update.error} />}
                </Stack>
            </DialogContent>
            <DialogActions>
                {source != null && (
                    <AdminOnly>
                        <Button onClick={() => update.mutate(source)} disabled={update.isPending}>
                            Fetch what has come since
                        </Button>
                    </AdminOnly>
                )}
                <Button
                    component={Link}
                    to={`/discover?symbols=${encodeURIComponent(`${market.symbol}@${market.venue}`)}&timeframe=${market.timeframe}`}
                >
                    Discover on it
                </Button>
                <Button onClick={onClose} autoFocus>
                    Close
                </Button>
            </DialogActions>
        </>
    );
}
