import { percent } from "@/format/number";

/** One look at the candidates: shares of bars and markets that it sees, and of candidates that go on. */
export interface Look {
    bars: number;
    markets?: number;
    keep?: number;
}

/** Looks as a campaign writes them: how many, or each by its shares; 0: each candidate in full at once. */
export type Looks = number | readonly Look[];

const FACTOR = 3;

/** Numbers of looks that a form offers. */
export const OFFERED = [0, 2, 3, 4, 5];

/** Whether candidates are looked at shortly first. */
export function isHalved(looks: Looks): boolean {
    return typeof looks === "number" ? looks > 1 : looks.length > 1;
}

/** Each look by its shares, as the server lays them out. */
export function laidOut(looks: Looks, markets: number): Look[] {
    if (typeof looks !== "number") return [...looks];
    return Array.from({ length: Math.max(1, looks) }, (_, number) => {
        const share = FACTOR ** (number + 1 - Math.max(1, looks));
        const each = markets > 1 ? Math.sqrt(share) : share;
        return { bars: each, markets: markets > 1 ? each : 1, keep: share === 1 ? 1 : 1 / FACTOR };
    });
}

/** How many times as many candidates fit into the same time. */
export function gain(looks: Looks, markets: number): number {
    let [left, cost] = [1, 0];
    for (const one of laidOut(looks, markets)) {
        cost += left * one.bars * (one.markets ?? 1);
        left *= one.keep ?? 1;
    }
    return 1 / cost;
}

/** What happens to a candidate, in a sentence. */
export function told(looks: Looks, markets: number): string {
    const all = laidOut(looks, markets);
    const steps = all.slice(0, -1).map((one, number) => {
        const on = `the latest ${share(one.bars)} of the bars${(one.markets ?? 1) < 1 ? ` of the first ${share(one.markets ?? 1)} of the markets` : ""}`;
        return `${number === 0 ? "Every candidate is tried on" : "those on"} ${on}, the best ${share(one.keep ?? 1)} go on`;
    });
    return `${steps.join("; ")}; what is left is tried on everything.`;
}

function share(x: number): string {
    return percent(x, x < 0.1 ? 1 : 0);
}
