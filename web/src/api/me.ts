import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { client, held, type Schemas } from "@/api/client";
import { ApiError } from "@/api/problem";
import { csrfToken } from "@/api/session";

export type Me = Schemas["Me"];

/** Who is signed in; null for nobody. */
export const meQuery = queryOptions({
    queryKey: ["me"],
    queryFn: async (): Promise<Me | null> => {
        if (csrfToken() === "") return null; // without its cookie there is no login to ask about
        try {
            return await held(client.GET("/auth/me"));
        } catch (error) {
            if (error instanceof ApiError && error.status === 401) return null;
            throw error;
        }
    },
    staleTime: 60_000,
});

/** Who is signed in, and whether that person may change things. */
export function useMe(): { me: Me | null; isAdmin: boolean } {
    const { data } = useQuery(meQuery);
    return { me: data ?? null, isAdmin: data?.role === "admin" };
}

/** Sign in; the cookies come with the answer. */
export function useLogin() {
    const cache = useQueryClient();
    return useMutation({
        mutationFn: (who: { name: string; password: string }) =>
            held(client.POST("/auth/login", { body: { ...who, cookie: true } })),
        onSuccess: () => {
            cache.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "me" }); // it was shown to somebody else
            return cache.resetQueries({ queryKey: ["me"] });
        },
    });
}

/** Sign out and forget everything that was shown. */
export function useLogout() {
    const cache = useQueryClient();
    return useMutation({
        mutationFn: () => held(client.POST("/auth/logout")),
        onSettled: () => {
            cache.clear();
            window.location.assign("/login");
        },
    });
}
