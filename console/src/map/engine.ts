/** MapLibre with its worker served from our own origin, as a strict content policy asks. */

import "maplibre-gl/dist/maplibre-gl.css";
import { setWorkerUrl } from "maplibre-gl";
import worker from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";

setWorkerUrl(worker);

export { Map as Engine, Marker, ScaleControl, type GeoJSONSource, type MapMouseEvent } from "maplibre-gl";
