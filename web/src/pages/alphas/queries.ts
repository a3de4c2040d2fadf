import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { client, held, paged } from "@/api/client";
import { filtersOf, type Search } from "@/pages/alphas/search";

/** One page of the alphas that match; the page before stays until it is there. */
export function alphasQuery(search: Search) {
    const query = {
        ...filtersOf(search),
        limit: search.rows,
        offset: (Math.max(1, search.page) - 1) * search.rows,
        count: true,
    };
    return queryOptions({
        queryKey: ["alphas", query],
        queryFn: () => paged(client.GET("/alphas", { params: { query } })),
        placeholderData: keepPreviousData,
    });
}

/** What alphas can be told apart by. */
export const choicesQuery = queryOptions({
    queryKey: ["alphas", "choices"],
    queryFn: () => held(client.GET("/alphas/choices")),
    staleTime: 60_000,
});
