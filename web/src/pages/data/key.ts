import type { MarketKey } from "@/pages/data/queries";

/** A market in the address of the page: "BTC/USDT 1h binance". */
export function keyOf(market: MarketKey): string {
    return `${market.symbol} ${market.timeframe} ${market.venue}`;
}

export function readKey(text: string): MarketKey | null {
    const [symbol, timeframe, venue] = text.split(" ");
    return symbol !== undefined && timeframe !== undefined && venue !== undefined ? { symbol, timeframe, venue } : null;
}
