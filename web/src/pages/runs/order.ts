import type { Schemas } from "@/api/client";

export type Run = Schemas["RunOut"];

/** Orders that the server knows. */
export const ORDERS = {
    start_time: "Started",
    state: "State",
    strategies_tested: "Tried",
    best_sharpe: "Best Sharpe",
    profitable_found: "Alphas",
    runtime_hours: "Took",
} as const;

export type Order = keyof typeof ORDERS;

export function isOrder(text: string): text is Order {
    return text in ORDERS;
}

export interface ListProps {
    runs: readonly Run[];
    sort: Order;
    up: boolean;
    onOrder: (sort: Order, up: boolean) => void;
}
