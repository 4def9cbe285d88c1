/** Fires as lines and areas: bearings of all, everything that is known of the selected one. */

import type { Alert, NearestAsset } from "../api/alerts";
import type { Alternative } from "../api/crossings";
import type { Incident } from "../api/incidents";
import type { Layer } from "../api/land";
import type { LandReport } from "../api/landanswer";
import type { LonLat } from "../api/shared";
import { destination, sector } from "../lib/geodesy";
import { pointOf } from "../lib/points";
import { FIRE_COLOUR } from "../lib/states";
import type { Engine, GeoJSONSource } from "./engine";
import { SYMBOLS } from "./symbols";

/** Two-sided 90 % of a normal distribution, in standard deviations. */
const NINETY = 1.645;
const TIES: readonly Layer[] = ["water_point", "forest_belt"];

const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

export interface Tie {
  layer: Layer;
  distance_m: number;
  bearing_deg: number;
  from: LonLat;
  to: LonLat;
}

export function addFires(map: Engine): void {
  map.addSource("fires", { type: "geojson", data: EMPTY });
  const of = (kind: string) => ["==", ["get", "kind"], kind] as never;
  map.addLayer({
    id: "fire-wedge",
    type: "fill",
    source: "fires",
    filter: of("wedge"),
    paint: { "fill-color": ["get", "colour"], "fill-opacity": 0.16 },
  });
  map.addLayer({
    id: "fire-cluster",
    type: "fill",
    source: "fires",
    filter: of("cluster"),
    // A place that is ten times less likely is drawn fainter, never invisible.
    paint: { "fill-color": ["get", "colour"], "fill-opacity": ["+", 0.1, ["*", 0.4, ["get", "weight"]]] },
  });
  map.addLayer({
    id: "fire-cluster-edge",
    type: "line",
    source: "fires",
    filter: of("cluster"),
    paint: {
      "line-color": ["get", "colour"],
      "line-width": 1.8,
      "line-opacity": ["+", 0.45, ["*", 0.55, ["get", "weight"]]],
    },
  });
  map.addLayer({
    id: "fire-region",
    type: "fill",
    source: "fires",
    filter: of("region"),
    paint: { "fill-color": ["get", "colour"], "fill-opacity": 0.22 },
  });
  map.addLayer({
    id: "fire-region-edge",
    type: "line",
    source: "fires",
    filter: of("region"),
    paint: { "line-color": "#ffffff", "line-width": 1.6, "line-opacity": 0.85 },
  });
  map.addLayer({
    id: "fire-hidden",
    type: "line",
    source: "fires",
    filter: of("hidden"),
    // Ground behind a ridge: broad and broken, since nobody saw it.
    paint: { "line-color": ["get", "colour"], "line-width": 9, "line-opacity": ["+", 0.12, ["*", 0.43, ["get", "weight"]]], "line-dasharray": [0.4, 0.35] },
  });
  map.addLayer({
    id: "fire-bearing-other",
    type: "line",
    source: "fires",
    filter: of("bearing-other"),
    paint: { "line-color": ["get", "colour"], "line-width": 1.3, "line-opacity": 0.5, "line-dasharray": [3, 3] },
  });
  map.addLayer({
    id: "fire-bearing",
    type: "line",
    source: "fires",
    filter: of("bearing"),
    paint: { "line-color": ["get", "colour"], "line-width": 2.2 },
  });
  map.addLayer({
    id: "fire-tie-case",
    type: "line",
    source: "fires",
    filter: of("tie"),
    paint: { "line-color": "#081012", "line-width": 4, "line-opacity": 0.7 },
  });
  map.addLayer({
    id: "fire-tie",
    type: "line",
    source: "fires",
    filter: of("tie"),
    paint: { "line-color": ["get", "colour"], "line-width": 1.8, "line-dasharray": [2, 1.5] },
  });
}

function feature(
  kind: string,
  colour: string,
  geometry: GeoJSON.Geometry,
  weight = 1,
): GeoJSON.Feature {
  return { type: "Feature", properties: { kind, colour, weight }, geometry };
}

/** End of a bearing line: just behind the farthest place, or as far as a tower looks. */
function reach(alert: Alert, far_m: number): number {
  const ranges = [
    ...alert.fix.clusters.map((cluster) => cluster.range_max_m),
    ...alert.fix.hidden.map((stretch) => stretch.to_m),
  ];
  return ranges.length === 0 ? far_m : Math.max(...ranges) * 1.04;
}

function bearingLine(alert: Alert, far_m: number): GeoJSON.LineString | null {
  if (alert.fix.bearing_deg === null) return null;
  const start = pointOf(alert.fix.observer);
  const end = destination(start, alert.fix.bearing_deg, reach(alert, far_m));
  return { type: "LineString", coordinates: [start, end] };
}

/** The nearest of each layer; of water the best that a helicopter can use, none without one. */
function tied(alert: Alert, report: LandReport | null): readonly NearestAsset[] {
  if (report === null) return alert.land.nearest;
  const best = report.water.best[0]?.asset;
  const firsts = TIES.map((layer) => report.nearest.find((asset) => asset.layer === layer));
  return [...firsts, best].filter((asset) => asset !== undefined);
}

