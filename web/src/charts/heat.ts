/** Colours of cells, and of the text on them. */

type Rgb = [number, number, number];

function rgb(hex: string): Rgb {
    const value = parseInt(hex.slice(1), 16);
    return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** A colour along a scale: 0 is its first, 1 its last; what lies outside is drawn in. */
export function along(scale: readonly string[], at: number): string {
    const place = Math.min(1, Math.max(0, at)) * (scale.length - 1);
    const low = Math.min(Math.floor(place), scale.length - 2);
    const from = rgb(scale[low] ?? "#808080");
    const to = rgb(scale[low + 1] ?? "#808080");
    const mixed = from.map((part, k) => Math.round(part + ((to[k] ?? part) - part) * (place - low)));
    return `#${mixed.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** Relative luminance, WCAG 2.2. */
export function luminance(hex: string): number {
    const [r, g, b] = rgb(hex).map((part) => {
        const x = part / 255;
        return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}

/** Black or white, whichever is read better on a colour; one of them always has a contrast of 4.5 to 1 or more. */
export function textOn(hex: string): "#000000" | "#ffffff" {
    const light = luminance(hex);
    return (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) ? "#000000" : "#ffffff";
}

/** Ground and text of a cell, for a value between -reach and reach. */
export function cell(scale: readonly string[], value: number, reach: number): { ground: string; text: string } {
    const ground = along(scale, reach > 0 ? 0.5 + value / reach / 2 : 0.5);
    return { ground, text: textOn(ground) };
}
