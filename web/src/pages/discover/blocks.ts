/** What one building block is, as a blocks file says it; only what differs from nothing stands there. */
export interface Block {
    indicator?: string;
    of?: string[];
    params?: number[][];
    levels?: number[];
    mirror?: number;
    opposite?: string;
    steps?: boolean;
    band?: boolean;
}

/** What generated rules are made of. */
export interface Blocks {
    conditions: { entry: number; exit: number };
    depth: number;
    lags: number[];
    weights: number[];
    blocks: Record<string, Block>;
    wraps: Record<string, Block>;
    filters: string[];
}

/** Blocks as the server tells them. */
export function asBlocks(told: Record<string, unknown>): Blocks {
    return told as unknown as Blocks;
}

/** What an address says of blocks: only what differs from those that ship; a block that is left out is null. */
type Changes = Partial<Omit<Blocks, "blocks" | "wraps">> & {
    blocks?: Record<string, Block | null>;
    wraps?: Record<string, Block | null>;
};

const GROUPS = ["blocks", "wraps"] as const;
const OTHERS = ["conditions", "depth", "lags", "weights", "filters"] as const;

export function same(a: unknown, b: unknown): boolean {
    return JSON.stringify(a) === JSON.stringify(b);
}

/** Text of what differs from the blocks that ship. */
export function writeBlocks(wanted: Blocks, shipped: Blocks): string {
    const out: Changes = {};
    for (const name of OTHERS) if (!same(wanted[name], shipped[name])) Object.assign(out, { [name]: wanted[name] });
    for (const group of GROUPS) {
        const names = new Set([...Object.keys(shipped[group]), ...Object.keys(wanted[group])]);
        const changed = [...names].filter((name) => !same(wanted[group][name], shipped[group][name]));
        if (changed.length > 0)
            out[group] = Object.fromEntries(changed.map((name) => [name, wanted[group][name] ?? null]));
    }
    return JSON.stringify(out);
}

/** Inverse of `writeBlocks`; null where the text says nothing that can be read. */
export function readBlocks(text: string, shipped: Blocks): Blocks | null {
    let told: Changes;
    try {
        told = JSON.parse(text) as Changes;
    } catch {
        return null;
    }
    if (typeof told !== "object" || (told as unknown) === null) return null;
    const out = structuredClone(shipped);
    for (const name of OTHERS) if (told[name] !== undefined) Object.assign(out, { [name]: told[name] });
    for (const group of GROUPS)
        for (const [name, block] of Object.entries(told[group] ?? {}))
            if (block === null) Reflect.deleteProperty(out[group], name);
            else out[group][name] = block;
    return out;
}

/** The blocks with one of a group more, less (undefined) or changed; what rests on one that goes, goes too. */
export function withBlock(all: Blocks, group: "blocks" | "wraps", name: string, block: Block | undefined): Blocks {
    const own = { ...all[group] };
    if (block !== undefined) return { ...all, [group]: { ...own, [name]: block } };
    const gone = [name, ...Object.keys(own).filter((other) => own[other]?.opposite === name)];
    const kept = Object.fromEntries(Object.entries(own).filter(([other]) => !gone.includes(other)));
    const filters = group === "blocks" ? all.filters.filter((other) => !gone.includes(other)) : all.filters;
    return { ...all, [group]: kept, filters };
}

/** A block that ships taken back, with the one that takes its place in a short entry. */
export function withShipped(all: Blocks, shipped: Blocks, group: "blocks" | "wraps", name: string): Blocks {
    const opposite = shipped[group][name]?.opposite;
    return [name, ...(opposite === undefined ? [] : [opposite])].reduce(
        (now, one) => (now[group][one] === undefined ? withBlock(now, group, one, shipped[group][one]) : now),
        all,
    );
}

/** Numbers as a person types them, "10, 20 50"; null where something is none. */
export function numbersOf(text: string): number[] | null {
    const words = text.split(/[\s,;]+/).filter((word) => word !== "");
    const found = words.map(Number);
    return found.every(Number.isFinite) ? found : null;
}
