import type { RouteObject } from "react-router";

import { RequireLogin } from "@/app/RequireLogin";
import { Shell } from "@/app/Shell";
import { BrokenPage } from "@/components/Broken";
import { PageSkeleton } from "@/components/Loading";

type Loader = () => Promise<{ default: React.ComponentType }>;

/** A page that is loaded when somebody goes there. */
const page = (load: Loader) => async () => ({ Component: (await load()).default });

export const routes: RouteObject[] = [
    {
        path: "/login",
        lazy: page(() => import("@/pages/login")),
        HydrateFallback: PageSkeleton,
        errorElement: <BrokenPage />,
    },
    {
        path: "/setup",
        lazy: page(() => import("@/pages/setup")),
        HydrateFallback: PageSkeleton,
        errorElement: <BrokenPage />,
    },
    {
        element: <RequireLogin />,
        HydrateFallback: PageSkeleton,
        errorElement: <BrokenPage />,
        children: [
            {
                element: <Shell />,
                children: [
                    {
                        errorElement: <BrokenPage />, // within the shell, which stays
                        children: [
                            { index: true, lazy: page(() => import("@/pages/overview")) },
                            { path: "discover", lazy: page(() => import("@/pages/discover")) },
                            { path: "runs", lazy: page(() => import("@/pages/runs")) },
                            { path: "runs/:runId", lazy: page(() => import("@/pages/run")) },
                            { path: "alphas", lazy: page(() => import("@/pages/alphas")) },
                            { path: "alphas/compare", lazy: page(() => import("@/pages/compare")) },
                            { path: "alphas/:alphaId", lazy: page(() => import("@/pages/alpha")) },
                            { path: "bots", lazy: page(() => import("@/pages/bots")) },
                            { path: "bots/:botId", lazy: page(() => import("@/pages/bot")) },
                            { path: "portfolios", lazy: page(() => import("@/pages/portfolios")) },
                            { path: "portfolios/:name", lazy: page(() => import("@/pages/portfolio")) },
                            { path: "data", lazy: page(() => import("@/pages/data")) },
                            { path: "settings", lazy: page(() => import("@/pages/settings")) },
                            { path: "*", lazy: page(() => import("@/pages/not-found")) },
                        ],
                    },
                ],
            },
        ],
    },
];
