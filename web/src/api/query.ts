import { QueryClient } from "@tanstack/react-query";

import { ApiError } from "@/api/problem";

/** Whether asking again may help: not where the server has answered that it will not. */
export function worthAsking(failures: number, error: unknown): boolean {
    const refused = error instanceof ApiError && error.status < 500;
    return !refused && failures < 3;
}

/** The cache of what the server told. */
export function makeQueryClient(): QueryClient {
    return new QueryClient({
        defaultOptions: { queries: { staleTime: 10_000, retry: worthAsking, refetchOnWindowFocus: true } },
    });
}