/** Lines from the best position to the water and the belt that count for it. */
export function tiesOf(alert: Alert, report: LandReport | null = null): Tie[] {
  const best = alert.fix.clusters[0];
  if (best === undefined) return [];
  const from = pointOf(best.position);
  return tied(alert, report).flatMap((asset) =>
    TIES.includes(asset.layer) && asset.bearing_deg !== null
      ? [
          {
            layer: asset.layer,
            distance_m: asset.distance_m,
            bearing_deg: asset.bearing_deg,
            from,
            to: destination(from, asset.bearing_deg, asset.distance_m),
          },
        ]
      : [],
  );
}

/** The region of a fire by all its evidence, and how its other evidence sees it. */
function memberFeatures(fire: Incident, looked_at: Alert | null, far_m: number): GeoJSON.Feature[] {
  const colour = FIRE_COLOUR[fire.state];
  const features: GeoJSON.Feature[] = [];
  for (const alert of fire.alerts) {
    if (alert.alert_id === looked_at?.alert_id) continue;
    const line = bearingLine(alert, far_m);
    if (line !== null) features.push(feature("bearing", colour, line));
  }
  for (const it of fire.observations) {
    if (it.bearing_deg === null || it.withdrawn_at !== null) continue;
    const start: LonLat = [it.lon_deg, it.lat_deg];
    const line = { type: "LineString" as const, coordinates: [start, destination(start, it.bearing_deg, far_m)] };
    features.push(feature("bearing", colour, line));
  }
  const ring = fire.place?.ring_lonlat ?? [];
  if (ring.length > 3 && fire.alerts.length + fire.observations.length > 1)
    features.push(feature("region", colour, { type: "Polygon", coordinates: [ring] }));
  return features;
}

export function fireFeatures(
  alerts: Alert[],
  fire: Incident | null,
  selected: Alert | null,
  far_m: number,
  weights: readonly Alternative[] = [],
  report: LandReport | null = null,
): GeoJSON.FeatureCollection {
  const features: GeoJSON.Feature[] = [];
  for (const alert of alerts) {
    if (alert.incident_id === fire?.incident_id) continue;
    const line = bearingLine(alert, far_m);
    if (line !== null) features.push(feature("bearing-other", FIRE_COLOUR[alert.state], line));
  }
  if (fire !== null) features.push(...memberFeatures(fire, selected, far_m));
  if (selected === null) return { type: "FeatureCollection", features };
  const colour = FIRE_COLOUR[selected.state];
  const { fix } = selected;
  if (fix.bearing_deg !== null && fix.bearing_sigma_deg !== null) {
    const width = 2 * NINETY * fix.bearing_sigma_deg;
    const ring = sector(pointOf(fix.observer), fix.bearing_deg, width, reach(selected, far_m));
    features.push(feature("wedge", colour, { type: "Polygon", coordinates: [ring] }));
  }
  for (const tie of tiesOf(selected, report))
    features.push(
      feature("tie", SYMBOLS[tie.layer].colour, { type: "LineString", coordinates: [tie.from, tie.to] }),
    );
  const line = bearingLine(selected, far_m);
  if (line !== null) features.push(feature("bearing", colour, line));
  // Where others see it too, what they speak against fades.
  const weighed = (kind: string, index: number) =>
    weights.find((it) => it.kind === kind && it.index === index)?.after;
  for (const [index, stretch] of fix.hidden.entries()) {
    const line_ = { type: "LineString" as const, coordinates: stretch.line_lonlat };
    features.push(feature("hidden", colour, line_, weighed("hidden", index) ?? 1));
  }
  for (const [index, cluster] of fix.clusters.entries()) {
    const ring = { type: "Polygon" as const, coordinates: [cluster.outline_lonlat] };
    features.push(feature("cluster", colour, ring, weighed("place", index) ?? cluster.weight));
  }
  return { type: "FeatureCollection", features };
}

export function setFires(map: Engine, data: GeoJSON.FeatureCollection): void {
  void (map.getSource("fires") as GeoJSONSource | undefined)?.setData(data);
}

/** Everything of an alert that should be in view. */
export function extentOf(alert: Alert, far_m: number): LonLat[] {
  const points = [pointOf(alert.fix.observer)];
  for (const cluster of alert.fix.clusters) points.push(...cluster.outline_lonlat);
  const range_m = alert.fix.clusters[0]?.range_m ?? 0;
  for (const tie of tiesOf(alert)) if (tie.distance_m < range_m) points.push(tie.to);
  const line = bearingLine(alert, far_m);
  if (line !== null) points.push(line.coordinates[1] as LonLat);
  return points;
}

/** Everything of a fire that should be in view: its region, and all that see it. */
export function extentOfFire(fire: Incident, far_m: number): LonLat[] {
  return [
    ...(fire.place?.ring_lonlat ?? []),
    ...fire.alerts.flatMap((it) => extentOf(it, far_m)),
    ...fire.observations.map((it): LonLat => [it.lon_deg, it.lat_deg]),
  ];
}
