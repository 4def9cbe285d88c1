"""Writes DJI's KMZ: ``wpmz/waylines.wpml``, which is flown, and ``wpmz/template.kml``, to edit it.

Heights to fly are above the ellipsoid: what a pressure or GNSS height above the take-off is depends
on where somebody puts the aircraft down. What the format cannot take is refused before a byte is
written, because an aircraft that refuses it in the field tells a number and no more.
"""

import io
import xml.etree.ElementTree as ET
import zipfile
from typing import Final

from drone_jobs.heights import HeightDesk
from drone_jobs.missions.limits import check_count
from drone_jobs.missions.wpml_groups import groups_of, lenses_of
from drone_jobs.missions.wpml_heights import heights_of
from drone_jobs.missions.wpml_held import held_by_wpml
from drone_jobs.missions.wpml_template import put_template
from drone_jobs.missions.wpml_waylines import COORDINATE_DECIMALS, Sheet, legs_m, put_wayline
from drone_jobs.missions.wpml_words import (
    DOCK_TYPES,
    FINISH,
    LOST_ACTION,
    TEMPLATE,
    WAYLINES,
    Limits,
)
from drone_jobs.missions.wpml_xml import document, figure, markup, put
from models.errors import InputRefused
from models.height import HeightSystem
from models.mission import LostLink, Mission, WpmlCodes

__all__ = ["write_wpml"]

_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
"""One mission is one file, byte by byte: docks compare its MD5."""
_FINISH: Final = {meaning: word for word, meaning in FINISH.items()}
_LOST: Final = {meaning: word for word, meaning in LOST_ACTION.items()}
_LIMITS: Final = Limits()


def write_wpml(mission: Mission, desk: HeightDesk) -> bytes:
    """The KMZ of a mission.

    Between two points an aircraft flies straight: a mission with heights above ground must have its
    points put densely before. Turns are flown past a point only within 5 m of it and 0.4 of the
    shorter leg. The format names a mission by its file's name alone.

    Args:
        mission: for an aircraft of DJI, with its numbers in ``wpml``.
        desk: converts heights.

    Raises:
        InputRefused: it has no numbers of aircraft and payload (``mission_no_wpml``), fewer than
            two points (``mission_no_points``) or too many (``mission_items``), neighbours closer
            than 0.5 m (``mission_points_close``), no speed (``mission_no_speed``), a height after
            take-off (``mission_take_off_height``) or of the way back (``mission_return_height``)
            that aircraft of its kind do not take, or a height that cannot be converted
            (``height_*``, ``geoid_outside``).
    """
    codes = _codes(mission)
    if len(mission.points) < _LIMITS.least_points:
        raise InputRefused(
            "The mission has fewer than two points, and the aircraft takes no such mission.",
            remedy="Give it another point.",
            code="mission_no_points",
        )
    check_count(len(mission.points), "The mission")
    heights = heights_of(mission, desk)
    for at, leg_m in enumerate(legs_m(mission.points, heights.execute_m)):
        if leg_m < _LIMITS.least_leg_m:
            raise InputRefused(
                f"Points {at + 1} and {at + 2} are {leg_m:.2f} m apart; aircraft refuse missions "
                f"with points closer than {_LIMITS.least_leg_m:g} m.",
                remedy="Take one of them out.",
                code="mission_points_close",
            )
    mission = held_by_wpml(mission, desk)
    speed_ms = _speed_ms(mission)
    sheet = Sheet(
        mission,
        speed_ms,
        heights,
        groups_of(mission.points),
        codes,
        lenses_of(mission.points, codes),
    )
    template, template_body = document()
    _put_config(template_body, sheet, _ref_point(mission, desk))
    put_template(template_body, sheet)
    waylines, waylines_body = document()
    _put_config(waylines_body, sheet, None)
    put_wayline(waylines_body, sheet)
    return _packed({TEMPLATE: markup(template), WAYLINES: markup(waylines)})


def _codes(mission: Mission) -> WpmlCodes:
    if mission.wpml is None:
        raise InputRefused(
            "The mission does not tell which aircraft of DJI flies it.",
            remedy="Choose an aircraft that has DJI's numbers of type and payload.",
            code="mission_no_wpml",
        )
    return mission.wpml


def _speed_ms(mission: Mission) -> float:
    speeds = [mission.speed_ms, *(point.speed_ms for point in mission.points)]
    if mission.speed_ms is None or any(speed is not None and speed <= 0.0 for speed in speeds):
        raise InputRefused(
            "The mission does not tell how fast it is flown.",
            remedy="Give it a speed above 0 m/s.",
            code="mission_no_speed",
        )
    return mission.speed_ms


def _ref_point(mission: Mission, desk: HeightDesk) -> str | None:
    """Latitude first, unlike every other place in these files; height above the ellipsoid."""
    home = mission.home
    if home is None or home.height is None:
        return None
    height_m = desk.to(home.height, home.lon_deg, home.lat_deg, HeightSystem.ELLIPSOID)
    return ",".join(
        (
            figure(home.lat_deg, COORDINATE_DECIMALS),
            figure(home.lon_deg, COORDINATE_DECIMALS),
            figure(height_m),
        )
    )


def _put_config(parent: ET.Element, sheet: Sheet, home: str | None) -> None:
    mission, codes = sheet.mission, sheet.codes
    config = put(parent, "missionConfig")
    put(config, "flyToWaylineMode", "safely")
    put(config, "finishAction", _FINISH[mission.finish])
    goes_on = mission.lost_link is LostLink.CONTINUE
    put(config, "exitOnRCLost", "goContinue" if goes_on else "executeLostAction")
    put(config, "executeRCLostAction", _LOST[LostLink.HOME if goes_on else mission.lost_link])
    put(config, "takeOffSecurityHeight", _take_off_m(mission, codes))
    if home is not None:
        put(config, "takeOffRefPoint", home)
    put(config, "globalTransitionalSpeed", min(sheet.speed_ms, _LIMITS.most_transit_ms))
    put(config, "globalRTHHeight", _return_m(mission))
    drone = put(config, "droneInfo")
    put(drone, "droneEnumValue", codes.drone)
    put(drone, "droneSubEnumValue", codes.drone_sub)
    payload = put(config, "payloadInfo")
    put(payload, "payloadEnumValue", codes.payload)
    put(payload, "payloadPositionIndex", codes.payload_position)


def _take_off_m(mission: Mission, codes: WpmlCodes) -> float:
    height_m = mission.climb_to_m
    is_dock = codes.drone in DOCK_TYPES
    least_m = _LIMITS.least_dock_take_off_m if is_dock else _LIMITS.least_take_off_m
    if height_m is None or not least_m <= height_m <= _LIMITS.most_height_m:
        raise InputRefused(
            f"The aircraft would climb to {height_m} m after take-off; it takes {least_m:g} to "
            f"{_LIMITS.most_height_m:g} m.",
            remedy="Give it another height after take-off.",
            code="mission_take_off_height",
        )
    return height_m


def _return_m(mission: Mission) -> float:
    height_m = mission.return_to_m
    if height_m is None or not 0.0 < height_m <= _LIMITS.most_height_m:
        raise InputRefused(
            "It is not known how high the aircraft comes home."
            if height_m is None
            else f"The aircraft would come home at {height_m:g} m, which it does not take.",
            remedy="Give the height of the way back, or tell where the aircraft takes off.",
            code="mission_return_height",
        )
    return height_m


def _packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, _MOMENT)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0  # the same on every machine
            archive.writestr(info, content)
    return buffer.getvalue()
