/** The ground of the map: relief tints and shading from the site's own terrain tiles, nothing else. */

import type { SourceSpecification, StyleSpecification } from "maplibre-gl";
import type { Site } from "../api/site";
import { reliefRamp } from "./relief";

/** Zoom whose pixels are a little finer than the terrain's cells: more would only show their facets. */
function finestZoom(site: Site): number {
  if (site.terrain === null) return 0;
  const middle = ((site.bounds[1] + site.bounds[3]) / 2) * (Math.PI / 180);
  const zoom = Math.ceil(Math.log2((156_543 * Math.cos(middle)) / site.terrain.cell_m)) + 1;
  return Math.max(site.terrain.min_zoom, Math.min(site.terrain.max_zoom, zoom));
}

/** Everything but the site: terrain tiles repeat their last heights there, which are not real. */
function outside([west, south, east, north]: Site["bounds"]): SourceSpecification {
  const world = [[-180, -85], [180, -85], [180, 85], [-180, 85], [-180, -85]];
  const hole = [[west, south], [west, north], [east, north], [east, south], [west, south]];
  const geometry = { type: "Polygon" as const, coordinates: [world, hole] };
  return { type: "geojson", data: { type: "Feature", properties: {}, geometry } };
}

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
    maxzoom: finestZoom(site),
    bounds: site.bounds,
    encoding: "terrarium" as const,
  };
  // Shading and the three-dimensional view load their tiles apart, as the engine asks.
  style.sources = { relief: source, ground: source, outside: outside(site.bounds) };
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
        "hillshade-exaggeration": 0.42,
        "hillshade-shadow-color": "#04090a",
        "hillshade-highlight-color": "#93a899",
        "hillshade-accent-color": "#0a1312",
        "hillshade-illumination-direction": 315,
      },
    },
    {
      id: "outside",
      type: "fill",
      source: "outside",
      paint: { "fill-color": "#0b1113", "fill-opacity": 0.86 },
    },
  );
  return style;
}
