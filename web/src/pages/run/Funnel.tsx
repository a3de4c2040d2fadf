import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";

import type { Schemas } from "@/api/client";
import { EmptyState } from "@/components/EmptyState";
import { Panel } from "@/components/Panel";
import { percent, spaced, whole } from "@/format/number";

import { reportOf, widths } from "./report";

/** How many candidates reached each stage, and why the others did not. */
export function Funnel({ run }: { run: Schemas["RunDetail"] }) {
    const { rejections = [] } = reportOf(run);
    const shares = widths(run.funnel.map(([, left]) => left));
    const total = run.funnel[0]?.[1] ?? 0;
    if (run.funnel.length === 0)
        return (
            <Panel title="From tried to alpha">
                <EmptyState title="Nothing was counted">The run has no stages; its log tells why.</EmptyState>
            </Panel>
        );
    return (
        <Panel
            title="From tried to alpha"
            about="How many candidates reached each stage. The bars are on a scale of magnitudes, so that the last few can be seen beside the first many."
        >
            <Box
                sx={{
                    display: "grid",
                    gap: 3,
                    gridTemplateColumns: { xs: "minmax(0,1fr)", lg: "minmax(0,1fr) minmax(0,1fr)" },
                }}
            >
                <Box component="ol" sx={{ listStyle: "none", m: 0, p: 0 }}>
                    {run.funnel.map(([stage, left, asked], place) => (
                        <Box component="li" key={stage} sx={{ mb: 1 }}>
                            <Box sx={{ display: "flex", justifyContent: "space-between", gap: 2 }}>
                                <Typography sx={{ fontWeight: 600 }}>{stage}</Typography>
                                <Typography sx={{ fontWeight: 600 }}>{whole(left)}</Typography>
                            </Box>
                            <Box sx={{ height: 8, borderRadius: 1, bgcolor: "action.hover" }} aria-hidden>
                                <Box
                                    sx={{
                                        height: 8,
                                        borderRadius: 1,
                                        bgcolor: "primary.main",
                                        width: `${(shares[place] ?? 0) * 100}%`,
                                    }}
                                />
                            </Box>
                            <Typography variant="body2" color="textSecondary">
                                {spaced(asked)}
                            </Typography>
                        </Box>
                    ))}
                </Box>
                <Box>
                    <Typography variant="h3" sx={{ mb: 1 }}>
                        Why the others were set aside
                    </Typography>
                    {rejections.map(([reason, count, why]) => (
                        <Box
                            key={reason}
                            sx={{ display: "flex", gap: 2, py: 0.5, borderBottom: 1, borderColor: "divider" }}
                        >
                            <Box sx={{ flex: 1, minWidth: 0 }}>
                                <Typography sx={{ fontWeight: 600 }}>{reason}</Typography>
                                <Typography variant="body2" color="textSecondary">
                                    {spaced(why)}
                                </Typography>
                            </Box>
                            <Box sx={{ textAlign: "right", whiteSpace: "nowrap" }}>
                                <Typography>{whole(count)}</Typography>
                                <Typography variant="body2" color="textSecondary">
                                    {percent(total > 0 ? count / total : null, 1)}
                                </Typography>
                            </Box>
                        </Box>
                    ))}
                </Box>
            </Box>
        </Panel>
    );
}
