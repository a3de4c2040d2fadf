import { queryOptions } from "@tanstack/react-query";

import { client, held, paged, type Schemas } from "@/api/client";

/** States in which a run is not over. */
export const AT_WORK = ["running", "stopping", "queued"];

const STAGES: Readonly<Record<string, string>> = { waiting: "waiting", search: "searching", judge: "judging" };

/** What a run is doing, in a word. */
export function doing(run: Pick<Schemas["RunOut"], "stage" | "status">): string {
    return run.status === "running" ? (STAGES[run.stage] ?? run.status) : run.status;
}

/** Runs that are being worked on or wait, the newest first; kept fresh by events of the server. */
export const runningQuery = queryOptions({
    queryKey: ["runs", "at work"],
    queryFn: () => paged(client.GET("/runs", { params: { query: { state: AT_WORK, limit: 20 } } })),
    staleTime: 5_000,
    refetchInterval: 30_000, // the events bring news earlier; this is for a stream that is cut
});

/** One run in full; the client's types widen its pairs to lists, so the shape is named here. */
export function runQuery(id: string) {
    return queryOptions({
        queryKey: ["runs", "one", id],
        queryFn: async () =>
            (await held(client.GET("/runs/{run_id}", { params: { path: { run_id: id } } }))) as Schemas["RunDetail"],
    });
}
