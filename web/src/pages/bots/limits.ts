/** A number as it was typed, with a point or a comma; NaN where nothing was. */
export function typed(text: string): number {
    return text.trim() === "" ? NaN : Number(text.replace(",", "."));
}

/** What is wrong with limits in per cent that may be left empty. */
export function limitFaults<K extends string>(
    asked: Readonly<Record<K, string>>,
    limits: readonly K[],
): Partial<Record<K, string>> {
    const found: Partial<Record<K, string>> = {};
    for (const limit of limits)
        if (asked[limit].trim() !== "" && !(typed(asked[limit]) > 0))
            found[limit] = "a per cent above zero, or nothing";
    return found;
}

/** The limits that are set, as fractions. */
export function fractions<K extends string>(
    asked: Readonly<Record<K, string>>,
    limits: readonly K[],
): Partial<Record<K, number>> {
    const set = limits.filter((limit) => asked[limit].trim() !== "");
    return Object.fromEntries(set.map((limit) => [limit, typed(asked[limit]) / 100])) as Partial<Record<K, number>>;
}
