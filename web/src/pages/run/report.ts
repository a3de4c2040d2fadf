import type { Schemas } from "@/api/client";
import { spaced, whole } from "@/format/number";
import { plain } from "@/format/parameters";

/** What a search like this one reaches on luck alone, beside what it reached: adjusted annual Sharpe ratios. */
export interface Noise {
    years: number;
    n_tested: number;
    n_eligible: number;
    n_effective: number | null;
    best_sharpe: number | null;
    best_p: number | null;
    noise_mean_sharpe: number | null;
    noise_95_sharpe: number | null;
    power_50: number | null;
    power_80: number | null;
}

/** Batches in a row by one method, as a finished run tells them. */
export interface StoredTurn {
    first: number;
    last: number;
    method: string;
    why: string;
    rows: number;
    fresh: number;
    gain: number;
    best: number | null;
}

export interface Job {
    strategy: string;
    plan: string;
    tested: number;
    eligible: number;
    turns: StoredTurn[];
    best: { rule?: string[]; parameters: Record<string, unknown> } | null;
}

export interface Finalist {
    strategy: string;
    parameters: Record<string, unknown>;
    rule: string[];
    t: number;
    p_family: number;
    cluster_size: number;
    search: Record<string, number | null>;
    failed: string[];
    verdict: string;
    reason: string;
}

/** The report of a run, of which a part is there before it is finished. */
export interface Report {
    noise?: Noise;
    rejections?: [string, number, string][];
    jobs?: Job[];
    finalists?: Finalist[];
    usual_gate?: number;
    round?: { number: number; level: number } | null;
    split?: { start: string; search_end: string; vault_start: string; end: string };
    markets?: Record<string, string>;
    outlook?: { planned: number; here: [number, number]; alike: [number, number]; longer: number; level: number };
}

export function reportOf(run: Schemas["RunDetail"]): Report {
    return run.report;
}

/** States in which nothing more happens by itself. */
const OVER = new Set(["completed", "failed", "stopped", "interrupted"]);

export function isOver(status: string): boolean {
    return OVER.has(status);
}

/** What may be asked of a run in a state. */
export function moves(run: Pick<Schemas["RunDetail"], "status" | "priority">): {
    pause: boolean;
    resume: boolean;
    stop: boolean;
} {
    const queued = run.priority !== null; // a run of a terminal has no place in the queue
    const { status } = run;
    return {
        pause: queued && (status === "queued" || status === "running"),
        resume: queued && (status === "interrupted" || status === "stopped" || status === "failed"),
        stop: queued && ["queued", "running", "stopping", "interrupted"].includes(status),
    };
}

const HALTED: Readonly<Record<string, { happened: string; resume: string }>> = {
    interrupted: {
        happened: "The run was put down half-way.",
        resume: "Resume it, and it goes on from its last checkpoint as if nothing had happened.",
    },
    stopped: {
        happened: "The run was ended by hand. What it tried stays counted in the ledger, for it was looked at.",
        resume: "Resume goes on from its last checkpoint.",
    },
    failed: {
        happened: "The run has failed.",
        resume: "Resume goes on from its last checkpoint once the cause is gone.",
    },
};

/** Why a run ended before it was judged, and what can be done about it. */
export function haltedBy(run: Pick<Schemas["RunDetail"], "status" | "priority">): string {
    const told = HALTED[run.status] ?? { happened: "The run is over.", resume: "" };
    const next = moves(run).resume
        ? told.resume
        : "It was begun at a terminal and cannot be resumed here; run it again.";
    return `${told.happened} ${next}`.trim();
}

/** The verdict with strategies and per cents as the page writes them. */
export function verdictOf({ verdict, strategies }: Pick<Schemas["RunDetail"], "verdict" | "strategies">): string {
    return spaced(strategies.reduce((told, name) => told.replaceAll(`${name} on`, `${plain(name)} on`), verdict ?? ""));
}

/** Widths of the bars of a funnel, 0 to 1: on a scale of magnitudes, for the first stage dwarfs the last. */
export function widths(counts: readonly number[]): number[] {
    const most = Math.log1p(Math.max(1, ...counts));
    return counts.map((count) => Math.log1p(count) / most);
}

/** Why a run without an alpha is an ordinary one, in sentences with its own numbers. */
export function whyNothing(run: Schemas["RunDetail"], text: (value: number | null | undefined) => string): string[] {
    const { noise, rejections, usual_gate } = reportOf(run);
    if (!noise) return [];
    const [reason] = [...(rejections ?? [])].sort((a, b) => b[1] - a[1]);
    const told: string[] = [];
    if (noise.noise_mean_sharpe !== null && noise.best_sharpe !== null) {
        const within = noise.best_sharpe <= (noise.noise_95_sharpe ?? 0);
        told.push(
            `Among this many tries, luck alone brings a best Sharpe ratio of about ${text(noise.noise_mean_sharpe)}, and ${text(noise.noise_95_sharpe)} in one search of twenty. The best here has ${text(noise.best_sharpe)}${within ? ", so it cannot be told apart from luck." : ": it stood out in the search part, and failed a later test."}`,
        );
    }
    if (noise.power_80 !== null)
        told.push(
            `An edge would have to be worth ${text(noise.power_80)} a year to be found here four times in five. Weaker ones may exist; these prices are too few to show it.`,
        );
    if (usual_gate !== undefined && usual_gate > 0)
        told.push(
            `A gate on the backtest alone would have reported ${usual_gate === 1 ? "one strategy" : `${whole(usual_gate)} strategies`}. That is what such gates do with noise.`,
        );
    if (reason) told.push(spaced(`Most were set aside for one reason: ${reason[0]} (${reason[2]}).`));
    return told;
}
