"""What must hold on the ground before a MAVLink aircraft is told to start.

The gates were asked before; these are asked of the aircraft itself, at the last moment, and each is
about a flight that went wrong: somebody else's aircraft on the line, a mission of another valley, a
height reference that is tens of metres off, an aircraft that is already under way.
"""

import math
from typing import Final

from drone_jobs.links.link import LinkRefused
from drone_jobs.links.mavlink.health import WARNING
from geo.crs import LocalFrame, Wgs84, above_sea_m
from models.flight import AircraftState, FlightPhase
from models.mission import MissionPlace

__all__ = ["check_ready"]

MOST_FROM_HOME_M: Final = 300.0
MOST_HEIGHT_OFF_M: Final = (
    20.0  # GNSS without corrections is off by 10; a wrong datum by 26 and more
)


def check_ready(state: AircraftState | None, home: MissionPlace, home_above_sea_m: float) -> None:
    """Refuse an aircraft that must not start.

    Args:
        state: newest.
        home: where the mission starts.
        home_above_sea_m: ground there.

    Raises:
        LinkRefused: it is not known to stand disarmed on the ground (``link_in_the_air``), warns
            (``link_health``), does not tell its place (``link_no_place``), stands elsewhere
            (``link_far``), or takes its height from something else (``link_height``).
    """
    if state is None or state.phase is not FlightPhase.GROUND:
        raise LinkRefused(
            f"The aircraft does not stand disarmed on the ground: {_phase(state)}.",
            remedy="Wait until it has landed and is disarmed.",
            code="link_in_the_air",
        )
    grave = [each.message for each in state.warnings if each.level >= WARNING]
    if grave:
        raise LinkRefused(
            f"The aircraft warns: {' '.join(grave)[:300]}",
            remedy="Put it right, then start again.",
            code="link_health",
        )
    if state.lon_deg is None or state.lat_deg is None or state.height is None:
        raise LinkRefused(
            "The aircraft does not tell where it stands.",
            remedy="Wait until it has a fix.",
            code="link_no_place",
        )
    off_m = math.hypot(
        *LocalFrame(home.lon_deg, home.lat_deg).to_metric(state.lon_deg, state.lat_deg)
    )
    if not off_m <= MOST_FROM_HOME_M:
        raise LinkRefused(
            f"The aircraft stands {off_m:.0f} m from where the mission starts.",
            remedy="Plan the mission from where it stands.",
            code="link_far",
        )
    told_m = above_sea_m(state.height, Wgs84.at(state.lon_deg, state.lat_deg))
    higher_m = told_m - home_above_sea_m
    if not abs(higher_m) <= MOST_HEIGHT_OFF_M:
        raise LinkRefused(
            f"The aircraft says that it stands {abs(higher_m):.0f} m "
            f"{'above' if higher_m > 0 else 'below'} the ground of the plan.",
            remedy="Wait for a better fix, or look which height its autopilot tells.",
            code="link_height",
        )


def _phase(state: AircraftState | None) -> str:
    return FlightPhase.UNKNOWN.value if state is None else state.phase.value
