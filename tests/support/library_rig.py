"""Small recordings for the library of footage, and its desk."""

import io
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from api_rig import ApiRig
from imagery_rig import WhiteDetector, picture
from starlette.testclient import TestClient

from api.footage.desk import FootageDesk
from api.footage.service import shelf_of
from camera_gateway.pictures import encode_jpeg
from models.units import ImageBGR

__all__ = [
    "SIZE_PX",
    "desk_of",
    "look",
    "mean_of",
    "packed",
    "pictures_zip",
    "sent",
    "video",
    "worked",
]

SIZE_PX = (320, 240)


def look(number: int, *, white: bool = True) -> ImageBGR:
    """A picture that no other number has; white is what the test's detector calls smoke."""
    image = picture(*([(100 + number, 60)] if white else []), size_px=SIZE_PX)
    image[200:, :, :] = 40 + number % 100
    return image


def video(path: Path, frames: int = 12, *, rate: int = 4, white: bool = True) -> bytes:
    """A video of so many frames; the patch of frame n has its middle at (100 + n, 60)."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=rate)
        stream.width, stream.height, stream.pix_fmt = *SIZE_PX, "yuv420p"
        stream.bit_rate = 4_000_000
        stream.codec_context.time_base = Fraction(1, rate)
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(look(number, white=white), format="bgr24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path.read_bytes()


def packed(files: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """A zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def pictures_zip(count: int = 5, folder: str = "tower7/", first: int = 0) -> bytes:
    """A zip of pictures ten minutes apart; the first name tells of seconds before ignition."""
    files = {
        f"{folder}{1532815200 + 600 * number}_{600 * (number - 1):+06d}.jpg": encode_jpeg(
            look(first + number)
        )
        for number in range(count)
    }
    return packed(files)


def sent(client: TestClient, name: str, data: bytes, **query: object) -> dict[str, Any]:
    """Hand a recording in."""
    asked = {"name": name, **{key: str(value) for key, value in query.items()}}
    answer = client.post("/api/footage", params=asked, content=data)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def desk_of(rig: ApiRig, detector: WhiteDetector | None = None) -> FootageDesk:
    """The desk of an application."""
    shelf = shelf_of(rig.context.settings)
    return FootageDesk(rig.context, shelf, detector or WhiteDetector(), lambda: 0)


def worked(rig: ApiRig, detector: WhiteDetector | None = None) -> None:
    """Do all that waits."""
    desk = desk_of(rig, detector)
    while desk.work_once():
        pass


def mean_of(data: bytes) -> float:
    """Brightness of the lower edge of a JPEG: which frame it is."""
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return float(image[-image.shape[0] // 12 :].mean())
