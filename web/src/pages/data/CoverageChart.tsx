import Box from "@mui/material/Box";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";

import type { Schemas } from "@/api/client";
import { counted, percent, whole } from "@/format/number";
import { utcDay } from "@/format/time";
import { fullness } from "@/pages/data/coverage";

type Stretch = Schemas["Stretch"];

/** A row of stretches, each as high as it is full. */
export function CoverageChart({ stretches }: { stretches: Stretch[] }) {
    const [first] = stretches;
    const most = Math.max(1, ...stretches.map((one) => one.bars));
    const counted = first?.expected !== null;
    return (
        <div>
            <Typography variant="h3" sx={{ mb: 1 }}>
                Coverage
            </Typography>
            <Box
                role="img"
                aria-label={describe(stretches)}
                sx={{
                    display: "flex",
                    alignItems: "flex-end",
                    gap: "1px",
                    height: 56,
                    bgcolor: "action.hover",
                    borderRadius: 1,
                }}
            >
                {stretches.map((one) => {
                    const share = fullness(one) ?? one.bars / most;
                    const complete = share >= 0.999 || !counted;
                    return (
                        <Tooltip
                            describeChild
                            key={one.start}
                            title={`${utcDay(one.start)} to ${utcDay(one.end)}: ${told(one)}`}
                        >
                            <Box sx={{ flex: 1, height: "100%", display: "flex", alignItems: "flex-end" }}>
                                <Box
                                    sx={{ width: "100%", bgcolor: complete ? "primary.main" : "warning.main" }}
                                    style={{ height: `${share * 100}%` }}
                                />
                            </Box>
                        </Tooltip>
                    );
                })}
            </Box>
            <Typography variant="body2" color="textSecondary" sx={{ mt: 0.5 }}>
                {describe(stretches)}
            </Typography>
        </div>
    );
}

function told(stretch: Stretch): string {
    const share = fullness(stretch);
    const bars = counted(stretch.bars, "bar");
    return share === null ? bars : `${bars}, ${percent(share)} of ${whole(stretch.expected)}`;
}

/** The picture in words. */
export function describe(stretches: Stretch[]): string {
    const short = stretches.filter((one) => (fullness(one) ?? 1) < 0.999).length;
    if (stretches.some((one) => one.expected === null))
        return "This market has closing times: the height is the number of bars.";
    return short === 0
        ? "Complete: no stretch lacks bars."
        : `${short} of ${stretches.length} stretches lack bars; those are drawn lower and in another colour.`;
}
