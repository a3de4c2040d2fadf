import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";

import type { RunEvent } from "@/api/events";
import { type Connection, useEvents } from "@/hooks/useEvents";

const PAUSE = 1_500; // ms between two looks while batches stream in

/** Keep what is shown of runs and alphas fresh while the server tells of changes. */
export function useLiveRuns(): Connection {
    const cache = useQueryClient();
    const planned = useRef<ReturnType<typeof setTimeout> | null>(null);
    const changed = useRef(false);
    const onEvents = useCallback(
        (events: RunEvent[]) => {
            changed.current ||= events.some((event) => event.kind !== "batch");
            planned.current ??= setTimeout(() => {
                planned.current = null;
                void cache.invalidateQueries({ queryKey: ["runs"] });
                if (changed.current)
                    for (const key of ["alphas", "ledger", "alerts"]) void cache.invalidateQueries({ queryKey: [key] });
                changed.current = false;
            }, PAUSE);
        },
        [cache],
    );
    const connection = useEvents("/events", onEvents);
    const cut = useRef(false);
    useEffect(() => {
        if (connection === "live" && cut.current) void cache.invalidateQueries(); // the server is back
        cut.current = connection === "waiting";
    }, [cache, connection]);
    return connection;
}
