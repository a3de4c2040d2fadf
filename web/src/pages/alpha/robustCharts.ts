import type { Schemas } from "@/api/client";
import { axis, type ChartOption, tooltip } from "@/charts/Chart";
import type { ChartColours } from "@/charts/colours";
import { ALONG, profitAxis } from "@/charts/time";
import { fixed, percent } from "@/format/number";
import { plain, setting } from "@/format/parameters";

type CostCurve = Schemas["CostCurve"];
type Fan = Schemas["Fan"];
type Sweep = Schemas["Sweep"];

/** What is left of the Sharpe ratio as costs grow. */
export function costOption(curve: CostCurve, colours: ChartColours): ChartOption {
    const marks = [
        { name: "assumed", xAxis: 1 },
        { name: "kill test", xAxis: 2 },
        ...(curve.break_even === null ? [] : [{ name: "break-even", xAxis: curve.break_even }]),
    ].filter((mark) => mark.xAxis <= Math.max(...curve.multiples));
    return {
        grid: { left: 56, right: 24, top: 32, bottom: 44 },
        tooltip: {
            ...tooltip(colours),
            formatter: (found: unknown) => {
                const k = (found as { dataIndex: number }[])[0]?.dataIndex ?? 0;
                const side = (curve.commission + curve.slippage) * (curve.multiples[k] ?? 0);
                return [
                    `${fixed(curve.multiples[k], 1)} times the costs: ${percent(side, 3)} a side`,
                    `adjusted Sharpe ${fixed(curve.adjusted_sharpe[k])}`,
                    `Sharpe ${fixed(curve.sharpe[k])}`,
                    `return ${percent(curve.total_return[k])}`,
                ].join("\n");
            },
        },
        xAxis: axis(colours, {
            type: "value",
            name: "multiples of the assumed costs",
            nameLocation: "middle",
            nameGap: 28,
            max: Math.max(...curve.multiples),
            splitLine: { show: false },
        }),
        yAxis: axis(colours, {
            type: "value",
            name: "adjusted Sharpe",
            ...ALONG,
            nameGap: 32,
        }),
        series: [
            {
                type: "line",
                name: "adjusted Sharpe",
                data: curve.multiples.map((multiple, k) => [multiple, curve.adjusted_sharpe[k] ?? null]),
                symbolSize: 6,
                lineStyle: { width: 2 },
                markLine: {
                    symbol: "none",
                    silent: true,
                    label: { color: colours.faint, formatter: "{b}", position: "insideStartBottom" },
                    lineStyle: { color: colours.faint, type: "dashed" },
                    data: [...marks, { yAxis: 0, name: "", label: { show: false }, lineStyle: { type: "solid" } }],
                },
            },
        ],
    };
}

const MONTH = 30; // days between marks of the axis

/** Equity of resampled years: the middle half, nine of ten, and the typical one. */
export function fanOption(fan: Fan, colours: ChartColours): ChartOption {
    const days = Array.from({ length: fan.days + 1 }, (_, day) => day);
    const course = (level: number) => [0, ...(fan.equity[fan.levels.indexOf(level)] ?? []).map((value) => value - 1)];
    const area = (name: string, low: number, high: number, opacity: number) => {
        const shared = {
            type: "line",
            symbol: "none",
            silent: true,
            stack: name,
            stackStrategy: "all",
            lineStyle: { opacity: 0 },
            tooltip: { show: false },
        };
        const [from, to] = [course(low), course(high)];
        return [
            { ...shared, name: `${name}, below`, data: from },
            {
                ...shared,
                name,
                itemStyle: { color: colours.series[0], opacity },
                areaStyle: { color: colours.series[0], opacity },
                data: to.map((value, k) => value - (from[k] ?? 0)),
            },
        ];
    };
    return {
        legend: {
            top: 0,
            left: 0,
            type: "scroll",
            textStyle: { color: colours.text },
            data: ["nine of ten years", "every other year", "typical"],
        },
        grid: { left: 74, right: 16, top: 36, bottom: 44 },
        tooltip: {
            ...tooltip(colours),
            formatter: (found: unknown) => {
                const day = (found as { dataIndex: number }[])[0]?.dataIndex ?? 0;
                const rows = fan.levels.map(
                    (level) => `${percent(level, 0)} of years below ${percent(course(level)[day])}`,
                );
                return [`day ${day}`, ...rows.reverse()].join("\n");
            },
        },
        xAxis: axis(colours, {
            type: "category",
            data: days,
            name: "days",
            nameLocation: "middle",
            nameGap: 28,
            boundaryGap: false,
            axisLabel: { color: colours.faint, hideOverlap: true, interval: (day: number) => day % MONTH === 0 },
            axisTick: { interval: (day: number) => day % MONTH === 0 },
        }),
        yAxis: profitAxis(colours),
        series: [
            ...area("nine of ten years", 0.05, 0.95, 0.18),
            ...area("every other year", 0.25, 0.75, 0.3),
            {
                type: "line",
                name: "typical",
                data: course(0.5),
                symbol: "none",
                lineStyle: { width: 2, color: colours.series[1] },
                itemStyle: { color: colours.series[1] },
            },
        ],
    };
}

/** One parameter moved alone, with its own value marked. */
export function sweepOption(sweep: Sweep, reach: Reach, colours: ChartColours): ChartOption {
    const own = [setting(sweep.name, sweep.values[sweep.own]), sweep.sharpes[sweep.own] ?? null];
    return {
        grid: { left: 44, right: 12, top: 12, bottom: 24 },
        tooltip: {
            ...tooltip(colours),
            formatter: (found: unknown) => {
                const k = (found as { dataIndex: number }[])[0]?.dataIndex ?? 0;
                return `${plain(sweep.name)} ${setting(sweep.name, sweep.values[k])}\nadjusted Sharpe ${fixed(sweep.sharpes[k])}`;
            },
        },
        xAxis: axis(colours, {
            type: "category",
            data: sweep.values.map((value) => setting(sweep.name, value)),
            boundaryGap: false,
        }),
        yAxis: axis(colours, { type: "value", min: reach.low, max: reach.high, interval: reach.step }),
        series: [
            {
                type: "line",
                name: plain(sweep.name),
                data: sweep.sharpes,
                symbolSize: 5,
                connectNulls: false,
                lineStyle: { width: 2 },
            },
            {
                type: "scatter",
                name: "its own value",
                data: [own],
                symbolSize: 13,
                itemStyle: { color: colours.series[1], borderColor: colours.text, borderWidth: 1 },
                tooltip: { show: false },
                z: 5,
            },
        ],
    };
}

const STEPS = [0.5, 1, 2, 5, 10, 20, 50, 100];
const MARKS = 5; // of an axis that is not high, at most

export interface Reach {
    low: number;
    high: number;
    /** From one mark of the axis to the next: both ends are marks, or the last two names meet. */
    step: number;
}

/** One range of Sharpe ratios for all sweeps, so that they can be compared; nothing lies in it. */
export function reachOf(sweeps: readonly Sweep[]): Reach {
    const known = sweeps.flatMap((sweep) => sweep.sharpes).filter((value) => value !== null);
    const [least, most] = [Math.min(0, ...known), Math.max(1, ...known)];
    const step = STEPS.find((one) => one * MARKS >= most - least) ?? Math.ceil((most - least) / MARKS);
    return { low: step * Math.floor(least / step), high: step * Math.ceil(most / step), step };
}
