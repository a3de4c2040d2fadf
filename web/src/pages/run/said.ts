import { counted, fixed, whole } from "@/format/number";
import { plain } from "@/format/parameters";
import { duration } from "@/format/time";

interface Told {
    kind: string;
    data: Record<string, unknown>;
}

const PLAINLY: Record<string, string> = {
    started: "A worker took it.",
    resumed: "Somebody let it go on.",
    taken_over: "Another worker took it over, from the last checkpoint.",
    pausing: "Somebody asked for a pause.",
    stopping: "Somebody asked to stop it.",
    stopped: "It was stopped.",
    interrupted: "It was put down; it can be resumed.",
};

function number(value: unknown): number | null {
    return typeof value === "number" ? value : null;
}

function text(value: unknown): string {
    return typeof value === "string" ? value : "";
}

/** An event of a run as a sentence. */
export function said({ kind, data }: Told): string {
    const note = text(data["note"]) || text(data["error"]);
    const more = note === "" ? "" : ` ${note}`;
    switch (kind) {
        case "queued": {
            const by = text(data["asked_by"]);
            return `Asked for${by === "" ? "" : ` by ${by}`}; waits for a worker.`;
        }
        case "stage":
            return data["stage"] === "judge" ? "The search is over; judging begins." : `Now: ${text(data["stage"])}.`;
        case "batch":
            return batch(data);
        case "null_markets":
            return `Searched ${whole(number(data["done"]))} of at most ${whole(number(data["planned"]))} markets without an edge.`;
        case "completed": {
            const hours = number(data["runtime_hours"]);
            const took = hours === null ? "" : ` after ${duration(hours * 3600)}`;
            return `Completed${took}: ${whole(number(data["strategies_tested"]))} tried, ${counted(number(data["profitable_found"]), "alpha")}.`;
        }
        case "failed":
            return `Failed.${more}`;
        case "yielded":
            return `Let others have a turn.${more}`;
        default:
            return (PLAINLY[kind] ?? `${plain(kind)}.`) + more;
    }
}

function batch(data: Record<string, unknown>): string {
    const by = text(data["method"]);
    const whom = by === "" ? "" : ` by ${plain(by)}`;
    return (
        `${plain(text(data["strategy"]))}: ${counted(number(data["n_tested"]), "candidate")}${whom}, ` +
        `${whole(number(data["done"]))} of ${whole(number(data["planned"]))}; best Sharpe so far ${fixed(number(data["best_sharpe"]))}.`
    );
}
