/** The symbol of each land layer, drawn the same way on the map and in the legend. */

import type { Layer } from "../api";

export interface Symbol {
  /** Main colour. */
  colour: string;
  /** Shape behind the glyph; "line" and "area" have no glyph. */
  shape: "circle" | "square" | "diamond" | "line" | "area" | "dot";
  /** Strokes on a 16 px grid. */
  glyph: string;
  ink: string;
}

export const SYMBOLS: Record<Layer, Symbol> = {
  township: { colour: "#b9ccc6", shape: "area", glyph: "", ink: "" },
  village: { colour: "#e4e9e2", shape: "dot", glyph: "", ink: "" },
  forest_belt: { colour: "#6fdc9b", shape: "line", glyph: "", ink: "" },
  water_point: {
    colour: "#2f8fe0",
    shape: "circle",
    glyph: "M8 3.800c1.700 2.100 2.900 3.600 2.900 5.200a2.900 2.900 0 0 1-5.800 0c0-1.600 1.200-3.100 2.900-5.200z",
    ink: "#ffffff",
  },
  helipad: { colour: "#edf2f3", shape: "circle", glyph: "M6 4.800v6.400M10 4.800v6.400M6 8h4", ink: "#22336e" },
  hydrant: { colour: "#27b3b3", shape: "square", glyph: "M6 12V7a2 2 0 0 1 4 0v5M4.800 9h6.400M5 12h6", ink: "#04211f" },
  road: { colour: "#cfc3a4", shape: "line", glyph: "", ink: "" },
  checkpoint: { colour: "#e9c75c", shape: "diamond", glyph: "M8 5v3.600M8 10.800v.01", ink: "#2b2103" },
};

export const LAYERS: readonly Layer[] = [
  "township",
  "village",
  "forest_belt",
  "water_point",
  "helipad",
  "hydrant",
  "road",
  "checkpoint",
];

/** Outline of a shape on the 16 px grid. */
export function outline(shape: Symbol["shape"]): string {
  switch (shape) {
    case "circle":
      return "M8 .8a7.200 7.200 0 1 0 0 14.400A7.200 7.200 0 0 0 8 .8z";
    case "square":
      return "M2.500 1.500h11a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1z";
    case "diamond":
      return "M8 .3 15.700 8 8 15.700.3 8z";
    case "dot":
      return "M5 5h6v6H5z";
    default:
      return "";
  }
}

const RATIO = 3;
export const PIXEL_RATIO = RATIO;

/** A symbol as pixels for the map engine. */
export function symbolImage(symbol: Symbol, size = 20): ImageData {
  const canvas = document.createElement("canvas");
  const edge = 2;
  canvas.width = canvas.height = (size + 2 * edge) * RATIO;
  const pen = canvas.getContext("2d")!;
  pen.scale(RATIO, RATIO);
  pen.translate(edge, edge);
  pen.scale(size / 16, size / 16);
  const shape = new Path2D(outline(symbol.shape));
  pen.lineJoin = "round";
  pen.lineWidth = 2.4;
  pen.strokeStyle = "rgba(5, 10, 11, 0.85)";
  pen.stroke(shape);
  pen.fillStyle = symbol.colour;
  pen.fill(shape);
  if (symbol.glyph !== "") {
    pen.lineCap = "round";
    pen.lineWidth = 1.7;
    pen.strokeStyle = symbol.ink;
    const glyph = new Path2D(symbol.glyph);
    pen.stroke(glyph);
    if (symbol === SYMBOLS.water_point) {
      pen.fillStyle = symbol.ink;
      pen.fill(glyph);
    }
  }
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

export interface Lettering {
  size_px: number;
  weight: number;
  colour: string;
  spacing_px?: number;
}

const FAMILY = '"Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif';

/** A name as pixels: the system's own fonts write it, so no glyph file is asked for. */
export function nameImage(text: string, letters: Lettering): ImageData {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d")!;
  const font = `${letters.weight} ${letters.size_px}px ${FAMILY}`;
  pen.font = font;
  pen.letterSpacing = `${letters.spacing_px ?? 0}px`;
  const edge = 4;
  const width = Math.ceil(pen.measureText(text).width) + 2 * edge;
  const height = Math.ceil(letters.size_px * 1.3) + 2 * edge;
  canvas.width = width * RATIO;
  canvas.height = height * RATIO;
  pen.scale(RATIO, RATIO);
  pen.font = font;
  pen.letterSpacing = `${letters.spacing_px ?? 0}px`;
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  pen.lineWidth = 3.5;
  pen.strokeStyle = "rgba(7, 13, 14, 0.88)";
  pen.strokeText(text, edge, height / 2);
  pen.fillStyle = letters.colour;
  pen.fillText(text, edge, height / 2);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}
