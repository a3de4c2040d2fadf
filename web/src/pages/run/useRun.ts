import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";

import { client, held, type Schemas } from "@/api/client";
import type { RunEvent } from "@/api/events";
import { runQuery } from "@/api/runs";
import { type Connection, useEvents } from "@/hooks/useEvents";

import { advanced, NO_PROGRESS, type Progress } from "./progress";
import { isOver } from "./report";

const LIVELY = 3_000; // ms between two looks at a run at work, should events fail

/** A run in full, looked at again while it is not over. */
export function useRun(id: string) {
    return useQuery({
        ...runQuery(id),
        refetchInterval: (query) => (query.state.data && isOver(query.state.data.status) ? false : LIVELY),
    });
}

/** Best so far over candidates; a course for each strategy and, of a hybrid, each method. */
export function useConvergence(id: string, live: boolean) {
    return useQuery({
        queryKey: ["runs", "convergence", id],
        queryFn: () => held(client.GET("/runs/{run_id}/convergence", { params: { path: { run_id: id } } })),
        refetchInterval: live ? LIVELY : false,
        placeholderData: keepPreviousData,
    });
}

/** Progress of a run as its events tell it, from its beginning and over reconnections. */
export function useProgress(id: string, live: boolean): { progress: Progress; connection: Connection } {
    const [held_, setHeld] = useState<{ id: string; progress: Progress }>({ id, progress: NO_PROGRESS });
    const onEvents = useCallback(
        (events: RunEvent[]) =>
            setHeld((before) => ({
                id,
                progress: advanced(before.id === id ? before.progress : NO_PROGRESS, events),
            })),
        [id],
    );
    const connection = useEvents(live ? `/runs/${id}/events` : null, onEvents);
    return { progress: held_.id === id ? held_.progress : NO_PROGRESS, connection };
}

const PAUSE = 2_000; // ms between two looks at what was tried: every batch would be too often

/** Look again at what a run at work has tried, soon after its events tell of more. */
export function useFreshTrials(id: string, live: boolean, done: number) {
    const cache = useQueryClient();
    const [asked, setAsked] = useState(0);
    const behind = live && done > asked;
    useEffect(() => {
        if (!behind) return undefined;
        const timer = setTimeout(() => {
            setAsked(done);
            void cache.invalidateQueries({ queryKey: trialsOf(id) });
        }, PAUSE);
        return () => clearTimeout(timer);
        // a later batch must not put the look off: it takes what is there then
        // eslint-disable-next-line react-hooks/exhaustive-deps
    }, [behind, cache, id, asked]);
}

/** Under which everything is held that a run tried. */
export function trialsOf(id: string) {
    return ["trials", id] as const;
}

type Move = "pause" | "resume" | "stop";

/** Ask something of a run. */
export function useMove(id: string) {
    const cache = useQueryClient();
    return useMutation({
        mutationFn: (move: Move): Promise<Schemas["Moved"]> => {
            const params = { params: { path: { run_id: id } } };
            if (move === "pause") return held(client.POST("/runs/{run_id}/pause", params));
            if (move === "resume") return held(client.POST("/runs/{run_id}/resume", params));
            return held(client.POST("/runs/{run_id}/stop", params));
        },
        onSettled: () => cache.invalidateQueries({ queryKey: ["runs"] }),
    });
}

/** Queue a run's campaign once more, as it was. */
export function useRerun(id: string) {
    const cache = useQueryClient();
    return useMutation({
        mutationFn: () =>
            held(
                client.POST("/runs/{run_id}/rerun", {
                    params: { path: { run_id: id } },
                    body: { changes: {}, priority: 0 },
                }),
            ),
        onSettled: () => cache.invalidateQueries({ queryKey: ["runs"] }),
    });
}
