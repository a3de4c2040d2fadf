import { PREFIX } from "@/api/prefix";
import { errorOf } from "@/api/problem";
import { authorized } from "@/api/session";

/** An event of a run, as the server logs it. */
export interface RunEvent {
    id: number;
    run_id: string;
    at: string;
    kind: string;
    [name: string]: unknown;
}

/** Events from the text of a stream, and the text that is not complete yet. */
export function parseEvents(text: string): { events: RunEvent[]; rest: string } {
    const blocks = text.split("\n\n");
    const rest = blocks.pop() ?? "";
    const events: RunEvent[] = [];
    for (const block of blocks) {
        const lines = block.split("\n");
        const of = (field: string) => lines.find((line) => line.startsWith(`${field}: `))?.slice(field.length + 2);
        const [id, data] = [of("id"), of("data")];
        if (id !== undefined && data !== undefined)
            events.push({ ...(JSON.parse(data) as Omit<RunEvent, "id">), id: Number(id) } as RunEvent);
    }
    return { events, rest };
}

/** Read one connection until it ends; throws `ApiError` where the server refuses, `TypeError` where it is gone. */
export async function readEvents(
    address: string,
    after: number | null,
    signal: AbortSignal,
    onEvents: (events: RunEvent[]) => void,
    onOpen: () => void,
): Promise<void> {
    const headers: Record<string, string> = { Accept: "text/event-stream" };
    if (after !== null) headers["Last-Event-ID"] = String(after);
    const url = new URL(PREFIX + address, window.location.origin);
    const answer = await authorized(new Request(url, { headers, signal }));
    if (!answer.ok || !answer.body) throw errorOf(answer.status, await answer.json().catch(() => null));
    onOpen();
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        const { events, rest } = parseEvents(text + value);
        text = rest;
        if (events.length > 0) onEvents(events);
    }
}
