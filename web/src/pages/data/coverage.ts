import type { Schemas } from "@/api/client";
import type { Market } from "@/pages/data/queries";

/** From the first bar of all markets to the last, ms. */
export interface Scale {
    start: number;
    end: number;
}

export function scaleOf(markets: Market[]): Scale {
    const starts = markets.map((one) => Date.parse(one.start));
    const ends = markets.map((one) => Date.parse(one.end));
    return { start: Math.min(...starts), end: Math.max(...ends) };
}

/** Where a market lies on the common scale, as fractions of its width. */
export function placeOf(market: Market, scale: Scale): { left: number; width: number } {
    const whole = Math.max(1, scale.end - scale.start);
    const left = (Date.parse(market.start) - scale.start) / whole;
    const width = (Date.parse(market.end) - Date.parse(market.start)) / whole;
    return { left, width: Math.max(0.005, width) };
}

/** The share of the expected bars that are there; null for markets with closing times. */
export function fullness(stretch: Schemas["Stretch"]): number | null {
    return stretch.expected === null || stretch.expected === 0 ? null : Math.min(1, stretch.bars / stretch.expected);
}

/** Markets whose name or venue holds a text, the user's own first. */
export function matching(markets: Market[], text: string, samples: boolean): Market[] {
    const wanted = text.trim().toLowerCase();
    return markets.filter(
        (one) =>
            (samples || !one.sample) && `${one.symbol} ${one.venue} ${one.timeframe}`.toLowerCase().includes(wanted),
    );
}
