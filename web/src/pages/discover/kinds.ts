import { setting } from "@/format/parameters";

/** A parameter's kind as the server describes it. */
export interface Kind {
    kind: "int" | "float" | "choice" | "optional" | "off";
    low?: number;
    high?: number;
    step?: number | null;
    log?: boolean;
    values?: (string | number | boolean)[];
    only?: (string | number | boolean)[];
    of?: Kind;
}

/** A range that a person edits. */
export interface Span {
    /** Whether "off" may be tried; null where the parameter cannot be switched off. */
    off: boolean | null;
    low: number;
    high: number;
}

/** The numbers that a kind spans: those of the inner kind where it may be off. */
export function numbers(kind: Kind): Kind | null {
    const inner = kind.kind === "optional" ? kind.of : kind;
    return inner && (inner.kind === "int" || inner.kind === "float") ? inner : null;
}

/** The range that is wanted of a kind; undefined: all of it. */
export function spanOf(kind: Kind, wanted: unknown): Span | null {
    const inner = numbers(kind);
    if (!inner) return null;
    const [low, high] = [inner.low ?? 0, inner.high ?? 0];
    const able = kind.kind === "optional";
    if (wanted === undefined) return { off: able ? true : null, low, high };
    if (wanted === null || wanted === "off") return { off: true, low: NaN, high: NaN };
    if (!Array.isArray(wanted)) return { off: able ? false : null, low: Number(wanted), high: Number(wanted) };
    const values = wanted.filter((one) => one !== "off" && one !== null).map(Number);
    return { off: able ? values.length < wanted.length : null, low: values[0] ?? low, high: values.at(-1) ?? high };
}

/** A range as a campaign writes it; undefined where it is all of the kind. */
export function wantedOf(kind: Kind, span: Span): unknown {
    const inner = numbers(kind);
    if (!inner) return undefined;
    const whole = span.low === inner.low && span.high === inner.high;
    if (whole && (span.off ?? true)) return undefined;
    if (Number.isNaN(span.low)) return "off";
    if (span.off === true) return ["off", span.low, span.high];
    return span.low === span.high ? span.low : [span.low, span.high];
}

/** The choices that are wanted of a kind. */
export function choicesOf(kind: Kind, wanted: unknown): (string | number | boolean)[] {
    if (wanted === undefined) return kind.only?.length ? kind.only : (kind.values ?? []);
    return (Array.isArray(wanted) ? wanted : [wanted]) as (string | number | boolean)[];
}

/** "5 to 50 in steps of 1" */
export function extent(name: string, kind: Kind): string {
    const inner = numbers(kind);
    if (!inner) return choicesOf(kind, undefined).map(String).join(", ");
    const step = inner.step ? ` in steps of ${setting(name, inner.step)}` : inner.log ? ", evenly over magnitudes" : "";
    const off = kind.kind === "optional" ? "off, or " : "";
    return `${off}${setting(name, inner.low)} to ${setting(name, inner.high)}${step}`;
}
