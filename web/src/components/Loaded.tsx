import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { ErrorNotice } from "@/components/ErrorNotice";
import { RowsSkeleton } from "@/components/Loading";

interface LoadedProps<T> {
    query: UseQueryResult<T>;
    /** What could not be shown if it fails. */
    title?: string;
    skeleton?: ReactNode;
    children: (data: T) => ReactNode;
}

/** Skeleton, error in words, or what was asked for. */
export function Loaded<T>({ query, title, skeleton, children }: LoadedProps<T>) {
    if (query.data !== undefined) return <>{children(query.data)}</>;
    if (query.error)
        return (
            <ErrorNotice
                error={query.error}
                onRetry={() => void query.refetch()}
                {...(title === undefined ? {} : { title })}
            />
        );
    return <>{skeleton ?? <RowsSkeleton />}</>;
}
