import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { client, held } from "@/api/client";
import { worthAsking } from "@/api/query";

import { type Plan, sent } from "./campaign";

const PAUSE = 500; // ms without a change before the server is asked

/** The same value, once it has not changed for a while. */
function useSettled<T>(value: T, pause: number): T {
    const [settled, setSettled] = useState(value);
    useEffect(() => {
        const timer = setTimeout(() => setSettled(value), pause);
        return () => clearTimeout(timer);
    }, [value, pause]);
    return settled;
}

/** What the server says of a plan before it is started: its estimate, or what is wrong with it. */
export function useEstimate(plan: Plan) {
    const asked = useSettled(
        JSON.stringify({ campaign: sent(plan), adaptive: plan.adaptive, priority: plan.priority }),
        PAUSE,
    );
    const complete = plan.campaign.symbols.length > 0 && plan.campaign.strategies.length > 0;
    const query = useQuery({
        queryKey: ["estimate", asked],
        queryFn: ({ signal }) => {
            const body = JSON.parse(asked) as {
                campaign: Record<string, unknown>;
                adaptive: boolean;
                priority: number;
            };
            return held(client.POST("/estimate", { body, signal }));
        },
        enabled: complete,
        placeholderData: keepPreviousData,
        staleTime: 60_000,
        retry: worthAsking,
        refetchOnWindowFocus: false,
    });
    return { ...query, complete };
}
