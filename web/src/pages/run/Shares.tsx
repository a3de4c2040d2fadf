import Box from "@mui/material/Box";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";

import { useChartColours } from "@/charts/colours";
import { percent, whole } from "@/format/number";
import { plain } from "@/format/parameters";

import type { Choice } from "./Turns";

/** The order in which methods took turns, as one stripe, and how much each of them searched. */
export function Shares({ choices }: { choices: readonly Choice[] }) {
    const { series } = useChartColours();
    const methods = [...new Set(choices.map((one) => one.method))];
    const total = choices.reduce((sum, one) => sum + one.candidates, 0);
    const of = (method: string) => choices.reduce((sum, one) => sum + (one.method === method ? one.candidates : 0), 0);
    const colour = (method: string) => series[methods.indexOf(method) % series.length];
    return (
        <Box sx={{ mb: 1.5 }}>
            <Box
                role="img"
                aria-label={`Share of the search: ${methods.map((one) => `${plain(one)} ${percent(of(one) / total, 0)}`).join(", ")}`}
                sx={{ display: "flex", height: 18, borderRadius: 1, overflow: "hidden" }}
            >
                {choices.map((one, place) => (
                    <Box key={place} sx={{ flexGrow: one.candidates, flexBasis: 0, bgcolor: colour(one.method) }} />
                ))}
            </Box>
            <Stack direction="row" spacing={2} useFlexGap sx={{ mt: 0.75, flexWrap: "wrap" }}>
                {methods.map((one) => (
                    <Typography key={one} variant="body2" sx={{ display: "flex", alignItems: "center", gap: 0.75 }}>
                        <Box component="span" sx={{ width: 12, height: 12, borderRadius: 0.5, bgcolor: colour(one) }} />
                        {plain(one)}: {whole(of(one))} candidates, {percent(of(one) / total, 0)}
                    </Typography>
                ))}
            </Stack>
        </Box>
    );
}
