/** Charts of money over time. */
import { axis, type ChartOption, tooltip } from "@/charts/Chart";
import type { ChartColours } from "@/charts/colours";
import { ALONG } from "@/charts/time";
import { money } from "@/format/number";
import { utcTime } from "@/format/time";

/** All but the series of a chart of money: ``names`` stand in its legend, what begins with ``silent`` is not told of. */
export function moneyOverTime(colours: ChartColours, names: readonly string[], silent?: string): ChartOption {
    return {
        useUTC: true,
        legend: { top: 0, left: 0, type: "scroll", textStyle: { color: colours.text }, data: [...names] },
        grid: { left: 76, right: 16, top: 40, bottom: 28 },
        dataZoom: [{ type: "inside", zoomOnMouseWheel: "ctrl", filterMode: "none" }],
        xAxis: axis(colours, { type: "time", splitLine: { show: false } }),
        yAxis: axis(colours, { type: "value", scale: true, name: "quote currency", ...ALONG, nameGap: 58 }),
        tooltip: {
            ...tooltip(colours),
            formatter: (hovered: unknown) => {
                const all = hovered as { seriesName: string; value: [number, number] }[];
                const shown = all.filter((one) => silent === undefined || !one.seriesName.startsWith(silent));
                return [
                    utcTime(shown[0]?.value[0]),
                    ...shown.map((one) => `${one.seriesName}: ${money(one.value[1])}`),
                ].join("\n");
            },
        },
    };
}
