import Button from "@mui/material/Button";
import { useState } from "react";
import { useRouteError } from "react-router";

import { PREFIX } from "@/api/prefix";
import { EmptyState } from "@/components/EmptyState";

/** In the place of a part that cannot be shown: its code did not come, or has a defect. */
export function Broken({ error }: { error: unknown }) {
    const told = error instanceof Error ? error.message : String(error);
    const notLoaded = /dynamically imported module|module script/i.test(told);
    return (
        <EmptyState
            title={notLoaded ? "This page could not be loaded" : "This part of the page has a defect"}
            action={<LoadAgain />}
        >
            {notLoaded
                ? "The server does not answer, or a newer version was installed while the page was open."
                : `What the browser says: ${told}`}
        </EmptyState>
    );
}

/** The same for a page of the router. */
export function BrokenPage() {
    return <Broken error={useRouteError()} />;
}

/** Loads the page again once the server answers: without it the browser would be left with a page of its own. */
function LoadAgain() {
    const [down, setDown] = useState(false);
    const load = () =>
        fetch(`${PREFIX}/health`).then(
            () => window.location.reload(),
            () => setDown(true),
        );
    return (
        <>
            <Button variant="contained" onClick={() => void load()}>
                Load again
            </Button>
            {down && <div role="status">The server does not answer yet.</div>}
        </>
    );
}
