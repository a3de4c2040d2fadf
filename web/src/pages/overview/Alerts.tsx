import Alert, { type AlertColor } from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { sentence } from "@/api/problem";
import { whole } from "@/format/number";
import { alertsQuery } from "@/pages/overview/queries";

const SEVERITY: Record<string, AlertColor> = { error: "error", warning: "warning", info: "info" };

const FIRST = 3; // the others would push the page out of sight

/** What somebody should look at; nothing where there is nothing. */
export function Alerts() {
    const { data } = useQuery(alertsQuery);
    const [all, setAll] = useState(false);
    if (!data || data.length === 0) return null;
    return (
        <Stack spacing={1} sx={{ mb: 2 }} role="region" aria-label="Alerts">
            {(all ? data : data.slice(0, FIRST)).map((one) => (
                <Alert
                    key={one.text}
                    severity={SEVERITY[one.level] ?? "info"}
                    variant="outlined"
                    sx={{ overflowWrap: "anywhere" }}
                >
                    {sentence(one.text)} <strong>What to do:</strong> {sentence(one.action)}
                </Alert>
            ))}
            {data.length > FIRST && (
                <Button size="small" aria-expanded={all} onClick={() => setAll(!all)} sx={{ alignSelf: "flex-start" }}>
                    {all ? `The first ${FIRST} alone` : `${whole(data.length - FIRST)} more`}
                </Button>
            )}
        </Stack>
    );
}
