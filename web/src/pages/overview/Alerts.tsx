import Alert, { type AlertColor } from "@mui/material/Alert";
import Stack from "@mui/material/Stack";
import { useQuery } from "@tanstack/react-query";

import { sentence } from "@/api/problem";
import { alertsQuery } from "@/pages/overview/queries";

const SEVERITY: Record<string, AlertColor> = { error: "error", warning: "warning", info: "info" };

/** What somebody should look at; nothing where there is nothing. */
export function Alerts() {
    const { data } = useQuery(alertsQuery);
    if (!data || data.length === 0) return null;
    return (
        <Stack spacing={1} sx={{ mb: 2 }} role="region" aria-label="Alerts">
            {data.map((one) => (
                <Alert
                    key={one.text}
                    severity={SEVERITY[one.level] ?? "info"}
                    variant="outlined"
                    sx={{ overflowWrap: "anywhere" }}
                >
                    {sentence(one.text)} <strong>What to do:</strong> {sentence(one.action)}
                </Alert>
            ))}
        </Stack>
    );
}
