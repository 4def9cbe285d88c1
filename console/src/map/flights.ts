/** A flight on the map: its mission, what it flew of it, and the aircraft where they are now. */

import type { AircraftMark } from "../lib/flightShapes";
import { type Engine, type GeoJSONSource, Marker } from "./engine";

const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
const role = (name: string) => ["==", ["get", "role"], name] as never;

export function addFlight(map: Engine): void {
  map.addSource("flight", { type: "geojson", data: EMPTY });
  const line = { "line-join": "round", "line-cap": "round" } as const;
  map.addLayer({ id: "flight-mission", type: "line", source: "flight", filter: role("mission"), layout: line, paint: { "line-color": "#7fc8ff", "line-width": 1.8, "line-dasharray": [2.5, 2] } });
  map.addLayer({ id: "flight-point", type: "circle", source: "flight", filter: role("point"), minzoom: 12, paint: { "circle-radius": 2.6, "circle-color": "#0b1315", "circle-stroke-color": "#7fc8ff", "circle-stroke-width": 1.3 } });
  map.addLayer({ id: "flight-case", type: "line", source: "flight", filter: role("flown"), layout: line, paint: { "line-color": "#071013", "line-width": 5.4, "line-opacity": 0.8 } });
  map.addLayer({ id: "flight-flown", type: "line", source: "flight", filter: role("flown"), layout: line, paint: { "line-color": "#ffe066", "line-width": 3 } });
}

export function setFlight(map: Engine, features: GeoJSON.Feature[]): void {
  void (map.getSource("flight") as GeoJSONSource | undefined)?.setData({ type: "FeatureCollection", features });
}

/** Each aircraft with its name and where its nose points; a press chooses what it flies. */
export function aircraftMarkers(map: Engine, choose: (mark: AircraftMark) => void, title: (mark: AircraftMark) => string) {
  const shown = new Map<string, { marker: Marker; mark: AircraftMark }>();
  return (marks: readonly AircraftMark[]): void => {
    for (const [key, { marker }] of shown)
      if (!marks.some((it) => it.key === key)) {
        marker.remove();
        shown.delete(key);
      }
    for (const mark of marks) {
      let kept = shown.get(mark.key);
      if (kept === undefined) {
        const element = document.createElement("button");
        element.type = "button";
        element.className = "mark-aircraft";
        element.dataset["testid"] = "flight-aircraft-mark";
        element.append(document.createElement("i"), document.createElement("span"));
        const marker = new Marker({ element, anchor: "center" }).setLngLat(mark.at).addTo(map);
        element.removeAttribute("aria-label");
        const made = { marker, mark };
        element.addEventListener("click", (event) => {
          event.stopPropagation();
          choose(made.mark);
        });
        shown.set(mark.key, (kept = made));
      }
      kept.mark = mark;
      kept.marker.setLngLat(mark.at);
      const element = kept.marker.getElement();
      element.title = title(mark);
      element.classList.toggle("old", mark.old);
      element.classList.toggle("warns", mark.warns);
      element.classList.toggle("headless", mark.heading_deg === null);
      element.style.setProperty("--turn", `${mark.heading_deg ?? 0}deg`);
      element.lastElementChild!.textContent = mark.text;
    }
  };
}
