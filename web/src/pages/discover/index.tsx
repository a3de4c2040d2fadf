import Button from "@mui/material/Button";
import Link from "@mui/material/Link";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { Link as RouterLink, useSearchParams } from "react-router";

import { client, held, type Schemas } from "@/api/client";
import { runQuery } from "@/api/runs";
import { ErrorNotice } from "@/components/ErrorNotice";
import { PageSkeleton } from "@/components/Loading";
import { PageHeader } from "@/components/PageHeader";

import { asBlocks } from "./blocks";
import { earlierPlan, freshPlan, type Plan, readPlan, writePlan } from "./campaign";
import { Form } from "./Form";

/** A new discovery, from scratch or going out from an earlier run; everything that is chosen stands in the address. */
export default function Discover() {
    const [params] = useSearchParams();
    const from = params.get("from");
    const options = useQuery({
        queryKey: ["campaign options"],
        queryFn: () => held(client.GET("/config/campaign")),
        staleTime: Infinity,
    });
    const strategies = useQuery({
        queryKey: ["strategies"],
        queryFn: () => held(client.GET("/strategies")),
        staleTime: 60_000,
    });
    const markets = useQuery({ queryKey: ["data", "markets"], queryFn: () => held(client.GET("/data/markets")) });
    const earlier = useQuery({
        ...runQuery(from ?? ""),
        enabled: from !== null,
    });
    const failed = [options, strategies, markets, earlier].find((one) => one.error !== null && one.data === undefined);
    return (
        <>
            <PageHeader
                title="New discovery"
                about={
                    from === null ? (
                        "Say what to search and where. Before anything runs, you see what it takes and what this data could find at all."
                    ) : (
                        <>
                            Goes out from{" "}
                            <Link component={RouterLink} to={`/runs/${from}`}>
                                run {from.slice(0, 8)}
                            </Link>
                            : change what you like and start it again.
                        </>
                    )
                }
                actions={
                    <Button component={RouterLink} to="/discover" disabled={params.size === 0}>
                        Start from scratch
                    </Button>
                }
            />
            {failed ? (
                <ErrorNotice
                    error={failed.error}
                    title="The form cannot be shown"
                    onRetry={() => void failed.refetch()}
                />
            ) : options.data && strategies.data && markets.data && (from === null || earlier.data) ? (
                <Linked
                    key={from}
                    options={options.data}
                    strategies={strategies.data}
                    stored={markets.data}
                    earlier={from === null ? null : (earlier.data ?? null)}
                />
            ) : (
                <PageSkeleton />
            )}
        </>
    );
}

interface LinkedProps {
    options: Schemas["CampaignOptions"];
    strategies: readonly Schemas["StrategyOut"][];
    stored: readonly Schemas["MarketOut"][];
    earlier: Schemas["RunDetail"] | null;
}

/** The form, kept in the address. */
function Linked({ options, strategies, stored, earlier }: LinkedProps) {
    const [params, setParams] = useSearchParams();
    const shipped = asBlocks(options.generated.blocks);
    const base = useMemo((): Plan => {
        const fresh = freshPlan(options);
        if (earlier === null) return fresh;
        return earlierPlan(earlier.campaign, earlier.priority, fresh);
    }, [options, earlier]);
    const plan = useMemo(() => readPlan(params, base, shipped), [params, base, shipped]);
    const from = earlier?.id ?? null;
    const keep = useCallback(
        (next: Plan) => {
            const told = writePlan(next, base, shipped);
            if (from !== null) told.set("from", from);
            setParams(told, { replace: true, preventScrollReset: true });
        },
        [base, from, setParams, shipped],
    );
    return <Form {...{ options, strategies, stored, plan, from }} onPlan={keep} />;
}
