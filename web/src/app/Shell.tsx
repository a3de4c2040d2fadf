import Box from "@mui/material/Box";
import Drawer from "@mui/material/Drawer";
import Link from "@mui/material/Link";
import useMediaQuery from "@mui/material/useMediaQuery";
import { Suspense, useEffect, useRef, useState } from "react";
import { Outlet, useLocation } from "react-router";

import { Navigation } from "@/app/Navigation";
import { TopBar } from "@/app/TopBar";
import { useLiveRuns } from "@/app/useLiveRuns";
import { ErrorBoundary } from "@/components/ErrorBoundary";
import { PageSkeleton } from "@/components/Loading";

const WIDTH = 216;

/** Navigation at the side (a drawer on narrow screens), a bar above, the page in the middle. */
export function Shell() {
    const { pathname } = useLocation();
    const narrow = useMediaQuery("(max-width: 899.95px)", { noSsr: true });
    const [open, setOpen] = useState(false);
    const main = useRef<HTMLElement>(null);
    const first = useRef(true);
    const connection = useLiveRuns();
    useEffect(() => {
        if (!first.current) main.current?.focus({ preventScroll: true });
        first.current = false;
        window.scrollTo(0, 0);
    }, [pathname]);
    return (
        <Box sx={{ display: "flex", minHeight: "100vh" }}>
            <Link
                href="#main"
                sx={{
                    position: "absolute",
                    left: -9999,
                    "&:focus": { left: 8, top: 8, zIndex: 2000, bgcolor: "background.paper", p: 1 },
                }}
            >
                Skip to the page
            </Link>
            {narrow ? (
                <Drawer open={open} onClose={() => setOpen(false)}>
                    <Navigation width={WIDTH + 40} onGo={() => setOpen(false)} />
                </Drawer>
            ) : (
                <Box
                    sx={{
                        width: WIDTH,
                        flexShrink: 0,
                        borderRight: 1,
                        borderColor: "divider",
                        bgcolor: "background.paper",
                    }}
                >
                    <Box sx={{ position: "sticky", top: 0 }}>
                        <Navigation width={WIDTH} />
                    </Box>
                </Box>
            )}
            <Box sx={{ flex: 1, minWidth: 0, display: "flex", flexDirection: "column" }}>
                <TopBar connection={connection} {...(narrow ? { onMenu: () => setOpen(true) } : {})} />
                <Box
                    component="main"
                    id="main"
                    ref={main}
                    tabIndex={-1}
                    sx={{ p: { xs: 1.5, sm: 2.5 }, maxWidth: 1680, width: "100%", mx: "auto", outline: "none" }}
                >
                    <ErrorBoundary resetOn={pathname}>
                        <Suspense fallback={<PageSkeleton />}>
                            <Outlet />
                        </Suspense>
                    </ErrorBoundary>
                </Box>
            </Box>
        </Box>
    );
}
