"""Another model goes into force while frames come: none is lost, and no track ends."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from replay_rig import BrightDetector, hillside

from camera_gateway.bus import MemoryBus
from camera_gateway.pictures import encode_jpeg
from detector.attention import AttentiveScorer
from detector.core import Detector, Picture
from detector.pipeline import Pipeline
from detector.sighting import Sighting
from detector.swapping import Outfit, SwappingDetector, SwappingScorer
from models.clock import ManualClock, SystemClock
from models.config import AttentionRule, EvidenceRule
from models.detection import Detections, ModelReference
from models.errors import FrameCorrupt, ModelMismatch
from models.frame import Frame, FrameMode, Provenance, TimeSource
from models.zoo import load_card

START = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
OLD, NEW = (ModelReference(name, "2026.1.0", name[0] * 64) for name in ("a", "b"))
CLOSER = AttentionRule()
FLAT = AttentionRule(cost=1.0)


class Bright(BrightDetector):
    """The same eyes under another name."""

    def __init__(self, reference: ModelReference) -> None:
        super().__init__()
        self.reference = reference


def bright(reference: ModelReference) -> Outfit:
    one = Bright(reference)
    return Outfit(one, one)  # type: ignore[arg-type]  # all that is asked of a detector


@dataclass
class Seen:
    """What the desk was told."""

    told: list[tuple[datetime, str, float, int]] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)

    def take(self, sighting: Sighting) -> None:
        self.alerts.append(sighting.model.name)
        self.note(sighting)

    def note(self, sighting: Sighting) -> None:
        weighing = sighting.weighing
        self.told.append(
            (
                sighting.frame.captured_at,
                sighting.model.name,
                weighing.log_odds,
                len(sighting.track.scores),
            )
        )


def frame_of(number: int, jpeg: bytes, camera_id: str = "t1") -> Frame:
    at = START + timedelta(seconds=60.0 * number)
    return Frame(
        camera_id=camera_id,
        preset=1,
        sequence=number,
        captured_at=at,
        received_at=at,
        jpeg=jpeg,
        mode=FrameMode.VISIBLE,
        provenance=Provenance.RECORDED,
        pose=None,
        time_source=TimeSource.CAMERA_CLOCK,
    )


def play(rule: AttentionRule, swap_at: int | None) -> Seen:
    swapping, seen = SwappingDetector(bright(OLD)), Seen()
    scorer = SwappingScorer(swapping, rule)
    pipeline = Pipeline(scorer, seen, EvidenceRule(), ManualClock(START))
    for number in range(14):
        if number == swap_at:
            swapping.swap(bright(NEW))
        plume = 0 if number < 4 else 20 + 4 * number
        jpeg = encode_jpeg(hillside(number + 1000, plume, size=(640, 480)), 95)
        pipeline.process([frame_of(number, jpeg)])
    assert pipeline.counts.frames_scored == 14
    return seen


@pytest.mark.parametrize(
    ("rule", "swap_at"),
    [(FLAT, 1), (FLAT, 6), (FLAT, 12), (CLOSER, 6)],
    ids=["full-1", "full-6", "full-12", "closer-6"],
)
def test_a_track_is_followed_through_a_swap_as_if_there_were_none(
    rule: AttentionRule, swap_at: int
) -> None:
    without, swapped = play(rule, None), play(rule, swap_at)
    assert without.alerts
    assert [(at, odds, hits) for at, _, odds, hits in swapped.told] == [
        (at, odds, hits) for at, _, odds, hits in without.told
    ]
    boundary = START + timedelta(seconds=60.0 * swap_at)
    assert all(name == ("a" if at < boundary else "b") for at, name, _, _ in swapped.told)


def test_what_is_asked_now_is_answered_by_what_is_in_force_now() -> None:
    swapping = SwappingDetector(bright(OLD))
    scorer = SwappingScorer(swapping, FLAT)
    looking, image = swapping.settled(), hillside(1, 40)
    assert scorer.reference == swapping.reference == OLD
    swapping.swap(bright(NEW))
    # Whoever has begun goes on with what they began with; a batch is named by what looked at it.
    assert looking.reference == OLD
    assert scorer.reference == OLD
    assert swapping.reference == swapping.settled().reference == NEW
    assert len(swapping.detect([image], floor_score=0.1)[0].scores) == 1
    assert len(scorer.detect_each([image], floor_score=0.1, views=[("t1", 1)])) == 1
    assert scorer.reference == NEW


@dataclass
class Watched:
    """The scorer, and who scored which batch."""

    inner: SwappingScorer
    by: list[tuple[str, int]] = field(default_factory=list)
    seen: threading.Event = field(default_factory=threading.Event)

    @property
    def reference(self) -> ModelReference:
        return self.inner.reference

    def detect_each(
        self,
        pictures: Sequence[Picture],
        *,
        floor_score: float,
        views: Sequence[tuple[str, int]],
        hurried: bool,
    ) -> Sequence[Detections | FrameCorrupt]:
        answers = self.inner.detect_each(
            pictures, floor_score=floor_score, views=views, hurried=hurried
        )
        self.by.append((self.reference.name, len(pictures)))
        self.seen.set()
        return answers


def test_real_weights_are_swapped_under_load_and_no_frame_is_lost() -> None:
    old, new = load_card("firewatch-yolo26n"), load_card("firewatch-yolo26n-int8")
    full = Detector.open(old, device="cpu", threads=2)
    swapping = SwappingDetector(Outfit.of(full, CLOSER))
    watched = Watched(SwappingScorer(swapping, CLOSER))
    pipeline = Pipeline(watched, Seen(), EvidenceRule(), SystemClock(), max_batch=4)
    jpeg = encode_jpeg(hillside(5, 40, size=(640, 360)), 90)
    published = 0

    def change() -> None:
        assert watched.seen.wait(120.0)
        swapping.swap(Outfit.beside(new, CLOSER, swapping.outfit, 2))

    async def load() -> int:
        nonlocal published
        bus = MemoryBus(SystemClock(), max_age_s=600.0, lossless=True)
        running = asyncio.create_task(pipeline.run(bus))
        changing = asyncio.create_task(asyncio.to_thread(change))
        after = 0
        while after < 3 and not running.done():  # of three cameras, until some came after the swap
            after += changing.done()
            for camera in range(3):
                handing = asyncio.create_task(bus.publish(frame_of(published, jpeg, f"t{camera}")))
                await asyncio.wait({handing, running}, return_when=asyncio.FIRST_COMPLETED)
                published += 1
        await changing
        await bus.close()
        await running
        return published

    assert (
        asyncio.run(asyncio.wait_for(load(), 300.0))
        == pipeline.counts.frames_scored
        == sum(n for _, n in watched.by)
    )
    assert pipeline.counts.frames_failed == pipeline.counts.frames_corrupt == 0
    names = [name for name, _ in watched.by]
    assert names == sorted(names)  # the old one, then the new one, and never back
    assert set(names) == {old.name, new.name}
    assert swapping.reference == new.reference
    assert swapping.settled().arrangement == full.arrangement  # nothing was tried beside the watch


def test_weights_that_cannot_look_are_never_worn(tmp_path_factory: pytest.TempPathFactory) -> None:
    card = load_card("firewatch-yolo26n")
    worn = Outfit.of(Detector.open(card, device="cpu", threads=1), FLAT)
    assert worn.wide is worn.full
    swapping = SwappingDetector(worn)
    folder = tmp_path_factory.mktemp("damaged")
    broken = folder / card.file
    broken.write_bytes(card.path.read_bytes()[:-1000])
    with pytest.raises(ModelMismatch, match="sha256"):
        swapping.swap(Outfit.beside(replace(card, path=broken), FLAT, worn, 1))
    assert swapping.outfit is worn
    worn.try_on()


def test_a_scorer_goes_on_where_another_one_was() -> None:
    scorer = AttentiveScorer(Bright(OLD), Bright(OLD), CLOSER)
    image = hillside(3, 30, size=(1280, 960))
    scorer.detect_each([image], floor_score=0.1, views=[("t1", 1)])
    other = scorer.with_weights(Bright(NEW), Bright(NEW))
    assert other.reference == NEW
    assert other._views is scorer._views
