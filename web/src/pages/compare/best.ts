/** Places of the best values of a row: the highest, or the lowest where less is better. */
export function best(values: readonly (number | null)[], less = false): number[] {
    const known = values.filter((value) => value !== null);
    if (known.length < 2) return [];
    const top = less ? Math.min(...known) : Math.max(...known);
    if (known.every((value) => value === top)) return [];
    return values.flatMap((value, k) => (value === top ? [k] : []));
}
