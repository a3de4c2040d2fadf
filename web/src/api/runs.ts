import { queryOptions } from "@tanstack/react-query";

import { client, paged } from "@/api/client";

/** States in which a run is not over. */
export const AT_WORK = ["running", "stopping", "queued"];

/** Runs that are being worked on or wait, the newest first; kept fresh by events of the server. */
export const runningQuery = queryOptions({
    queryKey: ["runs", "at work"],
    queryFn: () => paged(client.GET("/runs", { params: { query: { state: AT_WORK, limit: 20 } } })),
    staleTime: 5_000,
    refetchInterval: 30_000, // the events bring news earlier; this is for a stream that is cut
});
