/** Lines over time, in UTC: bars and days are counted in it. */

export type Point = [number, number | null];

/** Times of the interface in ms. */
export function ms(time: string): number {
    return Date.parse(time);
}

/** Points of a course; a gap where there is no value. */
export function points(time: readonly string[], values: readonly (number | null)[]): Point[] {
    return time.map((at, k) => [ms(at), values[k] ?? null]);
}

/** Evenly fewer points of a smooth course; the first and the last one stay. */
export function thinned<T>(course: readonly T[], most: number): T[] {
    if (course.length <= most) return [...course];
    const step = (course.length - 1) / (most - 1);
    return Array.from({ length: most }, (_, k) => course[Math.round(k * step)] as T);
}

interface BandOptions {
    name: string;
    colour: string;
    /** Different for each band of a chart. */
    stack: string;
    /** The part under the band stays empty. */
    opacity?: number;
}

const SMOOTH = 400; // points of a band: it has no detail that more of them would show

/** A shaded band between two courses, as two stacked lines of which the lower one is not drawn. */
export function band(time: readonly string[], low: readonly number[], high: readonly number[], how: BandOptions) {
    const places = thinned(
        time.map((_, k) => k),
        SMOOTH,
    );
    const shared = {
        type: "line",
        stack: how.stack,
        stackStrategy: "all",
        symbol: "none",
        silent: true,
        lineStyle: { opacity: 0 },
        tooltip: { show: false },
        emphasis: { disabled: true },
        z: 1,
    };
    const at = (k: number) => ms(time[k] ?? "");
    return [
        { ...shared, name: `${how.name}, below`, data: places.map((k) => [at(k), low[k] ?? null]) },
        {
            ...shared,
            name: how.name,
            itemStyle: { color: how.colour },
            areaStyle: { color: how.colour, opacity: how.opacity ?? 0.25 },
            data: places.map((k) => [at(k), (high[k] ?? 0) - (low[k] ?? 0)]),
        },
    ];
}

/** A line that keeps its peaks where there are more points than pixels. */
export function line(name: string, data: Point[], colour: string, more: Record<string, unknown> = {}) {
    return {
        type: "line",
        name,
        data,
        symbol: "none",
        sampling: "lttb",
        color: colour,
        lineStyle: { width: 1.8, color: colour },
        itemStyle: { color: colour },
        z: 3,
        ...more,
    };
}

/** What is shown of a fraction on an axis. */
export function perCent(value: number): string {
    const x = value * 100;
    return `${Math.abs(x) < 10 && !Number.isInteger(x) ? x.toFixed(1) : x.toFixed(0)} %`.replace("-", "−");
}
