import type { Schemas } from "@/api/client";

export type Account = Schemas["Account"];

/** All accounts together. */
export function totals(accounts: Account[]): { tested: number; runs: number; rounds: number } {
    return {
        tested: sum(accounts, (one) => one.n_tested),
        runs: sum(accounts, (one) => one.n_runs),
        rounds: sum(accounts, (one) => one.rounds),
    };
}

/** The share of the error rate that is left to spend on an account, 0 to 1. */
export function trustLeft(account: Account): number {
    return account.level > 0 ? Math.max(0, Math.min(1, account.level_left / account.level)) : 0;
}

function sum<T>(items: T[], of: (item: T) => number): number {
    return items.reduce((total, item) => total + of(item), 0);
}
