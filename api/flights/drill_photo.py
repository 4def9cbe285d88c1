"""A picture of a drill's aircraft as a file: what a drone of DJI writes into its photos, and DRILL.

So the very path of a real card is used: the reader knows nothing of drills. Angles, place and
heights are those that the picture was drawn from; the errors of a real gimbal are not in it.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from camera_gateway.pictures import encode_jpeg
from models.units import ImageBGR

__all__ = ["DrillPhoto", "photo_of"]

_DJI: Final = "http://www.dji.com/drone-dji/1.0/"
_EXIF_TAG, _TAKEN, _OFFSET = 0x8769, 0x9003, 0x9011
_MAKER, _MODEL = 0x010F, 0x0110
_ASCII, _LONG = 2, 4
_ENTRY: Final = 12  # bytes of an entry of a directory


@dataclass(frozen=True, slots=True)
class DrillPhoto:
    """What a photo tells of itself.

    Attributes:
        at: when it was taken, with its zone.
        lon_deg: WGS 84.
        lat_deg: WGS 84.
        above_sea_m: EGM96.
        above_take_off_m: by the barometer.
        yaw_deg: of the gimbal, true north.
        pitch_deg: of the gimbal, -90 straight down.
        focal_px: focal length in pixels of the picture.
    """

    at: datetime
    lon_deg: float
    lat_deg: float
    above_sea_m: float
    above_take_off_m: float
    yaw_deg: float
    pitch_deg: float
    focal_px: float


def photo_of(image: ImageBGR, told: DrillPhoto) -> bytes:
    """The JPEG."""
    coded = encode_jpeg(image)
    return coded[:2] + _segment(_exif(told.at)) + _segment(_xmp(told)) + coded[2:]


def _segment(content: bytes) -> bytes:
    """APP1."""
    return b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content


def _xmp(told: DrillPhoto) -> bytes:
    """XMP specification part 3 (2020), 1.1.3; names as in geo.drone.photo."""
    yaw_deg = (told.yaw_deg + 180.0) % 360.0 - 180.0
    if yaw_deg == 0.0 and told.pitch_deg == 0.0:
        yaw_deg = 360.0  # three zeros are taken for angles that were never written
    facts = {
        "AltitudeType": "GPSFusionAlt",
        "AbsoluteAltitude": f"{told.above_sea_m:+.2f}",
        "RelativeAltitude": f"{told.above_take_off_m:+.2f}",
        "GimbalYawDegree": f"{yaw_deg:+.2f}",
        "GimbalPitchDegree": f"{told.pitch_deg:+.2f}",
        "GimbalRollDegree": "+0.00",
        "GpsLatitude": f"{told.lat_deg:.9f}",
        "GpsLongitude": f"{told.lon_deg:.9f}",
        "CalibratedFocalLength": f"{told.focal_px:.4f}",
    }
    written = " ".join(f'drone-dji:{name}="{value}"' for name, value in facts.items())
    packet = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="DRILL" xmlns:drone-dji="{_DJI}" {written}/>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    )
    return b"http://ns.adobe.com/xap/1.0/\x00" + packet.encode()


def _exif(at: datetime) -> bytes:
    """Exif 3.0 (CIPA DC-008): maker, model, and when, in UTC."""
    root = {_MAKER: b"Firewatch\0", _MODEL: b"DRILL\0", _EXIF_TAG: None}
    taken = {
        _TAKEN: at.astimezone(UTC).strftime("%Y:%m:%d %H:%M:%S").encode() + b"\0",
        _OFFSET: b"+00:00\0",
    }
    root_at = 8
    heap_at = root_at + 2 + _ENTRY * len(root) + 4
    taken_at = heap_at + sum(len(text) for text in root.values() if text is not None)
    block = b"II*\0" + struct.pack("<I", root_at)
    block += _directory(root, heap_at, taken_at)
    block += _directory(taken, taken_at + 2 + _ENTRY * len(taken) + 4, 0)
    return b"Exif\0\0" + block


def _directory(entries: Mapping[int, bytes | None], heap_at: int, leads_to: int) -> bytes:
    """Entries by rising tag with their texts behind; one without a text leads elsewhere.

    Every text has more than four letters, and so none has room in its entry.
    """
    rows, heap = b"", b""
    for tag, text in sorted(entries.items()):
        if text is None:
            rows += struct.pack("<HHII", tag, _LONG, 1, leads_to)
        else:
            rows += struct.pack("<HHII", tag, _ASCII, len(text), heap_at + len(heap))
            heap += text
    return struct.pack("<H", len(entries)) + rows + bytes(4) + heap
