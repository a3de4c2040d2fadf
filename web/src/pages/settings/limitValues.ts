import type { Schemas } from "@/api/client";

export type Resources = Schemas["WorkerLimits"];

/** Limits as they stand in the fields of the form; empty: no limit. */
export interface LimitTexts {
    max_cpu_percent: string;
    max_memory_gb: string;
    max_gpu_memory_gb: string;
    nice: string;
    runs_at_once: string;
    idle_only: boolean;
}

export function textsOf(limits: Resources): LimitTexts {
    const text = (value: number | null | undefined) => (value === null || value === undefined ? "" : String(value));
    return {
        max_cpu_percent: text(limits.max_cpu_percent),
        max_memory_gb: text(limits.max_memory_gb),
        max_gpu_memory_gb: text(limits.max_gpu_memory_gb),
        nice: text(limits.nice),
        runs_at_once: text(limits.runs_at_once),
        idle_only: limits.idle_only,
    };
}

type Name = Exclude<keyof LimitTexts, "idle_only">;

/** Fields with what they mean and between which values. */
export const FIELDS: {
    name: Name;
    label: string;
    unit: string;
    least: number;
    most: number;
    whole: boolean;
    optional: boolean;
    means: string;
}[] = [
    {
        name: "max_cpu_percent",
        label: "Processor at most",
        unit: "% of all cores",
        least: 1,
        most: 100,
        whole: false,
        optional: true,
        means: "Workers pause between batches to keep to it.",
    },
    {
        name: "max_memory_gb",
        label: "Memory at most",
        unit: "GiB",
        least: 0.1,
        most: 100_000,
        whole: false,
        optional: true,
        means: "A run that needs more is put down.",
    },
    {
        name: "max_gpu_memory_gb",
        label: "GPU memory at most",
        unit: "GiB",
        least: 0.1,
        most: 100_000,
        whole: false,
        optional: true,
        means: "The same, on all GPUs together.",
    },
    {
        name: "runs_at_once",
        label: "Runs at once",
        unit: "a worker",
        least: 1,
        most: 64,
        whole: true,
        optional: false,
        means: "They share the worker's threads.",
    },
    {
        name: "nice",
        label: "Niceness",
        unit: "0 to 19",
        least: 0,
        most: 19,
        whole: true,
        optional: false,
        means: "The higher, the more workers give way to other programs.",
    },
];

/** What is wrong with each field, in words. */
export function faults(texts: LimitTexts): Partial<Record<Name, string>> {
    const found: Partial<Record<Name, string>> = {};
    for (const { name, least, most, whole, optional } of FIELDS) {
        const text = texts[name].trim();
        const value = Number(text);
        if (text === "" && optional) continue;
        if (text === "" || !Number.isFinite(value)) found[name] = "This needs a number.";
        else if (value < least || value > most) found[name] = `From ${least} to ${most.toLocaleString("en-US")}.`;
        else if (whole && !Number.isInteger(value)) found[name] = "This needs a whole number.";
    }
    return found;
}

/** The limits of the fields, as the interface takes them; those that have no field stay as they were. */
export function limitsOf(texts: LimitTexts, before: Resources): Resources {
    const number = (text: string) => (text.trim() === "" ? null : Number(text));
    return {
        ...before,
        max_cpu_percent: number(texts.max_cpu_percent),
        max_memory_gb: number(texts.max_memory_gb),
        max_gpu_memory_gb: number(texts.max_gpu_memory_gb),
        nice: Number(texts.nice),
        runs_at_once: Number(texts.runs_at_once),
        idle_only: texts.idle_only,
    };
}
