"""Things that several tests of this room need."""

from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from models.clock import ManualClock
from models.frame import Frame, FrameMode, Provenance, TimeSource
from models.units import ImageBGR

START = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def footage() -> Path:
    folder = Path(__file__).parents[3] / "shared" / "data" / "footage"
    if not folder.is_dir():
        pytest.skip("the recorded footage is not beside this checkout")
    return folder


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture(scope="session")
def picture() -> Callable[..., ImageBGR]:
    def make(seed: int = 0, width_px: int = 64, height_px: int = 48) -> ImageBGR:
        rough = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
        return np.asarray(
            cv2.resize(rough, (width_px, height_px), interpolation=cv2.INTER_CUBIC), np.uint8
        )

    return make


@pytest.fixture(scope="session")
def jpeg(picture: Callable[..., ImageBGR]) -> Callable[..., bytes]:
    def make(seed: int = 0, width_px: int = 64, height_px: int = 48) -> bytes:
        return cv2.imencode(".jpg", picture(seed, width_px, height_px))[1].tobytes()

    return make


@pytest.fixture(scope="session")
def frame(jpeg: Callable[..., bytes]) -> Callable[..., Frame]:
    content = jpeg()

    def make(camera_id: str = "north", sequence: int = 0, data: bytes | None = None) -> Frame:
        return Frame(
            camera_id,
            0,
            sequence,
            START,
            START,
            TimeSource.RECEIPT,
            content if data is None else data,
            FrameMode.VISIBLE,
            Provenance.RECORDED,
            None,
        )

    return make


@pytest.fixture(scope="session")
def video(picture: Callable[..., ImageBGR]) -> Callable[..., Path]:
    def make(
        path: Path, times_ms: list[int], *, codec: str = "libx264", gop: int = 5, size: int = 64
    ) -> Path:
        """A video of different pictures shown at exactly those times."""
        with av.open(str(path), "w") as container:
            stream = container.add_stream(codec, rate=25)
            stream.width, stream.height, stream.pix_fmt = size, size, "yuv420p"
            stream.codec_context.time_base = stream.time_base = Fraction(1, 1000)
            stream.codec_context.gop_size = gop
            for number, time_ms in enumerate(times_ms):
                picture_ = av.VideoFrame.from_ndarray(picture(number, size, size), format="bgr24")
                picture_.pts = time_ms
                picture_.time_base = stream.codec_context.time_base
                container.mux(stream.encode(picture_))
            container.mux(stream.encode())
        return path

    return make
