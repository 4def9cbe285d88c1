/** Curves of one run, or of two over each other: what ECharts draws, and the same as a table. */

import type { EChartsCoreOption } from "echarts/core";
import type { CurvePoint, ReplayFigures, ReplayLabel } from "../api/replays";
import { counted, rounded } from "./replayNumbers";

export const CURVES = ["precision_recall", "reliability", "froc"] as const;
export type CurveName = (typeof CURVES)[number];

export interface ChartRun {
  name: string;
  figures: ReplayFigures;
  /** Detections below it are not tracked: where the run stands on precision over recall. */
  floor_score: number | null;
}

/** What a chart says, in the reader's language. */
export interface ChartWords {
  across: string;
  up: string;
  /** What the third number of a point is. */
  weight: string;
  label: (label: ReplayLabel) => string;
  now: string;
  ideal: string;
}

export interface ChartLine {
  name: string;
  colour: string;
  is_dashed: boolean;
  points: [number, number, number][];
  /** Where the run stands; null where that is not known. */
  now: [number, number, number | null] | null;
}

export interface Chart {
  lines: ChartLine[];
  option: EChartsCoreOption;
}

const LABELS = ["smoke", "flame"] as const;
const COLOURS: Record<ReplayLabel, string> = { smoke: "#ffc24d", flame: "#ff7d9c" };
const OF_RUN = ["#4fc3b0", "#8fb4ff"] as const;
const INK = "#bccaca";
const LINE = "#34474d";
const LEAST_RATE = 1e-4;
const MOST_RATE = 1e4;
const LARGEST_DOT_PX = 18;
const FONT = '"Inter", "Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif';

/** Lines of a curve; none where nothing tells. */
export function linesOf(curve: CurveName, runs: readonly ChartRun[], words: Pick<ChartWords, "label">): ChartLine[] {
  return runs.flatMap((run, order): ChartLine[] => {
    const of = runs.length > 1 ? run.name : "";
    const is_dashed = order > 0;
    if (curve === "froc") {
      const points = placed(run.figures.curves.froc);
      const name = of === "" ? "" : of;
      return points.length === 0 ? [] : [{ name, colour: OF_RUN[order % 2]!, is_dashed, points, now: stands(run.figures) }];
    }
    return LABELS.flatMap((label): ChartLine[] => {
      const points = placed(run.figures.curves[curve][label] ?? []);
      if (points.length === 0) return [];
      const name = [words.label(label), of].filter((it) => it !== "").join(" · ");
      const now = curve === "precision_recall" ? atFloor(points, run.floor_score) : null;
      return [{ name, colour: COLOURS[label], is_dashed, points, now }];
    });
  });
}

/** Without points that cannot be placed. */
function placed(points: readonly CurvePoint[]): [number, number, number][] {
  return points.flatMap(([across, up, weight]) => (across === null || up === null ? [] : [[across, up, weight ?? 0] as [number, number, number]]));
}

/** Where the run itself stands: false alarms a camera-day, and fires found. */
function stands(figures: ReplayFigures): [number, number, null] | null {
  const of = (name: string): number | null => figures.headline.find((it) => it.name === name)?.value ?? null;
  const [rate, found] = [of("false_alarms_per_camera_day"), of("event_recall")];
  return rate === null || found === null ? null : [rate, found, null];
}

/** The last point whose score is tracked: points come by falling score. */
function atFloor(points: readonly [number, number, number][], floor: number | null): [number, number, number] | null {
  return floor === null ? null : (points.filter(([, , score]) => score >= floor).at(-1) ?? null);
}

/** Ends of a logarithmic axis of rates, powers of ten, and whether something lies left of it. */
export function rateAxis(lines: readonly ChartLine[]): { low: number; high: number; holds_less: boolean } {
  const all = lines.flatMap((line) => [...line.points, ...(line.now === null ? [] : [line.now])].map((it) => it[0]));
  const rates = all.filter((it) => it > 0);
  const least = Math.min(Math.max(rates.length > 0 ? Math.min(...rates) : 0.1, LEAST_RATE), MOST_RATE / 100);
  const most = Math.min(Math.max(rates.length > 0 ? Math.max(...rates) : 1, least * 10), MOST_RATE);
  // Read from text: 10 ** -4 is not the number that 0.0001 is.
  const power = (exponent: number): number => Number(`1e${exponent}`);
  const low = power(Math.floor(Math.log10(least)));
  return { low, high: power(Math.ceil(Math.log10(most))), holds_less: all.some((it) => it < low) };
}

