/** Heights from the terrain tiles themselves: the range to colour, and the height under a point. */

import type { ExpressionSpecification } from "maplibre-gl";
import type { Site, Terrain } from "../api/site";

const TILE_PX = 256;
/** From valley to summit: dark enough for bright symbols, never green enough to hide a belt. */
const TINTS = ["#12211f", "#1b302a", "#283e31", "#3c4a37", "#544f3c", "#6d5f4c", "#8a7b69"];

interface Tile {
  heights_m: Float32Array;
}

const cache = new Map<string, Promise<Tile | null>>();

function column(lon: number, zoom: number): number {
  return ((lon + 180) / 360) * 2 ** zoom;
}

function row(lat: number, zoom: number): number {
  const radians = (lat * Math.PI) / 180;
  return ((1 - Math.asinh(Math.tan(radians)) / Math.PI) / 2) * 2 ** zoom;
}

/** One terrarium tile in metres; null when the server has none. */
async function read(address: string): Promise<Tile | null> {
  const response = await fetch(address, { credentials: "same-origin" });
  if (!response.ok) return null;
  const picture = await createImageBitmap(await response.blob(), {
    colorSpaceConversion: "none",
    premultiplyAlpha: "none",
  });
  const canvas = new OffscreenCanvas(TILE_PX, TILE_PX);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) return null;
  context.drawImage(picture, 0, 0);
  const pixels = context.getImageData(0, 0, TILE_PX, TILE_PX).data;
  const heights_m = new Float32Array(TILE_PX * TILE_PX);
  for (let index = 0; index < heights_m.length; index += 1) {
    const at = index * 4;
    // A transparent pixel lies outside the terrain: it has no height, zero included.
    heights_m[index] =
      pixels[at + 3] === 0
        ? Number.NaN
        : pixels[at]! * 256 + pixels[at + 1]! + pixels[at + 2]! / 256 - 32_768;
  }
  return { heights_m };
}

function tile(terrain: Terrain, zoom: number, x: number, y: number): Promise<Tile | null> {
  const address = terrain.tiles
    .replace("{z}", String(zoom))
    .replace("{x}", String(x))
    .replace("{y}", String(y));
  let found = cache.get(address);
  if (found === undefined) {
    if (cache.size > 60) cache.clear();
    found = read(address).catch(() => null);
    cache.set(address, found);
  }
  return found;
}

/** Height at a place, metres above sea level; null outside the terrain. */
export async function heightAt(site: Site, lon: number, lat: number): Promise<number | null> {
  const terrain = site.terrain;
  const [west, south, east, north] = site.bounds;
  if (terrain === null || lon < west || lon > east || lat < south || lat > north) return null;
  const zoom = terrain.max_zoom;
  const x = column(lon, zoom);
  const y = row(lat, zoom);
  const found = await tile(terrain, zoom, Math.floor(x), Math.floor(y));
  if (found === null) return null;
  const height =
    found.heights_m[Math.floor((y % 1) * TILE_PX) * TILE_PX + Math.floor((x % 1) * TILE_PX)];
  return height === undefined || Number.isNaN(height) ? null : height;
}

/** Lowest and highest height inside the site's bounds, from its coarsest tiles. */
async function range(site: Site): Promise<[number, number]> {
  const terrain = site.terrain;
  if (terrain === null) return [0, 1000];
  const zoom = terrain.min_zoom;
  const [west, south, east, north] = site.bounds;
  const low: number[] = [];
  const high: number[] = [];
  for (let x = Math.floor(column(west, zoom)); x <= Math.floor(column(east, zoom)); x += 1) {
    for (let y = Math.floor(row(north, zoom)); y <= Math.floor(row(south, zoom)); y += 1) {
      const found = await tile(terrain, zoom, x, y);
      if (found === null) continue;
      const inside = found.heights_m.filter((height, index) => {
        const at_x = x + ((index % TILE_PX) + 0.5) / TILE_PX;
        const at_y = y + (Math.floor(index / TILE_PX) + 0.5) / TILE_PX;
        return (
          !Number.isNaN(height) &&
          at_x >= column(west, zoom) &&
          at_x <= column(east, zoom) &&
          at_y >= row(north, zoom) &&
          at_y <= row(south, zoom)
        );
      });
      inside.sort();
      if (inside.length === 0) continue;
      low.push(inside[Math.floor(inside.length * 0.01)]!);
      high.push(inside[Math.floor(inside.length * 0.99)]!);
    }
  }
  if (low.length === 0) return [0, 1000];
  return [Math.min(...low), Math.max(...high)];
}

/** Hypsometric tints over the heights that this site really has. */
export async function reliefRamp(site: Site): Promise<ExpressionSpecification> {
  const [low, high] = await range(site);
  const span = Math.max(1, high - low);
  const stops = TINTS.flatMap((tint, index) => [low + (span * index) / (TINTS.length - 1), tint]);
  return ["interpolate", ["linear"], ["elevation"], ...stops] as ExpressionSpecification;
}
