// The parts of ECharts that our charts are made of; loaded with the first chart, not with the page.
import {
    BarChart,
    BoxplotChart,
    CandlestickChart,
    CustomChart,
    HeatmapChart,
    LineChart,
    ParallelChart,
    ScatterChart,
} from "echarts/charts";
import {
    AxisPointerComponent,
    DataZoomComponent,
    GridComponent,
    LegendComponent,
    MarkAreaComponent,
    MarkLineComponent,
    MarkPointComponent,
    ParallelComponent,
    TitleComponent,
    TooltipComponent,
    VisualMapComponent,
} from "echarts/components";
import { init, use as register } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

register([
    AxisPointerComponent,
    BarChart,
    BoxplotChart,
    CandlestickChart,
    CanvasRenderer,
    CustomChart,
    DataZoomComponent,
    GridComponent,
    HeatmapChart,
    LegendComponent,
    LineChart,
    MarkAreaComponent,
    MarkLineComponent,
    MarkPointComponent,
    ParallelChart,
    ParallelComponent,
    ScatterChart,
    TitleComponent,
    TooltipComponent,
    VisualMapComponent,
]);

export { init };
