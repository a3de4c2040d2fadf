import { queryOptions } from "@tanstack/react-query";

import { client, held, paged, type Schemas } from "@/api/client";

export type AlphaDetail = Schemas["AlphaDetail"];
const FOREVER = { staleTime: Infinity } as const; // recomputed from stored bars: the same until the alpha itself changes

const path = (alphaId: string) => ({ params: { path: { alpha_id: alphaId } } });

export const alphaQuery = (id: string) =>
    queryOptions({ queryKey: ["alpha", id], queryFn: () => held(client.GET("/alphas/{alpha_id}", path(id))) });

export const equityQuery = (id: string) =>
    queryOptions({
        queryKey: ["alpha", id, "equity"],
        queryFn: () => held(client.GET("/alphas/{alpha_id}/equity", path(id))),
        ...FOREVER,
    });

export const monthsQuery = (id: string) =>
    queryOptions({
        queryKey: ["alpha", id, "months"],
        queryFn: () => held(client.GET("/alphas/{alpha_id}/months", path(id))),
        ...FOREVER,
    });

export const marketsQuery = (id: string) =>
    queryOptions({
        queryKey: ["alpha", id, "markets"],
        queryFn: () => held(client.GET("/alphas/{alpha_id}/markets", path(id))),
        ...FOREVER,
    });

export const evidenceQuery = (id: string) =>
    queryOptions({
        queryKey: ["alpha", id, "evidence"],
        queryFn: () => held(client.GET("/alphas/{alpha_id}/evidence", path(id))),
        ...FOREVER,
    });

export const stressesQuery = (id: string) =>
    queryOptions({
        queryKey: ["alpha", id, "stresses"],
        queryFn: () => held(client.GET("/alphas/{alpha_id}/stresses", path(id))),
        ...FOREVER,
    });

export const scoreQuery = (id: string) =>
    queryOptions({
        queryKey: ["alpha", id, "score"],
        queryFn: () => held(client.GET("/alphas/{alpha_id}/score", path(id))),
        ...FOREVER,
    });

export const costsQuery = (id: string) =>
    queryOptions({
        queryKey: ["alpha", id, "costs"],
        queryFn: () => held(client.GET("/alphas/{alpha_id}/costs", path(id))),
        ...FOREVER,
    });

export const fanQuery = (id: string) =>
    queryOptions({
        queryKey: ["alpha", id, "fan"],
        queryFn: () => held(client.GET("/alphas/{alpha_id}/fan", path(id))),
        ...FOREVER,
    });

export const regimesQuery = (id: string) =>
    queryOptions({
        queryKey: ["alpha", id, "regimes"],
        queryFn: () => held(client.GET("/alphas/{alpha_id}/regimes", path(id))),
        ...FOREVER,
    });

export const plateauQuery = (id: string, across: string, up: string) =>
    queryOptions({
        queryKey: ["alpha", id, "plateau", across, up],
        queryFn: () =>
            held(
                client.GET("/alphas/{alpha_id}/plateau", {
                    params: {
                        path: { alpha_id: id },
                        query: { ...(across ? { across } : {}), ...(up ? { up } : {}) },
                    },
                }),
            ),
        ...FOREVER,
    });

export const tradesQuery = (id: string, page: number, rows: number) =>
    queryOptions({
        queryKey: ["alpha", id, "trades", page, rows],
        queryFn: () =>
            paged(
                client.GET("/alphas/{alpha_id}/trades", {
                    params: { path: { alpha_id: id }, query: { limit: rows, offset: (page - 1) * rows } },
                }),
            ),
        ...FOREVER,
    });

export const candlesQuery = (id: string, market: string, start: string, limit: number) =>
    queryOptions({
        queryKey: ["alpha", id, "candles", market, start, limit],
        queryFn: () =>
            held(
                client.GET("/alphas/{alpha_id}/candles", {
                    params: {
                        path: { alpha_id: id },
                        query: { limit, ...(market ? { market } : {}), ...(start ? { start } : {}) },
                    },
                }),
            ),
        ...FOREVER,
    });
