import { useTheme } from "@mui/material/styles";
import { useMemo } from "react";

import { DIVERGING, GAIN, LOSS, SEQUENTIAL, SERIES } from "@/app/palette";

/** Colours that charts draw with, in the present mode. */
export interface ChartColours {
    mode: "light" | "dark";
    series: readonly string[];
    gain: string;
    loss: string;
    diverging: readonly string[];
    sequential: readonly string[];
    text: string;
    faint: string;
    line: string;
    ground: string;
    /** Soft fills of periods: training, validation, vault, in that order. */
    areas: readonly [string, string, string];
}

export function useChartColours(): ChartColours {
    const { palette } = useTheme();
    return useMemo(() => {
        const { mode } = palette;
        return {
            mode,
            series: SERIES[mode],
            gain: GAIN[mode],
            loss: LOSS[mode],
            diverging: DIVERGING[mode],
            sequential: SEQUENTIAL,
            text: palette.text.primary,
            faint: palette.text.secondary,
            line: palette.divider,
            ground: palette.background.paper,
            areas:
                mode === "dark"
                    ? ["rgba(86,180,233,0.05)", "rgba(240,180,66,0.10)", "rgba(204,121,167,0.16)"]
                    : ["rgba(0,96,154,0.04)", "rgba(230,159,0,0.10)", "rgba(204,121,167,0.18)"],
        };
    }, [palette]);
}
