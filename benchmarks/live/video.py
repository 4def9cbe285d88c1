"""The video that the cameras of the benchmark send: a forest slope that sways, smoke, sensor noise.

Its brightness is a sum of random textures of several sizes, so that key frames are as large as a
tower camera's; nothing of it is recorded anywhere.
"""

import math
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["GOP", "RATE_HZ", "write_video"]

WIDTH, HEIGHT = 1920, 1080
RATE_HZ = 25
GOP = 50
BITS_PER_S = 3_000_000
MARGIN_PX = 8
TEXTURES = ((540, 40.0), (135, 30.0), (30, 25.0), (8, 18.0), (3, 9.0))
NOISE_LEVELS = 2.0


def write_video(path: Path, groups: int) -> None:
    """Write that many groups of pictures of 1080p25 H.264 as Annex B with delimiters."""
    random = np.random.default_rng(1)
    land = _land(random)
    smoke = _smoke(random)
    noise = [
        random.normal(0.0, NOISE_LEVELS, (HEIGHT, WIDTH)).round().astype(np.int16) for _ in range(5)
    ]
    chroma = np.full((HEIGHT // 2, WIDTH), 124, np.uint8)
    chroma[HEIGHT // 4 :] = 121
    with av.open(str(path), "w", format="h264") as container:
        stream = container.add_stream("libx264", rate=RATE_HZ)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.bit_rate = BITS_PER_S
        # Whole pictures side by side; several slices a picture would be another kind of camera.
        stream.codec_context.thread_type = "FRAME"
        stream.options = {
            "preset": "veryfast",
            "profile": "main",
            "x264-params": f"keyint={GOP}:min-keyint={GOP}:scenecut=0:bframes=0:aud=1"
            ":repeat-headers=1:vbv-maxrate=4000:vbv-bufsize=6000",
        }
        for number in range(groups * GOP):
            luma = _picture(number, land, smoke, noise[number % len(noise)])
            frame = av.VideoFrame.from_ndarray(np.vstack([luma, chroma]), format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, RATE_HZ)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _land(random: np.random.Generator) -> NDArray[np.uint8]:
    """Sky above, slope below, with a margin for swaying."""
    size = (HEIGHT + 2 * MARGIN_PX, WIDTH + 2 * MARGIN_PX)
    level = np.zeros(size, np.float32)
    for cell, depth in TEXTURES:
        rough = random.standard_normal((size[0] // cell + 2, size[1] // cell + 2))
        level += depth * cv2.resize(
            rough.astype(np.float32), size[::-1], interpolation=cv2.INTER_CUBIC
        )
    skyline = 380
    level[:skyline] = 170.0 + 0.15 * level[:skyline]
    level[skyline:] += 90.0
    return np.asarray(np.clip(level, 16, 235), np.uint8)


def _smoke(random: np.random.Generator) -> NDArray[np.float32]:
    """A soft column, 0 to 0.6 opaque."""
    rough = cv2.GaussianBlur(random.standard_normal((400, 300)).astype(np.float32), (0, 0), 25)
    low, high = float(rough.min()), float(rough.max())
    return np.asarray((rough - low) / (high - low) * 0.6, np.float32)


def _picture(
    number: int, land: NDArray[np.uint8], smoke: NDArray[np.float32], noise: NDArray[np.int16]
) -> NDArray[np.uint8]:
    shift = np.array(
        [[1.0, 0.0, -MARGIN_PX + 1.2 * math.sin(number / 20)], [0.0, 1.0, -MARGIN_PX]], np.float32
    )
    picture = cv2.warpAffine(land, shift, (WIDTH, HEIGHT)).astype(np.int16)
    top = 200 - number % 100
    veil = smoke[number % 100 : number % 100 + 250]
    part = picture[top + 100 : top + 350, 800:1100]
    part[:] = part * (1.0 - veil) + 190.0 * veil
    return np.asarray(np.clip(picture + noise, 0, 255), np.uint8)
