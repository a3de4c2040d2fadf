import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { client, held, type Schemas } from "@/api/client";
import type { Wishes } from "@/pages/portfolios/wishes";

export type Portfolio = Schemas["PortfolioOut"];
export type Chosen = Schemas["ChosenOut"];

const LIVELY = 5_000; // ms between two looks at a portfolio of which a bot runs
const CALM = 30_000;

const lives = (one: Portfolio) => one.bots.some((bot) => bot.state === "running");

export const portfoliosQuery = queryOptions({
    queryKey: ["portfolios", "list"],
    queryFn: () => held(client.GET("/portfolios")),
    refetchInterval: (query) => (query.state.data?.some(lives) ? LIVELY : CALM),
});

export const portfolioQuery = (name: string) =>
    queryOptions({
        queryKey: ["portfolios", "one", name],
        queryFn: () => held(client.GET("/portfolios/{name}", { params: { path: { name } } })),
        refetchInterval: (query) => (query.state.data && lives(query.state.data) ? LIVELY : CALM),
    });

/** Asked for again when its bots have lived through more bars or money has moved. */
export const portfolioEquityQuery = (portfolio: Portfolio) =>
    queryOptions({
        queryKey: [
            "portfolios",
            "equity",
            portfolio.name,
            portfolio.bots.map((bot) => [bot.bars, bot.pending, bot.equity]),
        ],
        queryFn: () => held(client.GET("/portfolios/{name}/equity", { params: { path: { name: portfolio.name } } })),
        placeholderData: keepPreviousData,
    });

/** Alphas are backtested for it again: it is asked for when somebody presses the button, and kept. */
export const choiceQuery = (wishes: Wishes) =>
    queryOptions({
        queryKey: ["portfolios", "choice", wishes],
        queryFn: () => held(client.GET("/portfolios/choice", { params: { query: wishes } })),
        staleTime: 60_000,
        retry: false,
    });
