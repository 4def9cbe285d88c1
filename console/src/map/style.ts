/** The ground of the map: relief tints and shading from the site's own terrain tiles, nothing else. */

import type { StyleSpecification } from "maplibre-gl";
import type { Site } from "../api";
import { reliefRamp } from "./relief";

export async function baseStyle(site: Site): Promise<StyleSpecification> {
  const style: StyleSpecification = {
    version: 8,
    sources: {},
    layers: [{ id: "ground", type: "background", paint: { "background-color": "#0b1113" } }],
    transition: { duration: 0, delay: 0 },
  };
  if (site.terrain === null) return style;
  const source = {
    type: "raster-dem" as const,
    tiles: [new URL(site.terrain.tiles, location.href).href.replaceAll("%7B", "{").replaceAll("%7D", "}")],
    tileSize: 256,
    minzoom: site.terrain.min_zoom,
    maxzoom: site.terrain.max_zoom,
    bounds: site.bounds,
    encoding: "terrarium" as const,
  };
  // Shading and the three-dimensional view load their tiles apart, as the engine asks.
  style.sources = { relief: source, ground: source };
  style.layers.push(
    {
      id: "relief-tint",
      type: "color-relief",
      source: "relief",
      paint: { "color-relief-color": await reliefRamp(site), "color-relief-opacity": 1 },
    },
    {
      id: "relief-shade",
      type: "hillshade",
      source: "relief",
      paint: {
        "hillshade-exaggeration": 0.55,
        "hillshade-shadow-color": "#04090a",
        "hillshade-highlight-color": "#b9cbb8",
        "hillshade-accent-color": "#0a1312",
        "hillshade-illumination-direction": 315,
      },
    },
  );
  return style;
}
