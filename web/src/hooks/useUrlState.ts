import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";

type Plain = string | number | boolean | string[] | null;
type Widened<T> = {
    [K in keyof T]: T[K] extends string[]
        ? string[]
        : T[K] extends boolean
          ? boolean
          : T[K] extends number
            ? number
            : T[K] extends null
              ? string | null
              : string;
};

/** What an address says, in the types of the defaults; what it does not say, or wrongly, is the default. */
export function readUrl<T extends Record<string, Plain>>(params: URLSearchParams, defaults: T): Widened<T> {
    const told = Object.entries(defaults).map(([name, usual]): [string, Plain] => {
        if (!params.has(name)) return [name, usual];
        const text = params.get(name) ?? "";
        if (Array.isArray(usual)) return [name, params.getAll(name).filter((one) => one !== "")];
        if (typeof usual === "boolean") return [name, text === "true"];
        if (typeof usual === "number")
            return [name, text !== "" && Number.isFinite(Number(text)) ? Number(text) : usual];
        return [name, text];
    });
    return Object.fromEntries(told) as Widened<T>;
}

/** An address with changes; what equals its default leaves the address. */
export function writeUrl<T extends Record<string, Plain>>(
    params: URLSearchParams,
    defaults: T,
    changes: Partial<Widened<T>>,
): URLSearchParams {
    const next = new URLSearchParams(params);
    for (const [name, value] of Object.entries(changes) as [string, Plain | undefined][]) {
        next.delete(name);
        if (value === undefined || value === null || JSON.stringify(value) === JSON.stringify(defaults[name])) continue;
        if (!Array.isArray(value)) next.set(name, String(value));
        else if (value.length === 0) next.append(name, "");
        else value.forEach((one) => next.append(name, one));
    }
    return next;
}

/**
 * State that lives in the address, so that every view is a link: filters, sorting, page, tab. Give the defaults as a
 * constant outside of the component.
 */
export function useUrlState<T extends Record<string, Plain>>(
    defaults: T,
): [Widened<T>, (changes: Partial<Widened<T>>, how?: { replace?: boolean }) => void] {
    const [params, setParams] = useSearchParams();
    const state = useMemo(() => readUrl(params, defaults), [params, defaults]);
    const change = useCallback(
        (changes: Partial<Widened<T>>, how?: { replace?: boolean }) =>
            setParams((present) => writeUrl(present, defaults, changes), { replace: how?.replace ?? true }),
        [setParams, defaults],
    );
    return [state, change];
}
