import Box from "@mui/material/Box";
import Stack from "@mui/material/Stack";
import type { EChartsType } from "echarts/core";
import type { EChartsCoreOption } from "echarts/core";
import { useEffect, useRef, useState } from "react";

import { type ChartColours, useChartColours } from "@/charts/colours";
import { ChartTable, type TableOf } from "@/charts/ChartTable";
import { Zoom } from "@/charts/Zoom";
import { zoomOf } from "@/charts/zooming";
import { ErrorNotice } from "@/components/ErrorNotice";

export type ChartOption = EChartsCoreOption;

interface ChartProps {
    /** What is drawn, in the colours of the present mode. Keep the function (useCallback) while nothing changes. */
    option: (colours: ChartColours) => ChartOption;
    /** What the chart shows, in a sentence with its main numbers: what who does not see it reads. */
    label: string;
    height?: number;
    /** The numbers behind the chart, for who would rather read them; made when they are asked for. */
    table?: () => TableOf;
    /** What is drawn of the part that is seen after zooming in: its series replace those of `option`. */
    refine?: (colours: ChartColours, seen: readonly [number, number]) => ChartOption;
    /** Whether it has a part to zoom into (`dataZoom`). */
    zooms?: boolean;
    /** Reacts to a click on an element: its series and its place in the series' data. */
    onSelect?: (seriesName: string, index: number) => void;
}

/** A chart that follows theme and width, with its numbers as a table beside it. */
export function Chart({ option, label, height = 300, table, refine, zooms = false, onSelect }: ChartProps) {
    const place = useRef<HTMLDivElement>(null);
    const colours = useChartColours();
    const [chart, setChart] = useState<EChartsType | null>(null);
    const [error, setError] = useState<unknown>(null);

    useEffect(() => {
        const element = place.current;
        if (!element) return undefined;
        let made: EChartsType | null = null;
        let gone = false;
        const watching = new ResizeObserver(() => made?.resize());
        import("@/charts/echarts")
            .then(({ init }) => {
                if (gone) return;
                made = init(element, null, { renderer: "canvas" });
                watching.observe(element);
                setChart(made);
            })
            .catch((reason: unknown) => setError(reason));
        return () => {
            gone = true;
            watching.disconnect();
            made?.dispose();
            setChart(null);
        };
    }, []);

    useEffect(() => {
        if (!chart || !onSelect) return undefined;
        const select = (event: unknown) => {
            const { seriesName, dataIndex } = event as { seriesName?: string; dataIndex: number };
            onSelect(seriesName ?? "", dataIndex);
        };
        chart.on("click", select);
        return () => {
            if (!chart.isDisposed()) chart.off("click", select);
        };
    }, [chart, onSelect]);

    useEffect(() => {
        if (!chart || !refine) return undefined;
        let asked = 0;
        const zoomed = () => {
            cancelAnimationFrame(asked);
            asked = requestAnimationFrame(() => {
                const [zoom] =
                    (chart.getOption() as { dataZoom?: { startValue: number; endValue: number }[] }).dataZoom ?? [];
                if (zoom) chart.setOption({ series: refine(colours, [zoom.startValue, zoom.endValue])["series"] });
            });
        };
        chart.on("datazoom", zoomed);
        return () => {
            cancelAnimationFrame(asked);
            if (!chart.isDisposed()) chart.off("datazoom", zoomed);
        };
    }, [chart, refine, colours]);

    // last, so that whoever listens to the zoom hears of it
    useEffect(() => {
        if (!chart) return;
        const began = performance.now();
        const before = zoomOf(chart);
        chart.setOption({ ...common(colours), ...option(colours) }, { notMerge: true });
        const zoomed = before !== null && before[1] - before[0] < 100; // new numbers or colours leave it where it was
        if (zoomed) chart.dispatchAction({ type: "dataZoom", start: before[0], end: before[1] });
        chart.getZr().flush(); // now, not in the next frame: so that what is measured is the drawing
        performance.measure("chart", { start: began });
    }, [chart, option, colours]);

    if (error !== null) return <ErrorNotice error={error} title="The chart cannot be drawn" />;
    return (
        <Box>
            <Box ref={place} role="img" aria-label={label} data-drawn={chart !== null} sx={{ height, width: "100%" }} />
            <Stack direction="row" useFlexGap spacing={1} sx={{ flexWrap: "wrap", alignItems: "flex-start" }}>
                {zooms && chart && <Zoom chart={chart} />}
                {table && <ChartTable table={table} label={label} />}
            </Stack>
        </Box>
    );
}

/** What all charts share; boxes of values are drawn on the canvas, since the content policy allows no inline styles. */
function common(colours: ChartColours): ChartOption {
    const reduced = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    return {
        animation: !reduced,
        animationDuration: 250,
        backgroundColor: "transparent",
        color: [...colours.series],
        textStyle: { color: colours.text, fontFamily: "system-ui, sans-serif" },
        tooltip: tooltip(colours),
        grid: { left: 8, right: 16, top: 36, bottom: 8, outerBoundsMode: "same" },
    };
}

/** The box of values, for charts that set more of it: `{ ...tooltip(colours), trigger: "item" }`. */
export function tooltip(colours: ChartColours): Record<string, unknown> {
    return {
        renderMode: "richText",
        trigger: "axis",
        confine: true,
        backgroundColor: colours.ground,
        borderColor: colours.line,
        textStyle: { color: colours.text, fontSize: 12 },
    };
}

/** An axis in the colours of the page: `axis(colours, { type: "value", name: "Sharpe" })`. */
export function axis(colours: ChartColours, more: Record<string, unknown>): Record<string, unknown> {
    return {
        axisLabel: { color: colours.faint, hideOverlap: true },
        axisLine: { lineStyle: { color: colours.faint } },
        nameTextStyle: { color: colours.faint },
        splitLine: { lineStyle: { color: colours.line } },
        ...more,
    };
}
