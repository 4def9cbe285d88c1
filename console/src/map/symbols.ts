/** The symbol of each land layer, drawn the same way on the map and in the legend. */

import type { Layer } from "../api/land";

export interface Symbol {
  /** Main colour. */
  colour: string;
  /** Shape behind the glyph; "line" and "area" have no glyph. */
  shape: "circle" | "square" | "diamond" | "triangle" | "hexagon" | "shield" | "line" | "area" | "dot";
  /** Strokes on a 16 px grid. */
  glyph: string;
  ink: string;
  /** The glyph is filled, not only drawn. */
  solid?: boolean;
}

const plain = (shape: "line" | "area" | "dot", colour: string): Symbol => ({ colour, shape, glyph: "", ink: "" });

export const SYMBOLS: Record<Layer, Symbol> = {
  township: plain("area", "#b9ccc6"),
  village: plain("dot", "#e4e9e2"),
  mountain_unit: plain("area", "#c6a6e8"),
  forest_stand: plain("area", "#7fb069"),
  forest_belt: plain("line", "#6fdc9b"),
  water_point: {
    colour: "#2f8fe0",
    shape: "circle",
    glyph: "M8 3.800c1.700 2.100 2.900 3.600 2.900 5.200a2.900 2.900 0 0 1-5.800 0c0-1.600 1.200-3.100 2.900-5.200z",
    ink: "#ffffff",
    solid: true,
  },
  pool: { colour: "#3a6fd8", shape: "square", glyph: "M4.500 5v6.500h7V5M4.500 8c1.200-.9 2.300.9 3.500 0s2.300.9 3.500 0", ink: "#ffffff" },
  pipe: plain("line", "#35b9d6"),
  hydrant: { colour: "#27b3b3", shape: "square", glyph: "M6 12V7a2 2 0 0 1 4 0v5M4.800 9h6.400M5 12h6", ink: "#04211f" },
  intake: { colour: "#5cc6f2", shape: "circle", glyph: "M8 4v6.500M5.300 7.800 8 10.500l2.700-2.700M5 12.300h6", ink: "#04202b" },
  quay: { colour: "#8fb4f5", shape: "square", glyph: "M8 5.600V12M5.800 7.400h4.400M4.500 9.500c.3 1.700 1.700 2.500 3.500 2.500s3.200-.8 3.500-2.500M8 4v.01", ink: "#0a1a3c" },
  road: plain("line", "#cfc3a4"),
  checkpoint: { colour: "#e9c75c", shape: "diamond", glyph: "M8 5v3.600M8 10.800v.01", ink: "#2b2103" },
  helipad: { colour: "#edf2f3", shape: "circle", glyph: "M6 4.800v6.400M10 4.800v6.400M6 8h4", ink: "#22336e" },
  tower: { colour: "#a9e34b", shape: "triangle", glyph: "M8 6v6M6 12.300h4M6.300 8.500h3.400", ink: "#16240a" },
  post: { colour: "#c7d66d", shape: "hexagon", glyph: "M4.300 8C5.300 6.300 6.500 5.500 8 5.500s2.700.8 3.700 2.500c-1 1.700-2.200 2.500-3.700 2.500S5.300 9.700 4.300 8zM8 8v.01", ink: "#1f260a" },
  node: { colour: "#d28bf0", shape: "hexagon", glyph: "M8 9.800v.01M6.200 7.600a2.600 2.600 0 0 1 3.600 0M4.600 5.900a4.900 4.900 0 0 1 6.800 0", ink: "#260a33" },
  station: { colour: "#f2a7c3", shape: "shield", glyph: "M8 4.200v.01M5.500 11.500V9.800a2.500 2.500 0 0 1 5 0v1.700M8 6v.01", ink: "#3a0d20" },
  airspace: plain("area", "#ff6b6b"),
};

/** Kinds of layers as the legend groups them; every layer once. */
export const GROUPS = {
  units: ["township", "village", "mountain_unit", "forest_stand"],
  belts: ["forest_belt"],
  water: ["water_point", "pool", "pipe", "hydrant", "intake", "quay"],
  roads: ["road", "checkpoint", "helipad"],
  watch: ["tower", "post", "node"],
  people: ["station"],
  air: ["airspace"],
} as const satisfies Record<string, readonly Layer[]>;

export type Group = keyof typeof GROUPS;
export const LAYERS: readonly Layer[] = Object.values(GROUPS).flat();

/** Outline of a shape on the 16 px grid. */
export function outline(shape: Symbol["shape"]): string {
  switch (shape) {
    case "circle":
      return "M8 .8a7.200 7.200 0 1 0 0 14.400A7.200 7.200 0 0 0 8 .8z";
    case "square":
      return "M2.500 1.500h11a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1z";
    case "diamond":
      return "M8 .3 15.700 8 8 15.700.3 8z";
    case "triangle":
      return "M8 .6 15.600 14.600H.4z";
    case "hexagon":
      return "M4.300 1.300h7.400L15.500 8l-3.800 6.700H4.300L.5 8z";
    case "shield":
      return "M8 .6 14.500 3v5.200c0 3.400-2.600 5.900-6.500 7.200-3.900-1.300-6.500-3.800-6.500-7.200V3z";
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
    if (symbol.solid === true) {
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
