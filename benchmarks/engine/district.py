"""The whole district on this machine: 109 cameras, one frame every 5 s each, from JPEG, on 2 cores.

Real gateways, bus and pipeline in one process; only the cameras are scripted (they hand over JPEGs
that were made before) and the alert desk only counts. What is measured is the age of a frame when
the pipeline has decided on it, in cadences.
"""

import asyncio
import os
import random
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise

from benchmarks.engine.pictures import jpeg
from benchmarks.support.report import Measure, figure, limit
from camera_gateway.bus import MemoryBus
from camera_gateway.gateway import Gateway
from camera_gateway.pictures import check_jpeg
from camera_gateway.ring import FrameRing
from camera_gateway.source import RawFrame
from detector.attention import AttentiveScorer, band_width_px
from detector.core import Detector
from detector.desk import Sighting
from detector.pipeline import Pipeline
from models.clock import Clock, SystemClock
from models.config import AttentionRule, EvidenceRule, Settings
from models.frame import Frame, FrameMode, Provenance, TimeSource
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset
from models.zoo.registry import ModelCard

__all__ = ["CLOSING_S", "measure_district", "percentile", "starved"]

CAMERAS = 109
CADENCE_S = 5.0
CORES = 2
P99_BAR_CADENCES = 2.0
STARVED_AFTER_CADENCES = 2.0
DIFFERENT_FRAMES = 6
CLOSING_S = 6.0
"""How long the pipeline may go on deciding when the last frame has come."""


class ScriptedCamera:
    """A source that hands over the next of its JPEGs at every cadence, from a phase of its own."""

    def __init__(self, jpegs: Sequence[bytes], phase_s: float, clock: Clock) -> None:
        self._jpegs = jpegs
        self._clock = clock
        self._began_at = clock.now()
        self._began_s = clock.monotonic_s()
        self._due_s = phase_s
        self._number = 0

    async def read(self) -> RawFrame:
        """The next picture, at its time."""
        await self._clock.sleep(self._began_s + self._due_s - self._clock.monotonic_s())
        data = self._jpegs[self._number % len(self._jpegs)]
        # As every source does: damage is found before it travels.
        await asyncio.to_thread(check_jpeg, data, "scripted")
        made_at = self._began_at + timedelta(seconds=self._due_s)
        self._number += 1
        self._due_s += CADENCE_S
        return RawFrame(data, made_at, TimeSource.CONTAINER, FrameMode.VISIBLE, Provenance.LIVE)

    async def close(self) -> None:
        """Nothing to let go of."""


class _CountingDesk:
    def __init__(self) -> None:
        self.taken = 0

    def take(self, _sighting: Sighting) -> None:
        self.taken += 1

    def note(self, _sighting: Sighting) -> None:
        """What does not suffice for an alert is not kept."""


class TimedPipeline(Pipeline):
    """Remembers when each frame was decided on."""

    decided: list[tuple[str, datetime, datetime]]

    def process(self, frames: Sequence[Frame], *, hurried: bool = False) -> None:
        """Decide, then look at the clock."""
        super().process(frames, hurried=hurried)
        now = self._clock.now()
        self.decided += [(frame.camera_id, frame.captured_at, now) for frame in frames]


def measure_district(
    card: ModelCard, seconds: float, *, cost: float, name: str = "district"
) -> list[Measure]:
    """Watch the district for some time.

    Args:
        card: whose weights.
        seconds: how long frames come; at least two cadences.
        cost: most pixels a frame over those of the full frame: how much is looked at closer.
        name: what the measures' names begin with.
    """
    settings = Settings()
    attention = AttentionRule(cost=cost)
    with _cores(CORES) as cores:
        detector = Detector.open(card, threads=cores)
        wide = detector.at_width(band_width_px(cost))
        clock = SystemClock()
        bus = MemoryBus(clock, settings.max_frame_age_s)
        desk = _CountingDesk()
        pipeline = TimedPipeline(
            AttentiveScorer(detector, wide, attention),
            desk,  # counts instead of writing alerts
            EvidenceRule(),
            clock,
            max_batch=settings.max_batch,
        )
        pipeline.decided = []
        began_at, spent_s = clock.now(), time.process_time()
        published, undecided = asyncio.run(_watch(pipeline, bus, clock, seconds))
        ended_at, spent_s = clock.now(), time.process_time() - spent_s
    # What was not decided on by then is at least that old.
    made_and_decided = [(made_at, now) for _, made_at, now in pipeline.decided]
    made_and_decided += [(frame.captured_at, ended_at) for frame in undecided]
    ages = [(now - made_at).total_seconds() / CADENCE_S for made_at, now in made_and_decided]
    times: dict[str, list[datetime]] = defaultdict(list)
    for camera_id, _, now in pipeline.decided:
        times[camera_id].append(now)
    dropped = sum(sum(reasons.values()) for reasons in bus.drops().values())
    counts = pipeline.counts
    words = (
        f"{CAMERAS} cameras, 1080p JPEG of {len(jpeg('1080p', 0)) // 1000} kB every "
        f"{CADENCE_S:g} s, {cores} cores, {seconds:g} s, {detector.provider}, attention "
        f"{attention.cost:g}; {published} frames published, {counts.frames_scored} scored, "
        f"{dropped} dropped, {counts.frames_corrupt} refused, {len(undecided)} undecided at the end"
    )
    hungry = starved(
        times, CAMERAS, began_at, ended_at, timedelta(seconds=STARVED_AFTER_CADENCES * CADENCE_S)
    )
    lasted_s = (ended_at - began_at).total_seconds()
    return [
        limit(f"{name}_p99_cadences", percentile(ages, 99), "cadences", words, P99_BAR_CADENCES),
        figure(f"{name}_median_cadences", percentile(ages, 50), "cadences", words),
        limit(
            f"{name}_starved_cameras",
            hungry,
            "cameras",
            f"without a decision for more than {STARVED_AFTER_CADENCES:g} cadences; {words}",
            0,
        ),
        figure(f"{name}_dropped_frames", dropped, "frames", words),
        figure(
            f"{name}_scoring_share",
            counts.network_s / lasted_s,
            "share",
            "of the time the scoring loop was at work",
        ),
        figure(
            f"{name}_processor_ms_a_frame",
            1000.0 * spent_s / max(1, counts.frames_scored),
            "ms",
            "all threads: cameras, checks, decoding, network, decision",
        ),
        figure(
            f"{name}_cores_got",
            spent_s / lasted_s,
            "cores",
            f"of {cores}, as much as the machine's other work left or as was needed",
        ),
        figure(
            f"{name}_hurried_share",
            counts.frames_hurried / max(1, counts.frames_scored),
            "share",
            f"of the frames had only their full frame looked at, because others waited; {words}",
        ),
    ]


