import type { RunEvent } from "@/api/events";

/** One turn of a search that chooses between methods: batches in a row by the same one. */
export interface Turn {
    strategy: string;
    method: string;
    why: string;
    batches: number;
    candidates: number;
    /** Best Sharpe ratio of these batches; null before any. */
    best: number | null;
}

/** What the events of a run tell of its progress. */
export interface Progress {
    done: number;
    planned: number;
    best: number | null;
    /** Candidates done at moments, the latest ones: [ms, done]. */
    marks: readonly (readonly [number, number])[];
    turns: readonly Turn[];
    /** Markets without an edge that were searched; null before the judging. */
    judged: { done: number; planned: number; marks: readonly (readonly [number, number])[] } | null;
    last: number;
}

export const NO_PROGRESS: Progress = {
    done: 0,
    planned: 0,
    best: null,
    marks: [],
    turns: [],
    judged: null,
    last: 0,
};

const WINDOW = 30_000; // ms over which a rate is taken
const MOST_TURNS = 500;
const PAUSES = new Set(["queued", "resumed", "started", "taken_over"]);

/** The progress after more events, each of which is taken once. */
export function advanced(before: Progress, events: readonly RunEvent[]): Progress {
    return events.filter((event) => event.id > before.last).reduce(one, before);
}

function one(before: Progress, event: RunEvent): Progress {
    const last = event.id;
    const at = Date.parse(event.at);
    const number = (name: string) => (typeof event[name] === "number" ? event[name] : 0);
    const [done, planned] = [number("done"), number("planned")];
    if (event.kind === "null_markets") {
        const marks = kept([...(before.judged?.marks ?? []), [at, done]]);
        return { ...before, last, judged: { done, planned, marks } };
    }
    if (event.kind === "stage" && event["stage"] === "judge")
        return { ...before, last, judged: begun(before.judged, at) };
    if (PAUSES.has(event.kind)) return { ...before, last, marks: [] };
    if (event.kind !== "batch") return { ...before, last };
    const best = typeof event["best_sharpe"] === "number" ? event["best_sharpe"] : before.best;
    // the batch before the first mark began at an unknown moment, so its candidates tell no rate
    return {
        ...before,
        last,
        done,
        planned,
        best,
        marks: kept([...before.marks, [at, done]]),
        turns: turned(before.turns, event, number("n_tested")),
    };
}

/** The judging as it begins, or goes on after a pause with what was searched before it. */
function begun(before: Progress["judged"], at: number): Progress["judged"] {
    const [done, planned] = [before?.done ?? 0, before?.planned ?? 0];
    return { done, planned, marks: [[at, done]] };
}

function kept(marks: (readonly [number, number])[]): (readonly [number, number])[] {
    const newest = marks.at(-1)?.[0] ?? 0;
    const from = marks.findIndex(([at]) => at >= newest - WINDOW);
    return marks.slice(Math.max(0, Math.min(from, marks.length - 2)));
}

function turned(turns: readonly Turn[], event: RunEvent, candidates: number): readonly Turn[] {
    const { strategy, method, why, batch_best } = event;
    if (typeof method !== "string" || typeof strategy !== "string") return turns;
    const best = typeof batch_best === "number" ? batch_best : null;
    const last = turns.at(-1);
    if (last?.strategy === strategy && last.method === method) {
        const more = {
            ...last,
            batches: last.batches + 1,
            candidates: last.candidates + candidates,
            best: highest(last.best, best),
        };
        return [...turns.slice(0, -1), more];
    }
    const fresh = { strategy, method, why: typeof why === "string" ? why : "", batches: 1, candidates, best };
    return [...turns, fresh].slice(-MOST_TURNS);
}

function highest(a: number | null, b: number | null): number | null {
    if (a === null || b === null) return a ?? b;
    return Math.max(a, b);
}

/** What is done a second lately; null before two marks. */
export function rate(marks: readonly (readonly [number, number])[]): number | null {
    const [first, last] = [marks[0], marks.at(-1)];
    if (!first || !last || last[0] <= first[0]) return null;
    return ((last[1] - first[1]) / (last[0] - first[0])) * 1000;
}

/** Seconds until so many are done at a rate; null where there is none. */
export function left(done: number, planned: number, perSecond: number | null): number | null {
    return perSecond === null || perSecond <= 0 || planned <= 0 ? null : Math.max(0, (planned - done) / perSecond);
}
