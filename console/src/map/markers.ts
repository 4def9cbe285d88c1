/** Markers that people click: cameras, fires, and the distances beside the tie lines. */

import type { Camera } from "../api/cameras";
import type { Incident } from "../api/incidents";
import type { LonLat } from "../api/shared";
import { bestOf, spotOf } from "../lib/fires";
import { ICONS, type IconName } from "../lib/icons";
import { pointOf } from "../lib/points";
import { FIRE_COLOUR, CAMERA_COLOUR } from "../lib/states";
import { type Engine, Marker } from "./engine";

const SVG = "http://www.w3.org/2000/svg";

function iconElement(name: IconName, size: number): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("width", String(size));
  svg.setAttribute("height", String(size));
  svg.setAttribute("aria-hidden", "true");
  for (const path of ICONS[name] as { d: string; fill?: boolean }[]) {
    const element = document.createElementNS(SVG, "path");
    element.setAttribute("d", path.d);
    element.setAttribute("fill", path.fill ? "currentColor" : "none");
    if (!path.fill) {
      element.setAttribute("stroke", "currentColor");
      element.setAttribute("stroke-width", "1.5");
      element.setAttribute("stroke-linecap", "round");
      element.setAttribute("stroke-linejoin", "round");
    }
    svg.append(element);
  }
  return svg;
}

/** Markers kept by key: made once, moved and restyled after, removed when their key is gone. */
class MarkerSet<T> {
  private readonly markers = new Map<string, { marker: Marker; element: HTMLElement }>();

  constructor(
    private readonly map: Engine,
    private readonly anchor: "center" | "bottom",
    private readonly make: (item: T) => HTMLElement,
    private readonly dress: (element: HTMLElement, item: T) => void,
  ) {
    // In relief a marker stands on the ground, which is known only once its tiles are drawn.
    map.on("idle", () => {
      if (map.getTerrain() === null) return;
      for (const { marker } of this.markers.values()) marker.setLngLat(marker.getLngLat());
    });
  }

  show(items: { key: string; at: LonLat; item: T }[]): void {
    const keep = new Set(items.map((it) => it.key));
    for (const [key, { marker }] of this.markers)
      if (!keep.has(key)) {
        marker.remove();
        this.markers.delete(key);
      }
    for (const { key, at, item } of items) {
      let found = this.markers.get(key);
      if (found === undefined) {
        const element = this.make(item);
        const marker = new Marker({ element, anchor: this.anchor }).setLngLat(at).addTo(this.map);
        // The engine names every marker "Map marker"; ours carry their own words.
        element.removeAttribute("aria-label");
        found = { marker, element };
        this.markers.set(key, found);
      }
      found.marker.setLngLat(at);
      this.dress(found.element, item);
    }
  }
}

export interface CameraMark {
  camera: Camera;
  words: string;
  named: boolean;
}

export function cameraMarkers(map: Engine, choose: (id: string) => void) {
  const set = new MarkerSet<CameraMark>(
    map,
    "center",
    ({ camera }) => {
      const element = document.createElement("button");
      element.type = "button";
      element.className = "mark-camera";
      const disc = document.createElement("span");
      disc.className = "disc";
      disc.append(iconElement(camera.kind, 14));
      const name = document.createElement("span");
      name.className = "name";
      name.textContent = camera.name;
      element.append(disc, name);
      element.addEventListener("click", () => choose(camera.camera_id));
      return element;
    },
    (element, { camera, words, named }) => {
      element.style.setProperty("--tone", CAMERA_COLOUR[camera.state]);
      element.dataset["state"] = camera.state;
      element.classList.toggle("named", named);
      element.title = words;
      element.ariaLabel = words;
    },
  );
  return (marks: CameraMark[]) =>
    set.show(
      marks.map((item) => ({ key: item.camera.camera_id, at: pointOf(item.camera.position), item })),
    );
}

export interface FireMark {
  fire: Incident;
  selected: boolean;
  words: string;
}

export function fireMarkers(map: Engine, choose: (id: number) => void) {
  const set = new MarkerSet<FireMark>(
    map,
    "center",
    ({ fire }) => {
      const element = document.createElement("button");
      element.type = "button";
      element.className = "mark-fire";
      const disc = document.createElement("span");
      disc.className = "disc";
      disc.append(iconElement(bestOf(fire)?.label ?? "phone", 15));
      element.append(disc);
      element.addEventListener("click", () => choose(fire.incident_id));
      return element;
    },
    (element, { fire, selected, words }) => {
      element.style.setProperty("--tone", FIRE_COLOUR[fire.state]);
      element.dataset["state"] = fire.state;
      element.classList.toggle("selected", selected);
      element.title = words;
      element.ariaLabel = words;
    },
  );
  // A fire without a place gets no marker: a position is never drawn where none is known.
  return (marks: FireMark[]) =>
    set.show(
      marks.flatMap((item) => {
        const at = spotOf(item.fire);
        return at === null ? [] : [{ key: String(item.fire.incident_id), at, item }];
      }),
    );
}

export type Side = "above" | "below";

/** On which side of a line's end its words stand: away from where the line comes from. */
export function sideOf(bearing_deg: number): Side {
  return bearing_deg < 90 || bearing_deg >= 270 ? "above" : "below";
}

export interface TieMark {
  key: string;
  at: LonLat;
  side: Side;
  text: string;
  colour: string;
}

export function tieMarkers(map: Engine) {
  const set = new MarkerSet<TieMark>(
    map,
    "center",
    () => {
      const element = document.createElement("div");
      element.className = "mark-tie";
      element.append(document.createElement("span"));
      return element;
    },
    (element, { text, colour, side }) => {
      element.firstElementChild!.textContent = text;
      element.dataset["side"] = side;
      element.style.setProperty("--tone", colour);
    },
  );
  return (marks: TieMark[]) => set.show(marks.map((item) => ({ key: item.key, at: item.at, item })));
}
