import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";

import { ApiError } from "@/api/problem";

/** Whether asking again may help: not where the server has answered that it will not. */
export function worthAsking(failures: number, error: unknown): boolean {
    const refused = error instanceof ApiError && error.status < 500;
    return !refused && failures < 3;
}

/** The cache of what the server told; a refusal for want of a login makes it look whether there still is one. */
export function makeQueryClient(): QueryClient {
    const onError = (error: unknown) => {
        if (error instanceof ApiError && error.status === 401) void client.invalidateQueries({ queryKey: ["me"] });
    };
    const client = new QueryClient({
        queryCache: new QueryCache({ onError }),
        mutationCache: new MutationCache({ onError }),
        defaultOptions: { queries: { staleTime: 10_000, retry: worthAsking, refetchOnWindowFocus: true } },
    });
    return client;
}
