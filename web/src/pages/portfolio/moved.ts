import { money } from "@/format/number";

/** What a rebalancing has moved, in words; of each bot what it was paid, or negative what was taken. */
export function moved(amounts: readonly number[]): string {
    const paid = amounts.filter((amount) => amount > 0);
    if (amounts.every((amount) => amount === 0)) return "Every share is at its weight; nothing was moved.";
    const total = paid.reduce((sum, amount) => sum + amount, 0);
    return `${money(total)} was moved to ${paid.length === 1 ? "one bot" : `${paid.length} bots`}.`;
}
