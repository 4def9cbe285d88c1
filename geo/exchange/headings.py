"""Columns that hold a row's place, found by their headings.

``X`` and ``Y`` are the trouble: in Chinese survey tables X is the northing, on a map service it is
the longitude. Their values decide.
"""

# ruff: noqa: RUF001 -- the signs are those that people write

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

__all__ = ["OWN", "TEXT_MARK", "PlaceColumns", "place_columns", "plain_heading", "system_in"]

OWN = "prop:"
"""Before the name of a property that no attribute knows and that would be taken for another."""
TEXT_MARK = " (text)"
"""Behind a heading in a table of text: its values are text though they look like numbers."""
_BRACKETS = re.compile(r"[(\[{<（【《].*?[)\]}>）】》]")
_EAST = {
    *(
        "lon",
        "lng",
        "long",
        "longitude",
        "londeg",
        "lond",
        "经度",
        "东经",
        "经度坐标",
        "jd",
        "jingdu",
    ),
    *("lonwgs84", "lngwgs84", "lonlongitude", "经度e", "e经度", "中心经度", "经度值"),
}
_NORTH = {
    *("lat", "latitude", "latdeg", "纬度", "北纬", "纬度坐标", "wd", "weidu", "latwgs84"),
    *("纬度n", "n纬度", "中心纬度", "纬度值"),
}
_EASTING = {"easting", "eastingm", "东坐标", "横坐标", "y东", "东向坐标", "东", "e"}
_NORTHING = {"northing", "northingm", "北坐标", "纵坐标", "x北", "北向坐标", "北", "n"}
_X = {"x", "x坐标", "坐标x", "xcoord", "pointx", "coordx"}
_Y = {"y", "y坐标", "坐标y", "ycoord", "pointy", "coordy"}
_PAIR = {
    "坐标",
    "经纬度",
    "地理坐标",
    "位置坐标",
    "coordinates",
    "coordinate",
    "lonlat",
    "latlon",
    "gps",
    "gps坐标",
}
_WKT = {"wkt", "wktgeom", "geometry", "geom", "thegeom", "shape", "几何", "图形", "空间坐标"}
_SYSTEMS = (
    (re.compile(r"gcj[\s_-]*0?2|火星|高德|腾讯", re.IGNORECASE), "GCJ-02"),
    (re.compile(r"bd[\s_-]*0?9|百度", re.IGNORECASE), "BD-09"),
    (re.compile(r"cgcs[\s_-]*2000|国家2000|大地2000", re.IGNORECASE), "CGCS2000"),
    (re.compile(r"wgs[\s_-]*84", re.IGNORECASE), "WGS84"),
)
_EPSG = re.compile(r"epsg[\s:_-]*(\d{4,6})", re.IGNORECASE)


class Axes(Enum):
    """How the two columns of a place are to be read."""

    DEGREES = "degrees"
    METRES = "metres"
    BY_VALUE = "by_value"


@dataclass(frozen=True, slots=True)
class PlaceColumns:
    """Where a row says where it is.

    Attributes:
        wkt: columns of well-known text, whose pieces belong together; empty without one.
        east: column of longitudes or eastings; None without one.
        north: column of latitudes or northings.
        pair: column of both; None without one.
        by_value: east and north are a column X and one Y, whose values decide which is which.
        system: that a heading states; None when none does.
        further: columns that repeat the place in another system and are no attributes.
    """

    wkt: tuple[int, ...] = ()
    east: int | None = None
    north: int | None = None
    pair: int | None = None
    by_value: bool = False
    system: str | None = None
    further: tuple[int, ...] = ()

    @property
    def used(self) -> frozenset[int]:
        """Columns that are no attributes."""
        named = (*self.wkt, self.east, self.north, self.pair, *self.further)
        return frozenset(column for column in named if column is not None)


def plain_heading(heading: str) -> str:
    """A heading without case, spaces, underscores, signs and what stands in brackets."""
    text = _BRACKETS.sub("", unicodedata.normalize("NFKC", heading)) or heading
    return re.sub(r"[\s_\-:：.°*/]", "", text).lower()


def system_in(heading: str) -> str | None:
    """Coordinate system that a heading names; None when it names none."""
    code = _EPSG.search(heading)
    if code is not None:
        return f"EPSG:{code[1]}"
    return next((name for pattern, name in _SYSTEMS if pattern.search(heading)), None)


def place_columns(headings: Sequence[str]) -> PlaceColumns | None:
    """Find the columns of the place; None without any."""
    plain = [plain_heading(_without_system(heading)) for heading in headings]

    def first(names: set[str]) -> int | None:
        return next((index for index, name in enumerate(plain) if name in names), None)

    start, pair = first(_WKT), first(_PAIR)
    wkt: tuple[int, ...] = () if start is None else (start,)
    while wkt and (further_piece := first({f"{plain[wkt[0]]}{len(wkt) + 1}"})) is not None:
        wkt = (*wkt, further_piece)
    degrees, metres, letters = (
        (first(_EAST), first(_NORTH)),
        (first(_EASTING), first(_NORTHING)),
        (first(_X), first(_Y)),
    )
    found = [each for each in (degrees, metres, letters) if None not in each]
    if not wkt and pair is None and not found:
        return None
    east, north = found[0] if found else (None, None)
    named = next((index for index in (start, east, pair) if index is not None), None)
    further = [column for each in found[1:] if each != letters for column in each]
    return PlaceColumns(
        wkt,
        east,
        north,
        None if wkt or found else pair,
        by_value=bool(found) and found[0] == letters,
        system=None if named is None else system_in(headings[named]),
        further=tuple(column for column in further if column is not None),
    )


def _without_system(heading: str) -> str:
    for pattern, _ in _SYSTEMS:
        heading = pattern.sub("", heading)
    return _EPSG.sub("", heading)
