import { fractions, limitFaults, typed } from "@/pages/bots/limits";

/** What is asked for in the dialog, as text of its fields. */
export interface Wanted {
    name: string;
    capital: string;
    mode: "paper" | "live";
    confirm: string;
    replay: boolean;
    start: string;
    max_drawdown: string;
    max_daily_loss: string;
    max_position: string;
    at_once: boolean;
}

const LIMITS = ["max_drawdown", "max_daily_loss", "max_position"] as const;

/** What is wrong with each field; empty where nothing is. */
export function wrongs(wanted: Wanted): Partial<Record<keyof Wanted, string>> {
    const found: Partial<Record<keyof Wanted, string>> = {};
    if (wanted.name.trim() === "") found.name = "give it a name";
    if (wanted.mode === "live" && wanted.confirm.trim() !== wanted.name.trim()) found.confirm = "not the bot's name";
    if (!(typed(wanted.capital) > 0)) found.capital = "an amount above zero";
    if (wanted.replay && Number.isNaN(Date.parse(wanted.start))) found.start = "a day, please";
    return { ...found, ...limitFaults(wanted, LIMITS) };
}

/** The same as the interface takes it; per cents become fractions. */
export function queryOf(wanted: Wanted) {
    return {
        bot_name: wanted.name.trim(),
        allocated_capital: wanted.capital.trim().replace(",", "."),
        mode: wanted.mode,
        ...(wanted.mode === "live" ? { confirm: wanted.confirm.trim() } : {}),
        ...(wanted.replay ? { start: wanted.start } : {}),
        ...fractions(wanted, LIMITS),
    };
}
