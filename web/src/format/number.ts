/** Shown where there is no value. */
export const NONE = "–";

const LOCALE = "en-US"; // the language of the page; figures read as those of the documentation

const FIRM = "\u00a0"; // a space at which no line ends

/** A figure with its unit, which stay together: 12 %, 3.4 MB. */
export function unit(figure: string, name: string): string {
    return figure + FIRM + name;
}

type Value = number | null | undefined;

function shown(value: Value, format: (value: number) => string): string {
    if (value === null || value === undefined || Number.isNaN(value)) return NONE;
    if (value === Infinity) return "∞";
    if (value === -Infinity) return "−∞";
    return format(value).replace("-", "−");
}

/** A number with a fixed count of decimals: `fixed(1.2345)` is 1.23. */
export function fixed(value: Value, decimals = 2): string {
    return shown(value, (x) =>
        x.toLocaleString(LOCALE, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }),
    );
}

/** A whole number with separators: 24,000. */
export function whole(value: Value): string {
    return shown(value, (x) => Math.round(x).toLocaleString(LOCALE));
}

/** So many of something: 1 alpha, 24,000 alphas. */
export function counted(value: Value, what: string): string {
    return `${whole(value)} ${what}${value === 1 ? "" : "s"}`;
}

/** A fraction as per cent: `percent(0.123)` is 12.3 %. */
export function percent(fraction: Value, decimals = 1): string {
    return shown(fraction, (x) => unit(fixed(x * 100, decimals), "%"));
}

/** Words of the server with per cents as the page writes them: "worth 16% of equity" has 16 %. */
export function spaced(told: string): string {
    return told.replace(/(\d)%/g, (_, digit: string) => unit(digit, "%"));
}

/** A number in few characters: 1.2k, 3.4M. */
export function short(value: Value): string {
    return shown(value, (x) => x.toLocaleString(LOCALE, { notation: "compact", maximumSignificantDigits: 3 }));
}

/** Money without its currency: 12,345.60. */
export function money(value: Value): string {
    return fixed(value, 2);
}

/** A price: the more digits, the smaller it is. */
export function price(value: Value): string {
    return shown(value, (x) => {
        const size = Math.abs(x);
        return fixed(x, size >= 1000 ? 1 : size >= 100 ? 2 : size >= 1 ? 3 : 6);
    });
}

/** A probability: 0.031, or "< 0.001". */
export function probability(value: Value): string {
    return shown(value, (x) => (x > 0 && x < 0.001 ? "< 0.001" : fixed(x, 3)));
}

/** A validation score in whole per cent; no calibration has seen enough of the surest to tell them from certain. */
export function trust(score: Value): string {
    return shown(score, (x) => (x > 0.99 ? `> ${percent(0.99, 0)}` : percent(x, 0)));
}

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** Bytes with their unit: 3.4 MB. */
export function bytes(value: Value): string {
    return shown(value, (x) => {
        const step = x < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(x) / 3));
        return unit(step === 0 ? whole(x) : fixed(x / 1000 ** step, 1), UNITS[step] ?? "");
    });
}
