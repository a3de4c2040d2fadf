import type { Schemas } from "@/api/client";
import { axis, type ChartOption } from "@/charts/Chart";
import type { ChartColours } from "@/charts/colours";
import { ALONG, ms } from "@/charts/time";
import { percent, price } from "@/format/number";
import { utcTime } from "@/format/time";

type Candles = Schemas["Candles"];
type Trade = Schemas["Trade"];

const SHORT_TIME = 16; // "2024-01-01 12:00"

/** Position of the bar in which a moment lies; -1 before the first one. */
export function barAt(times: readonly number[], at: number): number {
    let low = 0;
    let high = times.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if ((times[middle] ?? Infinity) <= at) low = middle + 1;
        else high = middle;
    }
    return low - 1;
}

/** A market's bars with the trades in them: entries are triangles, exits squares, a line joins the two. */
export function candlesOption(candles: Candles, colours: ChartColours): ChartOption {
    const times = candles.time.map(ms);
    const place = (at: string) => Math.max(0, barAt(times, ms(at)));
    const outcome = (trade: Trade) => (trade.pnl > 0 ? colours.gain : colours.loss);
    const mark = (trade: Trade, entry: boolean) => ({
        value: [place(entry ? trade.entry_time : trade.exit_time), entry ? trade.entry_price : trade.exit_price],
        symbol: entry ? "triangle" : "rect",
        symbolRotate: entry && trade.side === "short" ? 180 : 0,
        symbolSize: entry ? 11 : 8,
        itemStyle: { color: outcome(trade), borderColor: colours.text, borderWidth: 1 },
        trade,
    });
    const joined = (won: boolean) =>
        candles.trades
            .filter((trade) => trade.pnl > 0 === won)
            .flatMap((trade) => [
                [place(trade.entry_time), trade.entry_price],
                [place(trade.exit_time), trade.exit_price],
                [null, null],
            ]);
    const up = colours.gain;
    const down = colours.loss;
    return {
        legend: {
            top: 0,
            left: 0,
            itemWidth: 14,
            itemHeight: 10,
            textStyle: { color: colours.text },
            data: ["entry", "exit", "won", "lost"],
        },
        grid: { left: 64, right: 12, top: 36, bottom: 56 },
        dataZoom: [
            { type: "inside", zoomOnMouseWheel: "ctrl" },
            { type: "slider", height: 20, bottom: 4, textStyle: { color: colours.faint }, borderColor: colours.line },
        ],
        xAxis: axis(colours, {
            type: "category",
            data: candles.time.map((at) => utcTime(at).slice(0, SHORT_TIME)),
            splitLine: { show: false },
        }),
        yAxis: axis(colours, { type: "value", scale: true, name: "price", ...ALONG, nameGap: 48 }),
        tooltip: {
            renderMode: "richText",
            trigger: "item",
            confine: true,
            backgroundColor: colours.ground,
            borderColor: colours.line,
            textStyle: { color: colours.text, fontSize: 12 },
            formatter: (found: unknown) => hover(found, candles),
        },
        series: [
            {
                type: "candlestick",
                name: candles.market,
                data: candles.time.map((_, k) => [candles.open[k], candles.close[k], candles.low[k], candles.high[k]]),
                itemStyle: {
                    color: "transparent",
                    color0: colours.faint,
                    borderColor: colours.faint,
                    borderColor0: colours.faint,
                },
                large: false,
                z: 1,
            },
            {
                type: "line",
                name: "won",
                data: joined(true),
                symbol: "none",
                silent: true,
                lineStyle: { width: 2, color: up },
                itemStyle: { color: up },
                z: 2,
            },
            {
                type: "line",
                name: "lost",
                data: joined(false),
                symbol: "none",
                silent: true,
                lineStyle: { width: 2, type: "dotted", color: down },
                itemStyle: { color: down },
                z: 2,
            },
            {
                type: "scatter",
                name: "entry",
                symbol: "triangle",
                data: candles.trades.map((trade) => mark(trade, true)),
                itemStyle: { color: colours.faint },
                z: 4,
            },
            {
                type: "scatter",
                name: "exit",
                symbol: "rect",
                data: candles.trades.map((trade) => mark(trade, false)),
                itemStyle: { color: colours.faint },
                z: 3,
            },
        ],
    };
}

function hover(found: unknown, candles: Candles): string {
    const one = found as { seriesType: string; dataIndex: number; data: { trade?: Trade } };
    const { trade } = one.data;
    if (trade)
        return [
            `${trade.side}, ${percent(trade.pnl, 2)} of the starting equity (${trade.reason})`,
            `in  ${utcTime(trade.entry_time)} at ${price(trade.entry_price)}`,
            `out ${utcTime(trade.exit_time)} at ${price(trade.exit_price)}`,
        ].join("\n");
    const k = one.dataIndex;
    const told = (["open", "high", "low", "close"] as const).map((name) => `${name} ${price(candles[name][k])}`);
    return [utcTime(candles.time[k]), ...told].join("\n");
}
