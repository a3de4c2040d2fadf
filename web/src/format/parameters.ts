import { NONE, unit } from "@/format/number";

const FRACTIONS = new Set(["position_size", "stop_loss", "take_profit", "trailing_stop"]);

/** `take_profit` as "take profit". */
export function plain(name: string): string {
    return name.replaceAll("_", " ");
}

/** The name of an alpha in words: "sma cross on BTC/USDT@binance"; names of markets are left as they are. */
export function nameOf(alpha: { strategy_name: string; strategy_type: string }): string {
    return alpha.strategy_name.replace(alpha.strategy_type, plain(alpha.strategy_type));
}

/** Whether a parameter is a share that a person thinks of in per cent. */
export function isFraction(name: string): boolean {
    return FRACTIONS.has(name);
}

/** A number without a tail of binary digits: 0.1 + 0.2 is 0.3. */
export function tidy(value: number): number {
    return Number(value.toPrecision(12));
}

function figures(value: number): string {
    const most = Number.isInteger(value) ? {} : { maximumSignificantDigits: 4 };
    return tidy(value).toLocaleString("en-US", most).replace("-", "−");
}

/** A parameter's value as its user thinks of it: a stop of 0.05 is 5 %, none is off. */
export function setting(name: string, value: unknown): string {
    if (value === null || value === undefined) return "off";
    if (typeof value === "number") return isFraction(name) ? unit(figures(tidy(value * 100)), "%") : figures(value);
    return typeof value === "string" || typeof value === "boolean" ? String(value) : NONE;
}

/** All that are not off or usual, on one line. */
export function settings(parameters: Record<string, unknown>): string {
    return Object.entries(parameters)
        .filter(([name, value]) => value !== null && value !== "both" && !(name === "leverage" && value === 1))
        .map(([name, value]) => `${plain(name)} ${setting(name, value)}`)
        .join(", ");
}

/** A few names, and how many more. */
export function few(names: readonly string[], most = 2): string {
    const shown = names.slice(0, most).join(", ");
    return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
