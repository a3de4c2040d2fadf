import createCache from "@emotion/cache";
import { CacheProvider } from "@emotion/react";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createBrowserRouter, RouterProvider } from "react-router";

import { makeQueryClient } from "@/api/query";
import { ColourMode } from "@/app/ColourMode";
import { routes } from "@/app/routes";
import { refuseMarkup } from "@/app/trustedTypes";
import { ErrorBoundary } from "@/components/ErrorBoundary";

refuseMarkup();
// the server writes a fresh nonce into every page; only style sheets that carry it are let in
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
const styles = createCache({ key: "css", nonce });
const root = document.getElementById("root");
if (!root) throw new Error("the page has no element #root");

createRoot(root).render(
    <StrictMode>
        <CacheProvider value={styles}>
            <ColourMode>
                <QueryClientProvider client={makeQueryClient()}>
                    <ErrorBoundary>
                        <RouterProvider router={createBrowserRouter(routes)} />
                    </ErrorBoundary>
                </QueryClientProvider>
            </ColourMode>
        </CacheProvider>
    </StrictMode>,
);
