import type { EChartsType } from "echarts/core";

/** The part of a chart that is seen: where it begins and ends, in per cent of the whole. */
export type Window = readonly [number, number];

export const WHOLE: Window = [0, 100];
const LEAST = 1; // per cent: nearer nobody looks

/** Half of what is seen, around its middle. */
export function inward([start, end]: Window): Window {
    const quarter = Math.max(LEAST / 2, (end - start) / 4);
    const middle = (start + end) / 2;
    return [middle - quarter, middle + quarter];
}

/** Twice of what is seen, around its middle, within the whole. */
export function outward([start, end]: Window): Window {
    const size = Math.min(100, 2 * (end - start));
    const from = Math.min(100 - size, Math.max(0, (start + end - size) / 2));
    return [from, from + size];
}

/** What is seen of a chart now; null for a chart that cannot be zoomed. */
export function zoomOf(chart: EChartsType): Window | null {
    const option = chart.getOption() as { dataZoom?: { start: number; end: number }[] } | undefined;
    const [zoom] = option?.dataZoom ?? [];
    return zoom ? [zoom.start, zoom.end] : null;
}
