import { useCallback } from "react";
import Typography from "@mui/material/Typography";

import type { Schemas } from "@/api/client";
import { axis, Chart } from "@/charts/Chart";
import type { ChartColours } from "@/charts/colours";
import { localTime } from "@/format/time";

/** The last bars of a market as candles. */
export function PriceChart({ series }: { series: Schemas["Series"] }) {
    const option = useCallback(
        (colours: ChartColours) => ({
            grid: { left: 8, right: 8, top: 12, bottom: 44, outerBoundsMode: "same" },
            xAxis: axis(colours, { type: "category", data: series.time.map(localTime), boundaryGap: true }),
            yAxis: axis(colours, { type: "value", scale: true }),
            dataZoom: [
                { type: "inside" },
                { type: "slider", height: 18, bottom: 8, textStyle: { color: colours.faint } },
            ],
            series: [
                {
                    type: "candlestick",
                    name: series.market,
                    data: series.time.map((_, k) => [series.open[k], series.close[k], series.low[k], series.high[k]]),
                    itemStyle: {
                        color: colours.gain,
                        borderColor: colours.gain,
                        color0: colours.loss,
                        borderColor0: colours.loss,
                    },
                },
            ],
        }),
        [series],
    );
    const last = series.close.at(-1);
    const label = `The last ${series.time.length} bars of ${series.market}, to ${localTime(series.time.at(-1))}; last close ${last ?? "unknown"}`;
    return (
        <div>
            <Typography variant="h3">The last {series.time.length} bars</Typography>
            <Chart
                zooms
                option={option}
                label={label}
                height={280}
                table={() => ({
                    columns: ["time", "open", "high", "low", "close", "volume"],
                    rows: series.time.map((time, k) => [
                        localTime(time),
                        ...[series.open, series.high, series.low, series.close, series.volume].map(
                            (column) => column[k] ?? "",
                        ),
                    ]),
                })}
            />
        </div>
    );
}
