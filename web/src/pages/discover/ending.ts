import { tidy } from "@/format/parameters";

/** When a search of a strategy ends early, in the parts that a form shows. */
export interface Ending {
    hours: number | null;
    /** Candidates in a row that did not raise the best score. */
    idle: number | null;
    /** Whether both must hold, and not the first of them. */
    both: boolean;
}

const NEVER: Ending = { hours: null, idle: null, both: false };
const HOURS: Record<string, number> = { second: 1 / 3600, minute: 1 / 60, hour: 1 };
const PART = /^(\d+(?:\.\d+)?) (second|minute|hour|candidate)s?( without progress)?$/;

/** What a campaign says in words, in parts; null where it says something that has other parts. */
export function readEnding(until: string | null): Ending | null {
    if (until === null) return NEVER;
    const words = until.toLowerCase().replaceAll(",", "").trim().replace(/\s+/g, " ");
    const both = words.includes(" and ");
    const parts = words.split(both ? " and " : " or ");
    const found: Ending = { ...NEVER, both };
    for (const part of parts) {
        const [, number, unit = "", idle] = PART.exec(part) ?? [];
        const name = idle === undefined ? "hours" : "idle";
        if (number === undefined || found[name] !== null || (unit === "candidate") !== (name === "idle")) return null;
        found[name] = name === "idle" ? Number(number) : tidy(Number(number) * (HOURS[unit] ?? NaN));
    }
    return found;
}

/** The parts in a campaign's words; null: it does not end early. */
export function writeEnding({ hours, idle, both }: Ending): string | null {
    const parts = [
        ...(hours === null ? [] : [`${hours} ${hours === 1 ? "hour" : "hours"}`]),
        ...(idle === null ? [] : [`${idle} ${idle === 1 ? "candidate" : "candidates"} without progress`]),
    ];
    return parts.length === 0 ? null : parts.join(both ? " and " : " or ");
}

/** Whether results may end a search: then it is judged as one that learns. */
export function endsOnResults(until: string | null): boolean {
    return until !== null && /without\s+progress/i.test(until);
}
