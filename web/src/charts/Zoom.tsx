import Button from "@mui/material/Button";
import ButtonGroup from "@mui/material/ButtonGroup";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import useMediaQuery from "@mui/material/useMediaQuery";
import type { EChartsType } from "echarts/core";
import { useEffect, useState } from "react";

import { inward, outward, type Window, WHOLE, zoomOf } from "@/charts/zooming";
import { percent } from "@/format/number";

/** Zooms a chart by buttons, and says which share of it is seen; the wheel with Ctrl and a pinch do the same. */
export function Zoom({ chart }: { chart: EChartsType }) {
    const [seen, setSeen] = useState<Window>(WHOLE);
    useEffect(() => {
        const follow = () => setSeen(zoomOf(chart) ?? WHOLE);
        chart.on("datazoom", follow);
        return () => {
            if (!chart.isDisposed()) chart.off("datazoom", follow);
        };
    }, [chart]);
    const touched = useMediaQuery("(pointer: coarse)", { noSsr: true });
    const go = ([start, end]: Window) => chart.dispatchAction({ type: "dataZoom", start, end });
    const share = (seen[1] - seen[0]) / 100;
    return (
        <Stack direction="row" spacing={1} useFlexGap sx={{ alignItems: "center", flexWrap: "wrap" }}>
            <ButtonGroup size="small" variant="text" aria-label="Zoom of the chart">
                <Button onClick={() => go(inward(seen))}>Zoom in</Button>
                <Button onClick={() => go(outward(seen))} disabled={share >= 1}>
                    Zoom out
                </Button>
                <Button onClick={() => go(WHOLE)} disabled={share >= 1}>
                    Whole
                </Button>
            </ButtonGroup>
            <Typography variant="body2" color="textSecondary" role="status">
                {share < 1
                    ? `${percent(share, 0)} of it is seen; drag to move`
                    : touched
                      ? "Two fingers zoom too"
                      : "Ctrl and wheel zoom too"}
            </Typography>
        </Stack>
    );
}
