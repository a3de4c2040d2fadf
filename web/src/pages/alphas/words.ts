import { fixed, NONE, percent, whole } from "@/format/number";

const FRACTIONS = ["position_size", "stop_loss", "take_profit", "trailing_stop"];

/** `take_profit` as "take profit". */
export function plain(name: string): string {
    return name.replaceAll("_", " ");
}

/** A parameter's value as its user thinks of it: a stop of 0.05 is 5 %, none is off. */
export function setting(name: string, value: unknown): string {
    if (value === null || value === undefined) return "off";
    if (typeof value !== "number")
        return typeof value === "string" || typeof value === "boolean" ? String(value) : NONE;
    if (FRACTIONS.includes(name)) return percent(value, Number.isInteger(Math.round(value * 1e4) / 100) ? 0 : 2);
    return Number.isInteger(value) ? whole(value) : fixed(value, Math.abs(value) < 1 ? 4 : 2);
}

/** All that are not off or usual, on one line. */
export function settings(parameters: Record<string, unknown>): string {
    return Object.entries(parameters)
        .filter(([name, value]) => value !== null && value !== "both" && !(name === "leverage" && value === 1))
        .map(([name, value]) => `${plain(name)} ${setting(name, value)}`)
        .join(", ");
}
