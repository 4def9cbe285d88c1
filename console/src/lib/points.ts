/** Positions as the map engine wants them. */

import type { LonLat, Position } from "../api/shared";

export const pointOf = (position: Position): LonLat => [position.lon_deg, position.lat_deg];
