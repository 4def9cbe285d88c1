"""Words and numbers of DJI's WPML (waypoint markup language), as its documentation has them.

Source: DJI Cloud API, reference "DJI WPML" (overview, template.kml, waylines.wpml, common
elements), and its list of supported products; namespaces 1.0.0 to 1.0.6 have been seen in files.
"""

from dataclasses import dataclass
from typing import Final

from models.mission import Finish, LostLink

__all__ = [
    "COORDINATE",
    "DISTANCE",
    "DOCK_TYPES",
    "DRONES",
    "FINISH",
    "FOCAL_MM",
    "HEADING_MODES",
    "KML",
    "LENS_TYPES",
    "LOST_ACTION",
    "PASSING",
    "PAYLOADS",
    "STOP",
    "STOP_CURVED",
    "SURFACE_TYPE",
    "TEMPLATE",
    "THERMAL",
    "TIMING",
    "TURN_MODES",
    "WAYLINES",
    "WPML",
    "Limits",
]

KML: Final = "http://www.opengis.net/kml/2.2"
WPML: Final = "http://www.dji.com/wpmz/1.0.6"
TEMPLATE: Final = "wpmz/template.kml"
WAYLINES: Final = "wpmz/waylines.wpml"

FINISH: Final = {
    "goHome": Finish.HOME,
    "noAction": Finish.HOVER,
    "autoLand": Finish.LAND,
    "gotoFirstWaypoint": Finish.START,
}
LOST_ACTION: Final = {
    "goBack": LostLink.HOME,
    "hover": LostLink.HOVER,
    "landing": LostLink.LAND,
}
"""executeRCLostAction, where exitOnRCLost is executeLostAction."""

STOP: Final = "toPointAndStopWithDiscontinuityCurvature"
PASSING: Final = "toPointAndPassWithContinuityCurvature"
COORDINATE: Final = "coordinateTurn"
STOP_CURVED: Final = "toPointAndStopWithContinuityCurvature"
TURN_MODES: Final = (STOP, STOP_CURVED, COORDINATE, PASSING)
HEADING_MODES: Final = ("followWayline", "manually", "fixed", "smoothTransition", "towardPOI")
DISTANCE: Final = "multipleDistance"
TIMING: Final = "multipleTiming"

SURFACE_TYPE: Final = 77
"""The Mavic 3 Enterprise series alone can follow the surface that its cameras see."""
DOCK_TYPES: Final = frozenset({91, 100})
"""Aircraft of docks 2 and 3."""
LENS_TYPES: Final = frozenset({67, 91, 99, 100})
"""Aircraft that are told with each picture which lenses keep it (payloadLensIndex). The Mavic 3
Enterprise series takes the template's imageFormat instead."""
THERMAL: Final = frozenset({43, 53, 67, 81, 83, 89, 99, 129})
"""Payloads with a thermal camera."""
FOCAL_MM: Final = 24.0
"""Focal length, as of 35 mm film, of the wide cameras of these series: zoom factor 1."""

DRONES: Final = {
    60: ("M300 RTK", frozenset({0}), None),
    67: ("M30 series", frozenset({0, 1}), {0: 52, 1: 53}),
    77: ("Mavic 3 Enterprise series", frozenset({0, 1, 2, 3}), {0: 66, 1: 67, 2: 68, 3: 129}),
    89: ("M350 RTK", frozenset({0}), None),
    91: ("M3D series", frozenset({0, 1}), {0: 80, 1: 81}),
    99: ("M4 series", frozenset({0, 1}), {0: 88, 1: 89}),
    100: ("M4D series", frozenset({0, 1}), {0: 98, 1: 99}),
    103: ("M400", frozenset({0}), None),
}
"""droneEnumValue: name, droneSubEnumValue, built-in payload by sub type (None: it is changed)."""
PAYLOADS: Final = frozenset(
    {42, 43, 52, 53, 61, 66, 67, 68, 80, 81, 82, 83, 88, 89, 98, 99, 129, 65534}
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Ranges of the documentation.

    Attributes:
        least_take_off_m: takeOffSecurityHeight with a remote controller.
        least_dock_take_off_m: with a dock.
        most_height_m: of takeOffSecurityHeight and of the way back.
        most_transit_ms: globalTransitionalSpeed.
        surface_m: least and most height of realTimeFollowSurface.
        least_leg_m: between neighbouring points; closer ones have blocked missions silently.
        least_points: of a wayline.
        most_points: of a wayline.
    """

    least_take_off_m: float = 1.2
    least_dock_take_off_m: float = 8.0
    most_height_m: float = 1500.0
    most_transit_ms: float = 15.0
    surface_m: tuple[float, float] = (30.0, 200.0)
    least_leg_m: float = 0.5
    least_points: int = 2
    most_points: int = 65_535
