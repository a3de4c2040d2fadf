import { useEffect, useRef, useState } from "react";

import { readEvents, type RunEvent } from "@/api/events";
import { ApiError } from "@/api/problem";

export type Connection = "connecting" | "live" | "waiting" | "refused";

const FIRST_PAUSE = 1_000; // ms before the first new attempt; doubles up to the longest
const LONGEST_PAUSE = 15_000;

/**
 * Follow events of the server and reconnect from the last one that was seen.
 *
 * @param address "/events" for every run from now on, "/runs/{id}/events" for one from its beginning; null: none.
 * @param onEvents called with the events of one piece of the stream, in order and each once
 */
export function useEvents(address: string | null, onEvents: (events: RunEvent[]) => void): Connection {
    const [connection, setConnection] = useState<Connection>("connecting");
    const handler = useRef(onEvents);
    useEffect(() => {
        handler.current = onEvents;
    });
    useEffect(() => {
        if (address === null) return undefined;
        const ending = new AbortController();
        void follow(address, ending.signal, (events) => handler.current(events), setConnection);
        return () => ending.abort();
    }, [address]);
    return connection;
}

async function follow(
    address: string,
    signal: AbortSignal,
    onEvents: (events: RunEvent[]) => void,
    tell: (connection: Connection) => void,
): Promise<void> {
    let last: number | null = null;
    let pause = FIRST_PAUSE;
    const take = (events: RunEvent[]) => {
        const after = last;
        const fresh = events.filter((event) => after === null || event.id > after);
        last = fresh.at(-1)?.id ?? last;
        if (fresh.length > 0) onEvents(fresh);
    };
    while (!signal.aborted) {
        try {
            await readEvents(address, last, signal, take, () => {
                pause = FIRST_PAUSE;
                tell("live");
            });
        } catch (error) {
            if (error instanceof ApiError && error.status < 500) {
                tell("refused");
                return;
            }
        }
        tell("waiting");
        await new Promise((resolve) => setTimeout(resolve, pause));
        pause = Math.min(LONGEST_PAUSE, pause * 2);
    }
}
