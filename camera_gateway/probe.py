"""Looks at one camera for some seconds: what it is, what it costs, what should be set otherwise."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Final

from camera_gateway.light import LEAST_SIDE_PX, light_of
from camera_gateway.opening import RECORDED, opener_of
from camera_gateway.pictures import decode_jpeg, picture_size
from camera_gateway.source import FrameSource, RawFrame
from camera_gateway.sources.mjpeg import MjpegSource
from camera_gateway.sources.rtsp import RtspSource
from camera_gateway.sources.stream_facts import StreamFacts
from models.camera_link import Adapter, CameraLink, Credential
from models.clock import Clock
from models.errors import FrameCorrupt, SourceEnded, SourceRefused, SourceUnavailable, WatchError
from models.frame import TimeSource
from models.light import Light

if TYPE_CHECKING:
    from camera_gateway.sources.onvif_look import OnvifFacts

__all__ = ["Advice", "ProbeReport", "candidates", "probe"]

FIRST_WITHIN_S: Final = 30.0
LONGEST_KEY_GAP_S: Final = 2.0
CLOCK_OFF_S: Final = 5.0
SMALLEST_SIDE_PX: Final = 720
MOST_BYTES: Final = 2_000_000
REDUCTION: Final = 8


class Advice(StrEnum):
    """What should be set at the camera, or here."""

    KEY_INTERVAL = "key_interval"  # key frames are further apart than pictures are wanted
    TIME_UNKNOWN = "time_unknown"  # the camera tells no capture time
    CLOCK_OFF = "clock_off"  # the camera's clock is wrong
    SMALL_PICTURE = "small_picture"  # probably the sub stream
    LARGE_PICTURE = "large_picture"  # more bytes than needed
    DAMAGED = "damaged"  # pictures came damaged
    SLOW = "slow"  # pictures come more seldom than wanted
    NO_PASSWORD = "no_password"  # noqa: S105  # anybody may look


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """What was seen.

    Attributes:
        link: that works.
        pictures: whole ones that came.
        damaged: others.
        first_picture_s: from opening to the first one.
        gap_s: median seconds between two; None for a single one.
        width_px: of the newest.
        height_px: of the newest.
        picture_bytes: of the newest, as JPEG.
        stream: of a live stream; None for others.
        core_share: of one core, while pictures came; None where it was not measured.
        time_source: how the capture time of the newest is known.
        clock_offset_s: receipt less capture time, median; None without a camera's time.
        light: by what light the newest was made; None for a tiny one.
        advice: what should be set.
        jpeg: the newest.
        line_bits_per_s: what its stream takes of the line; None where that was not measured.
        onvif: what an ONVIF camera says of itself; None for others.
    """

    link: CameraLink
    pictures: int
    damaged: int
    first_picture_s: float
    gap_s: float | None
    width_px: int
    height_px: int
    picture_bytes: int
    stream: StreamFacts | None
    core_share: float | None
    time_source: TimeSource
    clock_offset_s: float | None
    light: Light | None
    advice: tuple[Advice, ...]
    jpeg: bytes
    line_bits_per_s: float | None = None
    onvif: "OnvifFacts | None" = None

    @property
    def own_clock_s(self) -> float | None:
        """What an ONVIF camera says the time is, less this machine's clock; None for others."""
        return None if self.onvif is None else self.onvif.clock.skew_s


def candidates(address: str) -> tuple[Adapter, ...]:
    """Ways in which an address may be read, likeliest first."""
    lower = address.lower()
    if lower.startswith(("rtsp://", "rtsps://")):
        return (Adapter.RTSP,)
    if not lower.startswith(("http://", "https://")):
        return (Adapter.FOLDER,) if lower.endswith("/") else (Adapter.VIDEO, Adapter.FOLDER)
    if "onvif" in lower:
        return (Adapter.ONVIF,)
    ways = (Adapter.SNAPSHOT, Adapter.MJPEG)
    return ways[::-1] if any(word in lower for word in ("mjp", "video", "stream")) else ways


async def probe(
    links: Sequence[CameraLink],
    credential: Credential | None,
    clock: Clock,
    *,
    for_s: float = 8.0,
    cpu_s: Callable[[], float] | None = None,
) -> ProbeReport:
    """Read a camera in the first of some ways that works.

    Args:
        links: ways to try, at least one.
        credential: None for a camera that asks for none.
        clock: the machine's.
        for_s: how long to look once the first picture is there, > 0.
        cpu_s: processor seconds used by this process so far; None to leave them out.

    Raises:
        SourceRefused: at once, without trying another way: each try counts towards a lock-out.
        WatchError: of the last way, when none works.
    """
    for link in links[:-1]:
        try:
            return await _look(link, credential, clock, for_s, cpu_s)
        except SourceRefused as error:
            if error.code != "camera_address":
                raise
        except WatchError:
            continue
    return await _look(links[-1], credential, clock, for_s, cpu_s)


