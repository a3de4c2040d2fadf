import { queryOptions } from "@tanstack/react-query";

import { client, held, type Schemas } from "@/api/client";

export type Market = Schemas["MarketOut"];
export type Job = Schemas["DownloadOut"];

export const marketsQuery = queryOptions({
    queryKey: ["markets"],
    queryFn: () => held(client.GET("/data/markets")),
    staleTime: 30_000,
});

/** What identifies a market in the interface and in the address of the page. */
export interface MarketKey {
    symbol: string;
    timeframe: string;
    venue: string;
}

export const coverageQuery = (market: MarketKey) =>
    queryOptions({
        queryKey: ["coverage", market],
        queryFn: () => held(client.GET("/data/coverage", { params: { query: { ...market } } })),
    });

export const qualityQuery = (market: MarketKey) =>
    queryOptions({
        queryKey: ["quality", market],
        queryFn: async () => readQuality(await held(client.GET("/data/quality", { params: { query: { ...market } } }))),
    });

export const barsQuery = (market: MarketKey) =>
    queryOptions({
        queryKey: ["bars", market],
        queryFn: () => held(client.GET("/data/bars", { params: { query: { ...market, limit: 500 } } })),
    });

export const sourcesQuery = queryOptions({
    queryKey: ["sources"],
    queryFn: () => held(client.GET("/data/sources")),
    staleTime: Infinity,
});

export const jobsQuery = queryOptions({
    queryKey: ["downloads"],
    queryFn: () => held(client.GET("/data/downloads")),
    refetchInterval: (query) => (query.state.data?.some(isUnderWay) ? 1_000 : 15_000),
});

/** Whether a download is not over. */
export function isUnderWay(job: Job): boolean {
    return job.state === "waiting" || job.state === "fetching";
}

/** One thing that the check of a market found. */
export interface Finding {
    kind: string;
    severity: "error" | "warning" | "fixed";
    time: string | null;
    count: number;
    text: string;
    action: string;
}

/** The check that was made when a market was stored. */
export interface Quality {
    rows: number;
    bars: number;
    missing: number;
    expected: number;
    findings: Finding[];
}

/** The report of a check as the server gives it; null where none was kept. */
export function readQuality(told: Record<string, unknown>): Quality | null {
    if (!Array.isArray(told["findings"])) return null;
    const number = (name: string) => (typeof told[name] === "number" ? told[name] : 0);
    return {
        rows: number("rows"),
        bars: number("bars"),
        missing: number("missing"),
        expected: number("expected"),
        findings: told["findings"] as Finding[],
    };
}