async def _watch(
    pipeline: Pipeline, bus: MemoryBus, clock: Clock, seconds: float
) -> tuple[int, list[Frame]]:
    """Watch; how many frames were published, and which of them nobody decided on in time."""
    # Every camera has its own phase, as cameras that nobody synchronised.
    phases = random.Random(7)
    jpegs = [jpeg("1080p", seed) for seed in range(DIFFERENT_FRAMES)]
    ring = FrameRing(2**24, 8)
    gateways = []
    for number in range(CAMERAS):
        turned = jpegs[number % DIFFERENT_FRAMES :] + jpegs[: number % DIFFERENT_FRAMES]
        phase_s = phases.uniform(0.0, CADENCE_S)
        gateways.append(
            Gateway(
                _camera(number),
                0,
                lambda turned=turned, phase_s=phase_s: ScriptedCamera(turned, phase_s, clock),  # type: ignore[misc]
                bus=bus,
                ring=ring,
                clock=clock,
                random=phases.random,
            )
        )
    scoring = asyncio.create_task(pipeline.run(bus))
    reading = [asyncio.create_task(gateway.run()) for gateway in gateways]
    await clock.sleep(seconds)
    for task in reading:
        task.cancel()
    await asyncio.gather(*reading, return_exceptions=True)
    await bus.close()
    undecided: list[Frame] = []
    await asyncio.wait([scoring], timeout=CLOSING_S)
    if bus.held() > 0:
        undecided = await bus.pull(CAMERAS, 0.0)
    await scoring  # ends with the batch that it is at
    return sum(gateway.status().frames_published for gateway in gateways), undecided


def starved(
    times: dict[str, list[datetime]],
    cameras: int,
    began_at: datetime,
    ended_at: datetime,
    patience: timedelta,
) -> int:
    """Cameras that went without a decision for longer than the patience, the ends included.

    Args:
        times: of the decisions by camera, in order; a camera that never had one is missing.
        cameras: how many there are.
        began_at: when frames began to come.
        ended_at: when everything was over.
        patience: longest wait that is no starving.
    """
    hungry = cameras - len(times)
    for moments in times.values():
        marks = [began_at, *moments, ended_at]
        waits = [later - earlier for earlier, later in pairwise(marks)]
        hungry += max(waits) > patience
    return hungry


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many percent of the values do not exceed; infinite when there is none.

    >>> percentile([3.0, 1.0, 2.0], 50), percentile([], 99)
    (2.0, inf)
    """
    if not values:
        return float("inf")
    rank = -(-len(values) * percent // 100)
    return sorted(values)[max(0, int(rank) - 1)]


def _camera(number: int) -> Camera:
    pose = Pose(0.0, -2.0, 0.0, 60.0, 0.0, 0.1, 0.1)
    position = Position(106.6 + number / 1000, 29.0, 30.0, HeightDatum.GROUND)
    return Camera(
        f"tower-{number:03d}",
        f"塔 {number}",
        CameraKind.TOWER,
        position,
        (Preset(0, "谷地", pose),),
    )


@contextmanager
def _cores(wanted: int) -> Iterator[int]:
    """Keep this thread, and those that it starts, on so many cores."""
    mine = sorted(os.sched_getaffinity(0))
    taken = mine[:wanted]
    os.sched_setaffinity(0, taken)
    try:
        yield len(taken)
    finally:
        os.sched_setaffinity(0, mine)
