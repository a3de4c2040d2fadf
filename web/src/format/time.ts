import { NONE, unit } from "@/format/number";

type Instant = string | number | Date | null | undefined;

function date(at: Instant): Date | null {
    if (at === null || at === undefined || at === "") return null;
    const text = typeof at === "string" && /^\d{4}-\d\d-\d\d$/.test(at) ? `${at}T00:00:00Z` : at;
    const found = new Date(typeof text === "string" && !/(Z|[+-]\d\d:?\d\d)$/.test(text) ? `${text}Z` : text);
    return Number.isNaN(found.getTime()) ? null : found;
}

function two(value: number): string {
    return String(value).padStart(2, "0");
}

/** In the zone of this machine: 2026-11-29 14:05. */
export function localTime(at: Instant): string {
    const when = date(at);
    if (!when) return NONE;
    const day = `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}`;
    return `${day} ${two(when.getHours())}:${two(when.getMinutes())}`;
}

/** In UTC with seconds, as the server writes it: 2026-11-29 13:05:09 UTC. */
export function utcTime(at: Instant): string {
    const when = date(at);
    return when ? `${when.toISOString().slice(0, 19).replace("T", " ")} UTC` : NONE;
}

/** The day in UTC; bars and data periods are counted in it. */
export function utcDay(at: Instant): string {
    return date(at)?.toISOString().slice(0, 10) ?? NONE;
}

/** A length of time: 45 s, 12 min, 3.5 h, 12 d. */
export function duration(seconds: number | null | undefined): string {
    if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return NONE;
    if (seconds < 90) return unit(String(Math.round(seconds)), "s");
    if (seconds < 90 * 60) return unit(String(Math.round(seconds / 60)), "min");
    if (seconds < 48 * 3600) return unit((seconds / 3600).toFixed(1), "h");
    return unit(String(Math.round(seconds / 86_400)), "d");
}

/** From a shortest to a longest length of time: 3 s to 2 min; one length where both read the same. */
export function span(least: number, most: number): string {
    const [from, to] = [duration(Math.max(1, least)), duration(Math.max(1, most))];
    return from === to ? from : `${from} to ${to}`;
}

/** How long ago: just now, 5 min ago. */
export function ago(at: Instant, now: number = Date.now()): string {
    const when = date(at);
    if (!when) return NONE;
    const seconds = (now - when.getTime()) / 1000;
    if (Math.abs(seconds) < 10) return "just now";
    return seconds < 0 ? `in ${duration(-seconds)}` : `${duration(seconds)} ago`;
}
