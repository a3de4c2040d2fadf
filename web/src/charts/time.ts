/** Lines over time, in UTC: bars and days are counted in it. */
import { axis } from "@/charts/Chart";
import type { ChartColours } from "@/charts/colours";
import { percent } from "@/format/number";

export type Point = [number, number | null];

/** Times of the interface in ms. */
export function ms(time: string): number {
    return Date.parse(time);
}

const DRAWN = 3000; // points of a line: several for each pixel of its width

/** What is seen of a chart, in ms; null: all of it. */
export type Seen = readonly [number, number] | null;

/**
 * Points of a course; a gap where there is no value. Of a long one, those that look like all of them; where a part of
 * it is seen, that part is drawn anew from all its points.
 */
export function points(
    time: readonly string[],
    values: readonly (number | null)[],
    seen: Seen = null,
    most = DRAWN,
): Point[] {
    const [from, to] = seen === null ? [0, values.length] : placesOf(time, seen);
    const inside = sampled(values.slice(from, to), most).map((k) => k + from);
    const around = [0, from - 1, to, values.length - 1].filter((k) => k >= 0 && k < values.length);
    const places = [...new Set([...inside, ...around])].sort((a, b) => a - b);
    return places.map((k) => [ms(time[k] ?? ""), values[k] ?? null]);
}

/** The first place in a part of a course, and the first one after it. */
function placesOf(time: readonly string[], [begin, end]: readonly [number, number]): [number, number] {
    const first = (at: number) => {
        let [low, high] = [0, time.length];
        while (low < high) {
            const middle = (low + high) >> 1;
            if (ms(time[middle] ?? "") < at) low = middle + 1;
            else high = middle;
        }
        return low;
    };
    return [first(begin), first(end + 1)];
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
 * Places of fewer points of an even course that look like all of them: of each stretch the one that spans the largest
 * triangle with its neighbours. Source: Steinarsson (2013), Downsampling Time Series for Visual Representation.
 */
export function sampled(values: readonly (number | null)[], most: number): number[] {
    const n = values.length;
    if (n <= most || most < 3) return values.map((_, k) => k);
    const found = [0];
    const width = (n - 2) / (most - 2);
    let before = 0;
    for (let k = 0; k < most - 2; k += 1) {
        const from = 1 + Math.floor(k * width);
        const next = 1 + Math.floor((k + 1) * width);
        const end = Math.max(next + 1, Math.min(1 + Math.floor((k + 2) * width), n));
        let y = 0;
        for (let at = next; at < end; at += 1) y += values[at] ?? 0;
        y /= end - next;
        const x = (next + end - 1) / 2;
        const y0 = values[before] ?? 0;
        let largest = -1;
        let chosen = from;
        for (let at = from; at < next; at += 1) {
            const area = Math.abs((before - x) * ((values[at] ?? 0) - y0) - (before - at) * (y - y0));
            if (area > largest) [largest, chosen] = [area, at];
        }
        found.push(chosen);
        before = chosen;
    }
    return [...found, n - 1];
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

/** A line through points. */
export function line(name: string, data: Point[], colour: string, more: Record<string, unknown> = {}) {
    return {
        type: "line",
        name,
        data,
        symbol: "none",
        color: colour,
        lineStyle: { width: 1.8, color: colour },
        itemStyle: { color: colour },
        z: 3,
        ...more,
    };
}

const BELOW = 0.01; // of its reach that an axis leaves below the lowest value

/** An axis of profit: it begins just below the lowest value, not at the round figure under that. */
export function profitAxis(colours: ChartColours, more: Record<string, unknown> = {}): Record<string, unknown> {
    return axis(colours, {
        type: "value",
        name: "profit",
        ...ALONG,
        nameGap: 48,
        min: ({ min, max }: { min: number; max: number }) => Math.min(min, 0) - BELOW * (max - Math.min(min, 0)),
        axisLabel: { color: colours.faint, formatter: perCent, hideOverlap: true, showMinLabel: false },
        ...more,
    });
}

/** What is shown of a fraction on an axis. */
export function perCent(value: number): string {
    const x = value * 100;
    return percent(value, Math.abs(x) < 10 && !Number.isInteger(x) ? 1 : 0);
}
