import { queryOptions } from "@tanstack/react-query";

import { client, held, paged, type Schemas } from "@/api/client";

export type Resources = Schemas["Resources"];

export const alertsQuery = queryOptions({
    queryKey: ["alerts"],
    queryFn: () => held(client.GET("/system/alerts")),
    refetchInterval: 60_000,
});

export const ledgerQuery = queryOptions({ queryKey: ["ledger"], queryFn: () => held(client.GET("/ledger")) });

export const workersQuery = queryOptions({
    queryKey: ["workers"],
    queryFn: () => held(client.GET("/system/workers")),
    refetchInterval: 10_000,
});

/** The best alphas by what the judging is worth, then by their Sharpe ratio. */
export const bestQuery = queryOptions({
    queryKey: ["alphas", "best"],
    queryFn: () =>
        paged(
            client.GET("/alphas", {
                params: {
                    query: { limit: 5, min_sharpe: null, sort: "validation_score", descending: true, count: true },
                },
            }),
        ),
});

/** Runs that are over, the last one first. */
export const endedQuery = queryOptions({
    queryKey: ["runs", "ended"],
    queryFn: () =>
        paged(
            client.GET("/runs", {
                params: {
                    query: {
                        state: ["completed", "stopped", "failed", "interrupted"],
                        sort: "end_time",
                        descending: true,
                        limit: 5,
                    },
                },
            }),
        ),
});

/** One measurement of the machine. */
export interface Sample {
    at: number;
    cpu: number;
    memory: number;
}

export const EVERY = 5_000; // ms between measurements
const KEPT = 120; // ten minutes

/** What is kept of the measurements of this visit: the newest, and their course. */
export interface Course {
    latest: Resources;
    samples: Sample[];
}

/** A course with one measurement more. */
export function extended(course: Course | undefined, latest: Resources, at: number): Course {
    const sample = {
        at,
        cpu: latest.cpu_percent / 100,
        memory: latest.memory_total_gb > 0 ? latest.memory_used_gb / latest.memory_total_gb : 0,
    };
    return { latest, samples: [...(course?.samples ?? []), sample].slice(-KEPT) };
}

export const resourcesQuery = queryOptions({
    queryKey: ["resources"],
    queryFn: async ({ client: cache }): Promise<Course> => {
        const latest = await held(client.GET("/system/resources"));
        return extended(cache.getQueryData<Course>(["resources"]), latest, Date.now());
    },
    refetchInterval: EVERY,
    structuralSharing: false,
});
