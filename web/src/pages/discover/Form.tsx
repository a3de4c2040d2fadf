import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useMutation } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { useNavigate } from "react-router";

import { client, held, type Schemas } from "@/api/client";
import { AdminOnly } from "@/components/AdminOnly";
import { ErrorNotice } from "@/components/ErrorNotice";
import { RowsSkeleton } from "@/components/Loading";
import { Panel } from "@/components/Panel";

import { type Campaign, learnsFrom, type Plan, sent, withRange } from "./campaign";
import { Estimate } from "./Estimate";
import { type Faults, faultsOf } from "./faults";
import { Markets } from "./Markets";
import { type MarketOut, serving } from "./markets";
import { CostsPanel, ValidationPanel } from "./Numbers";
import { Period } from "./Period";
import { Search } from "./Search";
import { Strategies } from "./Strategies";
import { useEstimate } from "./useEstimate";

interface FormProps {
    options: Schemas["CampaignOptions"];
    strategies: readonly Schemas["StrategyOut"][];
    stored: readonly MarketOut[];
    plan: Plan;
    /** The run that this one goes out from. */
    from: string | null;
    onPlan: (plan: Plan) => void;
}

const NO_FAULTS: Faults = new Map();

/** The form of a campaign, and beside it what would come of it. */
export function Form({ options, strategies, stored, plan, from, onPlan }: FormProps) {
    const { campaign } = plan;
    const change = (changes: Partial<Campaign>) => onPlan({ ...plan, campaign: { ...campaign, ...changes } });
    const estimate = useEstimate(plan);
    const start = useStart(plan, from);
    const faults = useMemo(() => {
        const own = faultsOf(start.error);
        const told = estimate.complete ? faultsOf(estimate.error) : NO_FAULTS;
        return own.size > 0 ? own : told;
    }, [start.error, estimate.error, estimate.complete]);
    const markets = serving(stored, campaign.timeframe);
    const learns = learnsFrom(campaign, options.methods);
    const numbers = (part: "costs" | "thresholds" | "protocol", name: string, value: number | string | null) =>
        change({ [part]: { ...campaign[part], [name]: value } });
    const shared = { campaign, learns, faults, onChange: numbers };
    return (
        <Box
            sx={{
                display: "grid",
                gap: 2,
                gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "minmax(0, 1fr) 360px" },
                alignItems: "start",
            }}
        >
            <Stack spacing={2} sx={{ minWidth: 0 }}>
                <Markets
                    stored={stored}
                    timeframe={campaign.timeframe}
                    chosen={campaign.symbols}
                    faults={faults}
                    onTimeframe={(timeframe) => change({ timeframe })}
                    onChoose={(symbols) => change({ symbols })}
                />
                <Period
                    start={campaign.start}
                    end={campaign.end}
                    chosen={markets.filter((one) => campaign.symbols.includes(one.key))}
                    faults={faults}
                    onChange={(from_, until) => change({ start: from_, end: until })}
                />
                <Strategies
                    strategies={strategies}
                    options={options}
                    chosen={campaign.strategies}
                    against={campaign.against}
                    markets={markets}
                    ranges={campaign.ranges}
                    blocks={campaign.blocks}
                    onBlocks={(blocks) => change({ blocks })}
                    faults={faults}
                    onChoose={(names) => change({ strategies: names })}
                    onAgainst={(against) => change({ against })}
                    onRange={(owner, name, wanted) =>
                        change({ ranges: withRange(campaign.ranges, owner, name, wanted) })
                    }
                />
                <Search
                    plan={plan}
                    options={options}
                    faults={faults}
                    onChange={change}
                    onAdaptive={(adaptive) => onPlan({ ...plan, adaptive })}
                    onPriority={(priority) => onPlan({ ...plan, priority })}
                />
                <CostsPanel {...shared} />
                <ValidationPanel {...shared} />
            </Stack>
            <Box sx={{ position: { lg: "sticky" }, top: { lg: 72 }, minWidth: 0 }}>
                <Panel title="Before you start">
                    <Stack spacing={2}>
                        {!estimate.complete && (
                            <Typography color="textSecondary">
                                {missing(campaign)} Then this tells what the search takes and what it could find at all.
                            </Typography>
                        )}
                        {estimate.complete && estimate.error === null && estimate.data === undefined && (
                            <>
                                <Typography variant="body2" color="textSecondary">
                                    Measuring how fast this machine backtests…
                                </Typography>
                                <RowsSkeleton rows={6} />
                            </>
                        )}
                        {estimate.complete && estimate.error !== null && (
                            <ErrorNotice error={estimate.error} title="This cannot be run yet" />
                        )}
                        {estimate.complete && estimate.error === null && estimate.data && (
                            <Estimate estimate={estimate.data} busy={estimate.isFetching} />
                        )}
                        {start.error !== null && faultsOf(start.error).size === 0 && (
                            <ErrorNotice error={start.error} title="The run was not started" />
                        )}
                        <AdminOnly>
                            <Button
                                variant="contained"
                                size="large"
                                onClick={() => start.mutate()}
                                disabled={start.isPending || !estimate.complete || estimate.error !== null}
                            >
                                {start.isPending ? "Starting…" : "Start the discovery"}
                            </Button>
                        </AdminOnly>
                        {start.isError && (
                            <Alert severity="info" variant="outlined">
                                Pressing the button again asks for the same run, not for a second one.
                            </Alert>
                        )}
                    </Stack>
                </Panel>
            </Box>
        </Box>
    );
}

function missing(campaign: Campaign): string {
    const [markets, strategies] = [campaign.symbols.length === 0, campaign.strategies.length === 0];
    if (markets && strategies) return "Choose at least one market and one strategy.";
    return markets ? "Choose at least one market." : "Choose at least one strategy.";
}

/** Start a plan; the same plan asked for again, after an answer was lost, is the same run. */
function useStart(plan: Plan, from: string | null) {
    const navigate = useNavigate();
    const [asked, setAsked] = useState("");
    const key = useRef("");
    return useMutation({
        mutationFn: () => {
            const body = {
                campaign: sent(plan),
                adaptive: plan.adaptive,
                priority: plan.priority,
                ...(from === null ? {} : { parent_id: from }),
            };
            const text = JSON.stringify(body);
            if (text !== asked || key.current === "") {
                setAsked(text);
                key.current = newKey();
            }
            return held(client.POST("/runs", { body, params: { header: { "idempotency-key": key.current } } }));
        },
        onSuccess: ({ run_id }) => {
            key.current = "";
            void navigate(`/runs/${run_id}`);
        },
    });
}

/** A name for one request; browsers have `randomUUID` only over TLS and on this machine. */
function newKey(): string {
    return Array.from(crypto.getRandomValues(new Uint32Array(4)), (one) => one.toString(16).padStart(8, "0")).join("");
}
