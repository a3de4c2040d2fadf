import type { Schemas } from "@/api/client";

export type MarketOut = Schemas["MarketOut"];

const MINUTES: Record<string, number> = { m: 1, h: 60, d: 1440, w: 10_080, M: 43_200 };
const USUAL = ["1m", "5m", "15m", "30m", "1h", "2h", "4h", "12h", "1d", "1w"];

/** Length of a bar in minutes; NaN for what is no timeframe. */
export function minutes(timeframe: string): number {
    const found = /^(\d+)([mhdwM])$/.exec(timeframe);
    return found ? Number(found[1]) * (MINUTES[found[2] ?? ""] ?? NaN) : NaN;
}

/** Whether bars of one length can be put together from those of another. */
export function gives(stored: string, wanted: string): boolean {
    const [from, to] = [minutes(stored), minutes(wanted)];
    return stored === wanted || (to > from && to % from === 0);
}

/** A market that can be searched: its name in full and where its bars come from. */
export interface Market extends MarketOut {
    key: string;
}

/** Markets that have bars of a length, each once; of several sources the coarsest, which is what the server takes. */
export function serving(stored: readonly MarketOut[], timeframe: string): Market[] {
    const found = new Map<string, Market>();
    for (const one of stored) {
        if (!gives(one.timeframe, timeframe)) continue;
        const key = `${one.symbol}@${one.venue}`;
        const held = found.get(key);
        const better = !held || (held.sample && !one.sample) || minutes(one.timeframe) > minutes(held.timeframe);
        if (better && !(held && !held.sample && one.sample)) found.set(key, { ...one, key });
    }
    return [...found.values()].sort((a, b) => a.key.localeCompare(b.key));
}

/** Bar lengths that some market has, the usual ones among those that can be made. */
export function timeframes(stored: readonly MarketOut[], present: string): string[] {
    const every = new Set([...stored.map((one) => one.timeframe), ...USUAL, present]);
    const possible = [...every].filter((one) => one === present || stored.some((own) => gives(own.timeframe, one)));
    return possible.sort((a, b) => minutes(a) - minutes(b));
}

/** From the first start to the last end, ms; null without a market. */
export function extentOf(markets: readonly MarketOut[]): { start: number; end: number } | null {
    if (markets.length === 0) return null;
    return {
        start: Math.min(...markets.map((one) => Date.parse(one.start))),
        end: Math.max(...markets.map((one) => Date.parse(one.end))),
    };
}

/** The day so many years before another, UTC. */
export function yearsBefore(end: number, years: number): string {
    const day = new Date(end);
    day.setUTCFullYear(day.getUTCFullYear() - years);
    return day.toISOString().slice(0, 10);
}
