import type { Schemas } from "@/api/client";

export type Account = Schemas["Account"];

/** The share of the error rate that is left to spend on an account, 0 to 1. */
export function trustLeft(account: Account): number {
    return account.level > 0 ? Math.max(0, Math.min(1, account.level_left / account.level)) : 0;
}
