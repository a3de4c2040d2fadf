/** Lines over time, in UTC: bars and days are counted in it. */

export type Point = [number, number | null];

/** Times of the interface in ms. */
export function ms(time: string): number {
    return Date.parse(time);
}

/** Points of a course, at times in ms; a gap where there is no value. */
export function points(times: readonly number[], values: readonly (number | null)[]): Point[] {
    return times.map((at, k) => [at, values[k] ?? null]);
}

/** The name of a vertical axis, along it: above it, it would stand in the legend. */
export const ALONG = { nameLocation: "middle", nameRotate: 90 } as const;

/** Evenly fewer points of a smooth course; the first and the last one stay. */
export function thinned<T>(course: readonly T[], most: number): T[] {
    if (course.length <= most) return [...course];
    const step = (course.length - 1) / (most - 1);
    return Array.from({ length: most }, (_, k) => course[Math.round(k * step)] as T);
}

/**
 * Fewer points of a course that look like all of them: of each stretch the one that spans the largest triangle with its
 * neighbours. Source: Steinarsson (2013), Downsampling Time Series for Visual Representation.
 */
export function sampled(course: readonly Point[], most: number): Point[] {
    if (course.length <= most || most < 3) return [...course];
    const found: Point[] = [course[0] as Point];
    const width = (course.length - 2) / (most - 2);
    for (let k = 0; k < most - 2; k += 1) {
        const [from, next, end] = [0, 1, 2].map((step) => 1 + Math.floor((k + step) * width)) as [
            number,
            number,
            number,
        ];
        const [x, y] = middle(course, next, Math.min(end, course.length));
        const [x0, y0] = found[k] as Point;
        let largest = -1;
        let chosen = from;
        for (let at = from; at < next; at += 1) {
            const [x1, y1] = course[at] as Point;
            const area = Math.abs((x0 - x) * ((y1 ?? 0) - (y0 ?? 0)) - (x0 - x1) * (y - (y0 ?? 0)));
            if (area > largest) [largest, chosen] = [area, at];
        }
        found.push(course[chosen] as Point);
    }
    return [...found, course[course.length - 1] as Point];
}

function middle(course: readonly Point[], from: number, end: number): [number, number] {
    let [x, y] = [0, 0];
    for (let at = from; at < end; at += 1) {
        const point = course[at] as Point;
        x += point[0];
        y += point[1] ?? 0;
    }
    const count = Math.max(1, end - from);
    return [x / count, y / count];
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

const DRAWN = 3000; // points of a line: several for each pixel of its width

/** A line that keeps its peaks where there are more points than pixels. */
export function line(name: string, data: Point[], colour: string, more: Record<string, unknown> = {}) {
    return {
        type: "line",
        name,
        data: sampled(data, DRAWN),
        symbol: "none",
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
