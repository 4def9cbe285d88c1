"""Photos that people give with what they do about a fire: looked at, kept, read.

A photo is sent first and named with the step or the note after it. Its name is the digest of its
bytes and its key in the vault holds the number of its fire, so that nothing has to be remembered in
between: whoever names it sends what is read from the file itself. One that nobody names belongs to
nothing and is set aside with the other strays of the vault.

What it tells of itself is taken from Exif 2.32 (section 4.6.6, GPS): WGS 84 unless it names another
datum, in which case its position is not taken; where it looks from true north, a magnetic compass
corrected. A picture whose time has no offset from UTC was taken by the clock of the site.
"""

import hashlib
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from api.body_limit import MOST_PHOTO_BYTES
from camera_gateway.exif_time import exif_moment
from camera_gateway.picture_header import declared_size
from camera_gateway.pictures import check_jpeg, picture_size, read_picture
from camera_gateway.vault import EvidenceVault
from geo.crs import Wgs84
from geo.directions import true_from_magnetic
from geo.drone.jpeg import Header, read_header
from models.errors import FrameCorrupt, InputRefused, NotFound
from models.incident import Photo
from models.site import HeightDatum, Position
from models.units import wrap_bearing_deg

__all__ = ["PhotoDesk"]

MOST_PNG_PIXELS: Final = 40_000_000
"""A PNG is unpacked whole to see whether it is; a JPEG at an eighth."""

_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_GPS: Final = "gps"
_LAT, _LON, _ABOVE, _HEIGHT = 0x0002, 0x0004, 0x0005, 0x0006
_STATUS, _NORTH, _LOOKS, _DATUM = 0x0009, 0x0010, 0x0011, 0x0012
_WGS84: Final = frozenset({"", "WGS84", "WGS1984", "CGCS2000"})
"""As cameras write it, without its spaces and dashes; CGCS2000 agrees within decimetres."""


@dataclass(frozen=True, slots=True)
class PhotoDesk:
    """Takes photos in.

    Attributes:
        vault: where they are kept.
        time_zone: of the site, for pictures that do not say theirs.
    """

    vault: EvidenceVault
    time_zone: str

    def take(self, incident_id: int, data: bytes) -> tuple[str, Photo]:
        """Look at a photo and keep it.

        Returns:
            Its name for :meth:`named`, and what it tells.

        Raises:
            InputRefused: it is neither JPEG nor PNG (``photo_kind``), too large
                (``photo_too_large``) or damaged (``photo_damaged``).
            StorageFull: the disk takes no more.
        """
        ending = _checked(data)
        name = f"{hashlib.sha256(data).hexdigest()}.{ending}"
        self.vault.put(_key(incident_id, name), data)
        return name, self.named(incident_id, name)

    def named(self, incident_id: int, name: str) -> Photo:
        """A photo that was sent for a fire, as it tells of itself.

        Raises:
            InputRefused: no such photo was sent for that fire; code ``photo_unknown``.
        """
        key = _key(incident_id, name)
        try:
            path = self.vault.path(key)
        except NotFound as error:
            raise InputRefused(
                "No such photo was sent for this fire.",
                remedy="Send the photo again.",
                code="photo_unknown",
            ) from error
        data = path.read_bytes()
        sha256, _, ending = name.partition(".")
        if ending == "png":
            return Photo(key, sha256, *(declared_size(data) or (0, 0)))
        taken = exif_moment(data, ZoneInfo(self.time_zone))
        at = None if taken is None else taken[0]
        header = read_header(path)
        position = _position(header)
        return Photo(
            key,
            sha256,
            *picture_size(data),
            taken_at=at,
            position=position,
            bearing_deg=_bearing(header, position, at),
        )


def _key(incident_id: int, name: str) -> str:
    return f"incidents/{incident_id:06d}/{name}"


def _checked(data: bytes) -> str:
    """The ending of its kind, once it is known to be whole."""
    if len(data) > MOST_PHOTO_BYTES:
        raise _too_large()
    try:
        size = declared_size(data)
        if data.startswith(_JPEG):
            check_jpeg(data, "photo")
            return "jpg"
        if data.startswith(_PNG) and size is not None:
            if size[0] * size[1] > MOST_PNG_PIXELS:
                raise _too_large()
            with tempfile.NamedTemporaryFile(suffix=".png") as file:
                file.write(data)
                file.flush()
                read_picture(Path(file.name))
            return "png"
    except (ValueError, FrameCorrupt) as error:
        raise _damaged() from error
    except InputRefused as error:
        raise error if error.code == "photo_too_large" else _damaged() from error
    raise InputRefused(
        "A photo is a JPEG or a PNG file.", remedy="Send the original.", code="photo_kind"
    )


def _position(header: Header) -> Position | None:
    datum = header.text(_GPS, _DATUM).upper().replace(" ", "").replace("-", "")
    if datum not in _WGS84 or header.text(_GPS, _STATUS) == "V":
        return None
    lat_deg, lon_deg = _degrees(header, _LAT, "S"), _degrees(header, _LON, "W")
    if lat_deg is None or lon_deg is None or (lat_deg == 0.0 and lon_deg == 0.0):
        return None  # 0, 0 is what is written without a fix
    height_m = header.number(_GPS, _HEIGHT)
    if height_m is not None and header.number(_GPS, _ABOVE) == 1.0:
        height_m = -height_m
    try:
        if height_m is None:
            return Position(lon_deg, lat_deg, 0.0, HeightDatum.GROUND)
        return Position(lon_deg, lat_deg, height_m, HeightDatum.SEA_LEVEL)
    except ValueError:
        return None


def _degrees(header: Header, tag: int, negative: str) -> float | None:
    parts = header.tags.get((_GPS, tag))
    if not isinstance(parts, list) or len(parts) != 3:
        return None
    degrees = float(parts[0] + parts[1] / 60.0 + parts[2] / 3600.0)
    return -degrees if header.text(_GPS, tag - 1) == negative else degrees


def _bearing(header: Header, position: Position | None, at: datetime | None) -> float | None:
    looks_deg = header.number(_GPS, _LOOKS)
    if looks_deg is None or not 0.0 <= looks_deg <= 360.0:
        return None
    if header.text(_GPS, _NORTH) != "M":
        return wrap_bearing_deg(looks_deg)
    if position is None or at is None:
        return None
    try:
        return true_from_magnetic(looks_deg, Wgs84.at(position.lon_deg, position.lat_deg), at)
    except InputRefused:  # the declination is not known there
        return None


def _too_large() -> InputRefused:
    return InputRefused(
        f"A photo has at most {MOST_PHOTO_BYTES // 1_000_000} MB and, as PNG, "
        f"{MOST_PNG_PIXELS // 1_000_000} million pixels.",
        remedy="Send it smaller.",
        code="photo_too_large",
    )


def _damaged() -> InputRefused:
    return InputRefused(
        "The photo is damaged or not whole.", remedy="Send it again.", code="photo_damaged"
    )
