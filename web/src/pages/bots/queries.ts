import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { client, held, paged, type Schemas } from "@/api/client";

export type BotOut = Schemas["BotOut"];

const LIVELY = 3_000; // ms between two looks at a bot that runs
const CALM = 30_000;

const path = (botId: string) => ({ params: { path: { bot_id: botId } } });

export const botsQuery = (alphaId: string, page: number, rows: number) =>
    queryOptions({
        queryKey: ["bots", "list", alphaId, page, rows],
        queryFn: () =>
            paged(
                client.GET("/bots", {
                    params: {
                        query: { limit: rows, offset: (page - 1) * rows, ...(alphaId ? { alpha_id: alphaId } : {}) },
                    },
                }),
            ),
        refetchInterval: (query) => (query.state.data?.items.some((bot) => bot.state === "running") ? LIVELY : CALM),
        placeholderData: keepPreviousData,
    });

export const botQuery = (id: string) =>
    queryOptions({
        queryKey: ["bots", id],
        queryFn: () => held(client.GET("/bots/{bot_id}", path(id))),
        refetchInterval: (query) => (query.state.data?.state === "running" ? LIVELY : CALM),
    });

/** What follows a bot is asked for again when it has lived through more bars, or was told something. */
const stamp = (bot: BotOut) => [bot.now.bars, bot.now.halted, bot.state];

export const botEquityQuery = (bot: BotOut) =>
    queryOptions({
        queryKey: ["bots", bot.id, "equity", ...stamp(bot)],
        queryFn: () => held(client.GET("/bots/{bot_id}/equity", path(bot.id))),
        placeholderData: keepPreviousData,
    });

export const botTradesQuery = (bot: BotOut, page: number, rows: number) =>
    queryOptions({
        queryKey: ["bots", bot.id, "trades", bot.now.trades, page, rows],
        queryFn: () =>
            paged(
                client.GET("/bots/{bot_id}/trades", {
                    params: { path: { bot_id: bot.id }, query: { limit: rows, offset: (page - 1) * rows } },
                }),
            ),
        placeholderData: keepPreviousData,
    });

export const botLogQuery = (bot: BotOut, safeguards: boolean, page: number, rows: number) =>
    queryOptions({
        queryKey: ["bots", bot.id, "log", safeguards, page, rows, ...stamp(bot)],
        queryFn: () =>
            paged(
                client.GET("/bots/{bot_id}/log", {
                    params: {
                        path: { bot_id: bot.id },
                        query: { limit: rows, offset: (page - 1) * rows, safeguards },
                    },
                }),
            ),
        placeholderData: keepPreviousData,
    });

export const reconciliationQuery = (bot: BotOut) =>
    queryOptions({
        queryKey: ["bots", bot.id, "reconciliation", bot.now.trades],
        queryFn: () => held(client.GET("/bots/{bot_id}/reconciliation", path(bot.id))),
        enabled: bot.now.bars > 0,
        placeholderData: keepPreviousData,
    });

export const forwardQuery = (bot: BotOut) =>
    queryOptions({
        queryKey: ["bots", bot.id, "forward", ...stamp(bot)],
        queryFn: () => held(client.GET("/bots/{bot_id}/forward", path(bot.id))),
        enabled: bot.now.bars > 0,
        placeholderData: keepPreviousData,
    });
