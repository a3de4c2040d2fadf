/** Symbols of a text, separated by commas, semicolons, spaces or lines, each once. */
export function lines(text: string): string[] {
    const found = text
        .split(/[\s,;]+/)
        .map((one) => one.trim().toUpperCase())
        .filter((one) => one !== "");
    return [...new Set(found)];
}

export const TIMEFRAMES = ["1m", "5m", "15m", "30m", "1h", "4h", "1d", "1w"];
