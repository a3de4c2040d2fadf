import { ApiError, sentence } from "@/api/problem";

/** What the server finds wrong with a campaign, by setting: `costs.commission`, `ranges.sma_cross.fast`. */
export type Faults = ReadonlyMap<string, string>;

const PLACE = "body.campaign";

/** Faults by setting; the empty name holds what is of no single setting. */
export function faultsOf(error: unknown): Faults {
    const found = new Map<string, string>();
    if (!(error instanceof ApiError) || error.status !== 422) return found;
    for (const { where, message } of error.fields) {
        const name = where.startsWith(`${PLACE}.`) ? where.slice(PLACE.length + 1) : where === PLACE ? "" : where;
        if (!found.has(name)) found.set(name, sentence(message));
    }
    if (error.fields.length === 0) found.set("", sentence(error.message));
    return found;
}

/** The first fault of a setting or of a part of it. */
export function faultAt(faults: Faults, name: string): string | undefined {
    const own = faults.get(name);
    if (own !== undefined) return own;
    for (const [where, message] of faults) if (where.startsWith(`${name}.`)) return message;
    return undefined;
}
