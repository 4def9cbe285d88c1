/** Where the map looks: the site, an alert, a camera; flat or in relief. */

import { ref, type ShallowRef } from "vue";
import type { Incident } from "../api/incidents";
import type { LonLat } from "../api/shared";
import type { Site } from "../api/site";
import { boundsOf, distance } from "../lib/geodesy";
import { extentOfMatch } from "../map/crossings";
import type { Engine } from "../map/engine";
import { extentOfFire } from "../map/fires";
import { useCrossing } from "./useCrossing";
import { useIncidents } from "./useIncidents";
import { useLegend } from "./useLegend";
import { useSite } from "./useSite";

const PADDING = { top: 64, bottom: 96, left: 80, right: 90 };
const LEGEND_PX = 150;
const MOVE_MS = 700;
const CLOSEST = 13.5;

/** How far a bearing without a place is drawn: half the site's diagonal. */
export function farOf(site: Site): number {
  const [west, south, east, north] = site.bounds;
  return distance([west, south], [east, north]) * 0.5;
}

/** Where it burns, without who sees it. */
function closeOf(fire: Incident): LonLat[] {
  const ring = fire.place?.ring_lonlat ?? [];
  if (ring.length > 0) return [...ring];
  return fire.alerts.flatMap((it) => it.fix.clusters.flatMap((one) => one.outline_lonlat));
}

export function useMapView(map: ShallowRef<Engine | null>) {
  const { site } = useSite();
  const { selected } = useIncidents();
  const { match, witness } = useCrossing();
  const { listed } = useLegend();
  const tilted = ref(false);
  let close_up = false;
  let shown_id: number | null = null;

  /** All points in view; beside what lies over the map's left so wide, where that matters. */
  function fit(points: LonLat[], clear_px = 0): void {
    const bounds = boundsOf(points);
    if (bounds === null) return;
    const beside = listed.value ? LEGEND_PX : 0;
    const padding = { ...PADDING, left: PADDING.left + Math.max(beside, clear_px) };
    map.value?.fitBounds(bounds, { padding, maxZoom: CLOSEST, duration: MOVE_MS });
  }

  /** The whole answer first; asked again, the place itself. */
  function zoomToAlert(): void {
    const fire = selected.value;
    if (fire === null || site.value === null) return;
    const near = closeOf(fire);
    close_up = !close_up && near.length > 0 && shown_id === fire.incident_id;
    shown_id = fire.incident_id;
    if (close_up) fit(near);
    else {
      const others = match.value === null ? [] : extentOfMatch(match.value, witness);
      fit([...extentOfFire(fire, farOf(site.value)), ...others]);
    }
  }

  function zoomToSite(): void {
    if (site.value === null) return;
    map.value?.fitBounds(site.value.bounds, { padding: 12, duration: MOVE_MS, bearing: 0 });
  }

  function tilt(): void {
    const engine = map.value;
    if (engine === null) return;
    tilted.value = !tilted.value;
    engine.setTerrain(tilted.value ? { source: "ground", exaggeration: 1.3 } : null);
    const bearing = tilted.value ? engine.getBearing() : 0;
    engine.easeTo({ pitch: tilted.value ? 58 : 0, bearing, duration: MOVE_MS });
  }

  function flyTo(center: LonLat): void {
    const engine = map.value;
    engine?.easeTo({ center, zoom: Math.max(11.5, engine.getZoom()), duration: MOVE_MS });
  }

  return { tilted, fit, zoomToAlert, zoomToSite, tilt, flyTo };
}