async def _look(
    link: CameraLink,
    credential: Credential | None,
    clock: Clock,
    for_s: float,
    cpu_s: Callable[[], float] | None,
) -> ProbeReport:
    source = opener_of(link, credential, clock)()
    try:
        report = await _watch(source, link, clock, for_s, cpu_s)
    finally:
        await source.close()
    if link.adapter is Adapter.ONVIF:
        from camera_gateway.sources.onvif_look import look_at_onvif  # noqa: PLC0415  # as opener_of

        with suppress(SourceUnavailable):
            report = replace(report, onvif=await look_at_onvif(link.address, credential, clock))
    return replace(report, advice=tuple(_advice(report, credential)))


async def _watch(
    source: FrameSource,
    link: CameraLink,
    clock: Clock,
    for_s: float,
    cpu_s: Callable[[], float] | None,
) -> ProbeReport:
    began_s = clock.monotonic_s()
    frames: list[tuple[float, RawFrame]] = []
    offsets_s: list[float] = []
    told: FrameCorrupt | None = None
    damaged, used_s, until_s = 0, 0.0, began_s + FIRST_WITHIN_S
    while (left_s := until_s - clock.monotonic_s()) > 0.0:
        try:
            raw = await asyncio.wait_for(source.read(), left_s)
        except FrameCorrupt as error:
            damaged += 1
            if error.code == FrameCorrupt.default_code or frames:
                continue
            if told is not None:
                break  # a web page twice is no damage that passes
            told = error
            continue
        except (TimeoutError, SourceEnded):
            break
        now_s = clock.monotonic_s()
        if not frames:
            until_s = now_s + for_s
            used_s = 0.0 if cpu_s is None else cpu_s()
        frames.append((now_s, raw))
        offsets_s.append((clock.now() - raw.captured_at).total_seconds())
    if not frames and told is not None:
        raise SourceUnavailable(told.message, remedy=told.remedy, code=told.code)
    if not frames:
        raise SourceUnavailable(
            f"No whole picture came within {FIRST_WITHIN_S:g} s; {damaged} were damaged.",
            remedy="Look at the camera's stream settings and at its line.",
            code="probe_no_picture",
        )
    spent_s = clock.monotonic_s() - frames[0][0]
    share = None if cpu_s is None or spent_s <= 0.0 else (cpu_s() - used_s) / spent_s
    newest = frames[-1][1]
    gaps = [b[0] - a[0] for a, b in pairwise(frames)]
    timed = newest.time_source is not TimeSource.RECEIPT and link.adapter not in RECORDED
    width_px, height_px = picture_size(newest.jpeg)
    return ProbeReport(
        link=link,
        pictures=len(frames),
        damaged=damaged,
        first_picture_s=frames[0][0] - began_s,
        gap_s=median(gaps) if gaps else None,
        width_px=width_px,
        height_px=height_px,
        picture_bytes=len(newest.jpeg),
        stream=source.facts() if isinstance(source, RtspSource) else None,
        core_share=share,
        time_source=newest.time_source,
        clock_offset_s=median(offsets_s) if timed else None,
        light=_light(newest.jpeg),
        advice=(),
        jpeg=newest.jpeg,
        line_bits_per_s=source.bits_per_s if isinstance(source, MjpegSource) else None,
    )


def _light(jpeg: bytes) -> Light | None:
    image = decode_jpeg(jpeg, "the probed camera", reduction=REDUCTION)
    return light_of(image) if min(image.shape[:2]) >= LEAST_SIDE_PX else None


def _advice(report: ProbeReport, credential: Credential | None) -> list[Advice]:
    link, stream, found = report.link, report.stream, []
    if link.adapter in RECORDED:
        return []
    if report.damaged:
        found.append(Advice.DAMAGED)
    key_gap_s = stream.key_interval_s if stream else None
    if key_gap_s is not None and key_gap_s > max(LONGEST_KEY_GAP_S, link.every_s) + 0.1:
        found.append(Advice.KEY_INTERVAL)
    elif (report.gap_s or 0.0) > 1.5 * link.every_s:
        found.append(Advice.SLOW)
    offset_s = report.clock_offset_s
    sender_s = stream.sender_offset_s if stream else None
    if report.time_source is TimeSource.RECEIPT and sender_s is None:
        found.append(Advice.TIME_UNKNOWN)
    own_s = report.own_clock_s
    if max(abs(offset_s or 0.0), abs(sender_s or 0.0), abs(own_s or 0.0)) > CLOCK_OFF_S:
        found.append(Advice.CLOCK_OFF)
    if min(report.width_px, report.height_px) < SMALLEST_SIDE_PX:
        found.append(Advice.SMALL_PICTURE)
    if report.picture_bytes > MOST_BYTES:
        found.append(Advice.LARGE_PICTURE)
    if credential is None:
        found.append(Advice.NO_PASSWORD)
    return found
