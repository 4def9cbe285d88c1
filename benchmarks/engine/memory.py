"""Whether memory stays flat while frames come and go: damaged ones, odd sizes and all."""

import os
from pathlib import Path

import numpy as np

from benchmarks.engine.pictures import picture
from benchmarks.support.report import Measure, limit
from camera_gateway.pictures import encode_jpeg
from detector.core import Detector
from detector.jpeg_picture import JpegPicture
from models.zoo.registry import ModelCard

__all__ = ["measure_memory"]

FRAMES = 100_000
WARM_FRAMES = 10_000
CALL = 8
INPUT_PX = 64
"""Small, so that 100,000 frames take minutes; every allocation of the way is made all the same."""
GROWTH_BAR_PERCENT = 2.0


def measure_memory(card: ModelCard, threads: int) -> list[Measure]:
    """Resident memory after 10,000 and after 100,000 frames."""
    detector = Detector.open(card, device="cpu", threads=threads, width_px=INPUT_PX)
    whole = picture("1024", 0)
    jpegs = [
        encode_jpeg(np.ascontiguousarray(whole[: 120 + 8 * number, : 160 + 16 * number]))
        for number in range(CALL - 1)
    ]
    scan = jpegs[0].index(b"\xff\xda")
    jpegs.append(jpegs[0][: scan + 100] + jpegs[0][-2:])  # whole to its markers, hollow inside
    before = 0
    for done in range(0, FRAMES, CALL):
        if done == WARM_FRAMES:
            before = _resident_bytes()
        pictures = [JpegPicture.of(data, "frame") for data in jpegs]
        detector.detect_each(pictures, floor_score=0.1)
    growth = 100.0 * (_resident_bytes() - before) / before
    words = (
        f"resident memory after {FRAMES:,} frames from JPEG against after {WARM_FRAMES:,} "
        f"({before / 2**20:.0f} MiB); input {INPUT_PX} px, an eighth of the frames damaged"
    )
    return [limit("memory_growth_percent", growth, "%", words, GROWTH_BAR_PERCENT)]


def _resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
