/** How many bars are drawn at once. */
export const LENGTHS = [150, 300, 600, 1200] as const;

const UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000, M: 2_629_800_000 };

/** Length of a bar in ms, by its ccxt name. */
export function barLength(timeframe: string): number {
    const unit = UNITS[timeframe.slice(-1)] ?? 0;
    return unit * Number(timeframe.slice(0, -1) || "1");
}

/** Where to begin so that a moment stands in the middle of so many bars. */
export function beginBefore(at: string, timeframe: string, bars: number): string {
    const when = Date.parse(at) - Math.floor(bars / 2) * barLength(timeframe);
    return new Date(when).toISOString().slice(0, 16) + "Z";
}
