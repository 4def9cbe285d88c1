"""Subtitles of a drone's video, made by the shapes that its cameras write."""

from datetime import timedelta

from drone_jobs.imagery.subtitles import Subtitles, read_subtitles
from models.flight import Look

__all__ = ["LINE", "QIJIANG", "THERMAL", "file", "first", "place", "read"]

QIJIANG = (106.4, 28.6, 107.0, 29.2)
THERMAL = (
    '<font size="28">FrameCnt: {0}, DiffTime: 34ms\n2026-04-12 14:43:56.8{0}0\n'
    "[focal_len: 40.00] [dzoom_ratio: 1.00], [latitude: 28.850000] [longitude: 106.650000] "
    "[rel_alt: 75.645 abs_alt: 227.888] [gb_yaw: -76.8 gb_pitch: -49.1 gb_roll: 0.0] </font>"
)
"""Labels with a gimbal; to be formatted with a number from 1 to 9."""

LINE = (
    "F/5.6, SS 400, ISO 100, EV 0, GPS (106.650000, 28.850000, 15), HOME (106.651000, 28.850000, "
    "-57.98m), D 97.6m, H 85.80m, H.S 0.00m/s, V.S 0.00m/s, "
    "F.PRY (2.7\u00b0, -7.0\u00b0, 110.1\u00b0), G.PRY (-24.4\u00b0, 0.5\u00b0, 112.4\u00b0)"
)


def file(*texts: str, step_s: float = 1.0, number: bool = True) -> bytes:
    """A whole file of those texts, one after the other."""
    cues = []
    for index, text in enumerate(texts):
        start, end = clock(index * step_s), clock((index + 1) * step_s)
        head = f"{index + 1}\n" if number else ""
        cues.append(f"{head}{start} --> {end}\n{text}\n")
    return "\n".join(cues).encode()


def clock(seconds: float) -> str:
    """A time as the cues have it."""
    whole = timedelta(milliseconds=round(seconds * 1000))
    minutes, rest = divmod(whole // timedelta(milliseconds=1), 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d},{rest % 1000:03d}"


def read(*texts: str, **given: object) -> Subtitles:
    """A file of those texts, read."""
    return read_subtitles(file(*texts), "DJI_0001.SRT", **given)  # type: ignore[arg-type]


def first(*texts: str, **given: object) -> Look:
    """The look of the first of those texts."""
    return read(*texts, **given).entries[0].look


def place(look: Look) -> tuple[float | None, float | None]:
    """Longitude and latitude."""
    return look.lon_deg, look.lat_deg
