import createClient from "openapi-fetch";

import { PREFIX } from "@/api/prefix";
import { errorOf } from "@/api/problem";
import type { components, paths } from "@/api/schema";
import { authorized } from "@/api/session";

/** Shapes of the interface by name: `Schemas["RunOut"]`. */
export type Schemas = components["schemas"];

/** The description's paths without the prefix that all of them share. */
type Short = { [K in keyof paths as K extends `${typeof PREFIX}${infer Rest}` ? Rest : never]: paths[K] };

/** The typed client: `held(client.GET("/runs/{run_id}", { params: { path: { run_id } } }))`. */
export const client = createClient<Short>({ baseUrl: window.location.origin + PREFIX, fetch: authorized });

interface Answer<T> {
    data?: T;
    error?: unknown;
    response: Response;
}

/** What an answer holds; throws an `ApiError` otherwise. */
export async function held<T>(asked: Promise<Answer<T>>): Promise<T> {
    const { data, error, response } = await asked;
    if (!response.ok) throw errorOf(response.status, error);
    return data as T;
}

/** One page of a list. */
export interface Page<T> {
    items: T[];
    /** How many there are in all, as the header X-Total-Count tells. */
    total: number;
}

/** A page of a list with how many there are in all. */
export async function paged<T>(asked: Promise<Answer<T[]>>): Promise<Page<T>> {
    const answer = await asked;
    const items = await held(Promise.resolve(answer));
    const told = answer.response.headers.get("X-Total-Count");
    return { items, total: told === null ? items.length : Number(told) };
}
