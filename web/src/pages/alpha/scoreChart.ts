import type { Schemas } from "@/api/client";
import { axis, type ChartOption, tooltip } from "@/charts/Chart";
import type { ChartColours } from "@/charts/colours";
import { ALONG, line } from "@/charts/time";
import { percent, whole } from "@/format/number";

type Worth = Schemas["ScoreWorth"];

/** The share of true ones among finalists of each score, with its interval, beside the score itself; and this alpha's. */
export function scoreOption(worth: Worth, colours: ChartColours): ChartOption {
    const edge = {
        type: "line",
        symbol: "none",
        silent: true,
        stack: "interval",
        stackStrategy: "all",
        lineStyle: { opacity: 0 },
        tooltip: { show: false },
    };
    const share = (name: string) => ({ ...ALONG, type: "value", min: 0, max: 1, name });
    const label = { color: colours.faint, formatter: (value: number) => percent(value, 0) };
    return {
        grid: { left: 64, right: 24, top: 28, bottom: 44 },
        tooltip: {
            ...tooltip(colours),
            formatter: (found: unknown) => {
                const bin = worth.bins[(found as { dataIndex: number }[])[0]?.dataIndex ?? 0];
                if (!bin) return "";
                return [
                    `score ${percent(bin.score, 0)}: ${percent(bin.true, 0)} true`,
                    `between ${percent(bin.low, 0)} and ${percent(bin.high, 0)}, of ${whole(bin.n)}`,
                ].join("\n");
            },
        },
        xAxis: axis(colours, { ...share("score"), nameRotate: 0, nameGap: 28, axisLabel: label }),
        yAxis: axis(colours, { ...share("share that was true"), nameGap: 44, axisLabel: label }),
        series: [
            { ...edge, name: "interval, below", data: worth.bins.map((bin) => [bin.score, bin.low]) },
            {
                ...edge,
                name: "interval",
                areaStyle: { color: colours.series[0], opacity: 0.18 },
                data: worth.bins.map((bin) => [bin.score, bin.high - bin.low]),
            },
            line(
                "share that was true",
                worth.bins.map((bin) => [bin.score, bin.true]),
                colours.series[0] ?? colours.text,
                {
                    symbol: "circle",
                    symbolSize: 7,
                    markLine: {
                        symbol: "none",
                        silent: true,
                        label: { color: colours.faint, formatter: "{b}", position: "end", align: "right" },
                        lineStyle: { color: colours.faint, type: "dashed" },
                        data: [
                            { name: "this alpha", xAxis: worth.value, lineStyle: { type: "solid" } },
                            [
                                { name: "", coord: [0, 0], label: { show: false } },
                                { name: "", coord: [1, 1], label: { show: false } },
                            ],
                        ],
                    },
                },
            ),
        ],
    };
}
