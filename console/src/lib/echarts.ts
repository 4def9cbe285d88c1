/** The parts of ECharts that the console draws with; loaded when the first chart is shown. */

import { LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([LineChart, ScatterChart, GridComponent, TooltipComponent, CanvasRenderer]);

export { init };
