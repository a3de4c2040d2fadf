/** One number of `metrics[part]`: infinity is stored as text, what has no value as null. */
export function metric(metrics: Record<string, unknown>, part: string, name: string): number | null {
    const values = metrics[part];
    if (typeof values !== "object" || values === null) return null;
    return number((values as Record<string, unknown>)[name]);
}

/** A stored value as a number. */
export function number(value: unknown): number | null {
    if (typeof value === "number") return value;
    if (value === "inf") return Infinity;
    return value === "-inf" ? -Infinity : null;
}
