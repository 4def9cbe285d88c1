"""What the simulated aircraft does by itself while time passes: safety acts of an autopilot.

Silence of the ground station, its fence, missing heights of the ground and standing armed on the
ground are watched on the link's clock, since what they wait for travels over the link.
"""

import math
from typing import Final

from drone_jobs.links.simulated.fences import Fence
from drone_jobs.links.simulated.held_items import FENCE, HeldItem
from drone_jobs.links.simulated.modes import Mode
from drone_jobs.links.simulated.parameters import Parameters
from drone_jobs.links.simulated.pilot import Pilot
from drone_jobs.links.simulated.plan_server import PlanServer
from geo.crs import geodesic
from models.mission import Autopilot, LostLink

__all__ = ["Watching"]

_NO_GROUND_S: Final = 5.0  # hovering, until it flies home
_ON_ITS_WAY: Final = frozenset({Mode.RETURN, Mode.LAND})


class Watching:
    """Looks at a pilot, and takes over.

    Args:
        autopilot: whose ways.
        pilot: who flies.
        plans: with the fence.
        parameters: as they are set.
    """

    def __init__(
        self, autopilot: Autopilot, pilot: Pilot, plans: PlanServer, parameters: Parameters
    ) -> None:
        self._is_px4 = autopilot is Autopilot.PX4
        self._pilot, self._plans, self._parameters = pilot, plans, parameters
        self._ground_heard_s: float | None = None
        self._is_lost = self._is_outside = False
        self._fence_items: list[HeldItem] = []
        self._fence = Fence(self._fence_items)
        self._waits_since_s: float | None = None
        self._stands_since_s: float | None = None

    def ground_heard(self, now_s: float) -> None:
        """A ground station's heartbeat came."""
        self._ground_heard_s = now_s
        self._is_lost = False

    def look(self, now_s: float) -> None:
        """Act where it must, at a time of the link's clock."""
        self._mind_standing(now_s)
        if not self._pilot.is_airborne or self._pilot.mode in _ON_ITS_WAY:
            self._waits_since_s = None
            return
        self._mind_link(now_s)
        self._mind_fence()
        self._mind_ground(now_s)

    def _mind_standing(self, now_s: float) -> None:
        pilot = self._pilot
        stands = pilot.is_armed and not pilot.is_airborne
        if not stands or (pilot.mode is Mode.MISSION and pilot.may_take_off):
            self._stands_since_s = None
            return
        if self._stands_since_s is None:
            self._stands_since_s = now_s
        if 0.0 < self._parameters.disarm_delay_s <= now_s - self._stands_since_s:
            pilot.disarm()
            pilot.say(6, "Disarmed by itself")

    def _mind_link(self, now_s: float) -> None:
        heard_s = self._ground_heard_s
        if heard_s is None or self._is_lost or now_s - heard_s < self._parameters.lost_link_after_s:
            return
        self._is_lost = True
        deed = self._parameters.lost_link
        self._pilot.say(4, f"Ground station lost: {deed}")
        if deed is LostLink.LAND:
            self._pilot.set_mode(Mode.LAND)
        elif deed is LostLink.HOVER:
            self._pilot.set_mode(Mode.HOLD if self._is_px4 else Mode.BRAKE)
        elif deed is not LostLink.CONTINUE:
            self._pilot.set_mode(Mode.RETURN)

    def _mind_fence(self) -> None:
        items = self._plans.lists[FENCE]
        if items is not self._fence_items:  # a fence is always written whole
            self._fence_items, self._fence = items, Fence(items)
        body = self._pilot.body
        was_outside = self._is_outside
        self._is_outside = self._is_too_far() or (
            self._parameters.minds_fence and self._fence.is_outside(body.lon_deg, body.lat_deg)
        )
        if self._is_outside and not was_outside:
            self._pilot.say(2, "Fence breached")
            self._pilot.set_mode(Mode.HOLD if self._is_px4 else Mode.RETURN)

    def _is_too_far(self) -> bool:
        pilot, within_m = self._pilot, self._parameters.stays_within_m
        if not pilot.is_airborne or math.isinf(within_m):
            return False
        body, home = pilot.body, pilot.home
        return geodesic(home.lon_deg, home.lat_deg, body.lon_deg, body.lat_deg)[2] > within_m

    def _mind_ground(self, now_s: float) -> None:
        if not self._pilot.awaits_ground:
            self._waits_since_s = None
            return
        if self._waits_since_s is None:
            self._waits_since_s = now_s
        if now_s - self._waits_since_s >= _NO_GROUND_S:
            self._pilot.say(2, "Terrain data missing: returning")
            self._pilot.set_mode(Mode.RETURN)