export function chartOf(curve: CurveName, runs: readonly ChartRun[], words: ChartWords): Chart {
  const lines = linesOf(curve, runs, words);
  const rates = curve === "froc" ? rateAxis(lines) : null;
  // 0 has no place on a logarithmic axis: it is drawn at its end, and the axis says so.
  const across = (value: number): number => (rates === null ? value : Math.min(rates.high, Math.max(rates.low, value)));
  const most = Math.max(1, ...lines.flatMap((line) => line.points.map((it) => it[2])));
  const series: Record<string, unknown>[] = lines.flatMap((line) => {
    const drawn: Record<string, unknown>[] = [
      {
        type: "line",
        name: line.name,
        data: line.points.map(([x, ...rest]) => [across(x), ...rest, x]),
        // Precision keeps its height until the next score, recall of fires until the next alert.
        step: curve === "reliability" ? false : "end",
        showSymbol: curve === "reliability" || line.points.length === 1,
        symbol: "circle",
        symbolSize: curve === "reliability" ? (point: number[]) => Math.max(4, LARGEST_DOT_PX * Math.sqrt(Math.max(0, point[2]!) / most)) : 5,
        lineStyle: { width: 2, type: line.is_dashed ? "dashed" : "solid", color: line.colour },
        itemStyle: { color: line.colour, opacity: 0.85 },
        emphasis: { disabled: true },
      },
    ];
    if (line.now !== null) {
      const [x, y, weight] = line.now;
      const itemStyle = { color: "rgb(0 0 0 / 0%)", borderColor: line.colour, borderWidth: 2.5 };
      drawn.push({ type: "scatter", name: [line.name, words.now].filter((it) => it !== "").join(" · "), data: [[across(x), y, weight, x]], symbol: "circle", symbolSize: 14, itemStyle, z: 5 });
    }
    return drawn;
  });
  if (curve === "reliability") series.unshift({ type: "line", name: words.ideal, data: [[0, 0], [1, 1]], showSymbol: false, silent: true, lineStyle: { width: 1, type: "dotted", color: INK } });
  return { lines, option: { ...base(words), xAxis: rates === null ? share(words.across) : rateScale(words.across, rates), yAxis: upward(words.up), series } };
}

function base(words: ChartWords): EChartsCoreOption {
  return {
    animation: false,
    textStyle: { fontFamily: FONT },
    grid: { left: 46, right: 14, top: 14, bottom: 44 },
    tooltip: {
      trigger: "item",
      // Drawn on the canvas: a tooltip of HTML has styles of its own, which the page's policy forbids.
      renderMode: "richText",
      backgroundColor: "#1d2a2e",
      borderColor: LINE,
      textStyle: { color: "#eef4f3", fontSize: 12 },
      formatter: (told: { seriesName: string; data: (number | null)[] }) => {
        const [, up, weight, across] = told.data;
        const said = [told.seriesName, `${words.across} ${rounded(across ?? told.data[0] ?? 0, 3)}`, `${words.up} ${rounded(up ?? 0, 3)}`];
        if (weight !== null && weight !== undefined) said.push(`${words.weight} ${weight > 1 ? counted(weight) : rounded(weight, 3)}`);
        return said.filter((it) => it !== "").join("\n");
      },
    },
  };
}

const axis = (name: string) => ({
  name,
  nameLocation: "middle",
  nameTextStyle: { color: INK, fontSize: 12 },
  axisLine: { lineStyle: { color: LINE } },
  axisLabel: { color: INK, fontSize: 11 },
  splitLine: { lineStyle: { color: "#1f2c30" } },
});

const share = (name: string) => ({ ...axis(name), type: "value", min: 0, max: 1, nameGap: 26 });
const upward = (name: string) => ({ ...share(name), nameGap: 32 });
const rateScale = (name: string, { low, high, holds_less }: { low: number; high: number; holds_less: boolean }) => ({
  ...axis(name),
  type: "log",
  min: low,
  max: high,
  nameGap: 26,
  axisLabel: { color: INK, fontSize: 11, formatter: (value: number) => (holds_less && value <= low ? `≤ ${rateText(value)}` : rateText(value)) },
});
const rateText = (value: number): string => rounded(value, 2);

/** At most so many of the points, both ends included: a table of a million helps nobody. */
export function thinned<T>(points: readonly T[], most = 21): T[] {
  if (points.length <= most) return [...points];
  return Array.from({ length: most }, (_, index) => points[Math.round((index * (points.length - 1)) / (most - 1))]!);
}
