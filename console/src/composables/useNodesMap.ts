/** The map of the nodes' room: the fleet, the looks, and the one of either that is chosen. */

import { computed, type Ref, watch } from "vue";
import type { HeatLook } from "../api/nodes";
import type { LonLat } from "../api/shared";
import { lookFeatures, radius90_m } from "../lib/heatLooks";
import { boundsOf, destination } from "../lib/geodesy";
import { nodeFeatures, nodePoint } from "../lib/nodes";
import { pointOf } from "../lib/points";
import type { Engine } from "../map/engine";
import { addFocus, setFocus } from "../map/focus";
import { addLand } from "../map/land";
import { addNodes, pressNodes, setHeatLooks, setNodes } from "../map/nodes";
import { useCameras } from "./useCameras";
import { useHeatLooks } from "./useHeatLooks";
import { useMapEngine } from "./useMapEngine";
import { useNodes } from "./useNodes";
import { useNodesRoom } from "./useNodesRoom";
import { useSite } from "./useSite";

const FIT = { padding: 46, duration: 500, maxZoom: 16.5 };
/** Around a node its own view, and something of the land. */
const AROUND_M = 250;
const NOW = { immediate: true };

export function useNodesMap(holder: Ref<HTMLElement | null>) {
  const { land } = useSite();
  const { nodes } = useNodes();
  const { cameras } = useCameras();
  const { waiting, chosen } = useHeatLooks();
  const room = useNodesRoom();
  const { map, ready, failed } = useMapEngine(holder, {
    view: (it) => ({ bounds: fleetBounds() ?? it.bounds, maxZoom: 17.5 }),
    furnish: (engine) => {
      if (land.value !== null) addLand(engine, land.value);
      addNodes(engine);
      addFocus(engine);
      pressNodes(engine, { node: room.at_node, look: room.at_look });
      feed(engine);
    },
  });
  const node = computed(() => (room.tab.value === "fleet" ? (nodes.value?.find((it) => it.node_id === room.node_id.value) ?? null) : null));
  const look = computed(() => (room.tab.value === "looks" ? chosen.value : null));
  const shown = computed(() => {
    const all: HeatLook[] = [...(waiting.value ?? [])];
    if (look.value !== null && !all.some((it) => it.look_id === look.value?.look_id)) all.push(look.value);
    return all;
  });

  function around(at: LonLat, radius_m: number): LonLat[] {
    return [0, 90, 180, 270].map((bearing_deg) => destination(at, bearing_deg, radius_m));
  }
  function fleetBounds() {
    const points = (nodes.value ?? []).filter((it) => !it.is_retired).flatMap((it) => around(nodePoint(it), 4 * AROUND_M));
    return boundsOf(points);
  }

  /** What the map comes to: the look with its ring and its node, the node, or the whole fleet. */
  function fit(): void {
    const to: LonLat[] = [];
    if (look.value !== null) {
      to.push(...around([look.value.lon_deg, look.value.lat_deg], Math.max(AROUND_M, 1.5 * radius90_m(look.value))));
      const own = nodes.value?.find((it) => it.node_id === look.value?.node_id);
      if (own !== undefined) to.push(nodePoint(own));
    } else if (node.value !== null) to.push(...around(nodePoint(node.value), Math.max(AROUND_M, node.value.reach_m)));
    const bounds = to.length > 0 ? boundsOf(to) : fleetBounds();
    map.value?.resize(); // what stands beside it has just taken its room
    if (bounds !== null) map.value?.fitBounds(bounds, FIT);
  }

  function feed(engine: Engine): void {
    watch(nodes, (all) => setNodes(engine, nodeFeatures(all ?? [])), NOW);
    watch([shown, look, cameras], () => {
      const towers = new Map(cameras.value.map((it) => [it.camera_id, pointOf(it.position)] as const));
      setHeatLooks(engine, lookFeatures(shown.value, look.value, towers));
    }, NOW);
    watch(() => [room.tab.value, node.value?.node_id, look.value?.look_id], () => {
      setFocus(engine, node.value === null ? null : { type: "Point", coordinates: nodePoint(node.value) });
      fit();
    }, NOW);
  }

  return { map, ready, failed };
}
