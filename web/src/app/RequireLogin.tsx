import { useQuery } from "@tanstack/react-query";
import Container from "@mui/material/Container";
import { Navigate, Outlet, useLocation } from "react-router";

import { meQuery } from "@/api/me";
import { ErrorNotice } from "@/components/ErrorNotice";
import { PageSkeleton } from "@/components/Loading";

/** What only who has signed in may see; others go to the login and come back afterwards. */
export function RequireLogin() {
    const { data, error, refetch } = useQuery(meQuery);
    const { pathname, search } = useLocation();
    if (data === null) {
        const back = pathname === "/" ? "" : `?next=${encodeURIComponent(pathname + search)}`;
        return <Navigate to={`/login${back}`} replace />;
    }
    if (data) return <Outlet />;
    return (
        <Container component="main" sx={{ py: 6 }}>
            {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : <PageSkeleton />}
        </Container>
    );
}
