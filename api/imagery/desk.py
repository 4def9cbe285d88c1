"""Scores footage, one file at a time, with what the watch's live frames leave.

Whenever frames of cameras wait, it waits. A file stays queued until all of it is kept, so that a
restart begins it anew; one under which the process died three times is refused.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import av
import av.error
import shapely
from shapely.geometry.base import BaseGeometry

from api.behind import Behind, Stopped
from api.imagery.finding import Placer
from api.imagery.flight_looks import Flight, VideoLooks, flight_of, still_look
from api.imagery.scoring import PictureDetector, found_in, settled
from api.imagery.shelf import ImageryShelf
from api.imagery.showing import shown_jpeg
from api.imagery.witnessing import SeenHit, tell
from camera_gateway.pictures import read_picture
from drone_jobs.imagery.gaps import gaps_of, with_gaps
from drone_jobs.imagery.stills import read_still
from drone_jobs.imagery.subtitles import Subtitles, read_subtitles
from drone_jobs.imagery.thermal import read_thermal
from drone_jobs.imagery.video import LookSource, SeenFrame, klv_looks, seen_frames
from models.detection import Detections
from models.errors import FrameCorrupt, InputRefused, WatchError
from models.flight import AttitudeSource, Look
from models.imagery import (
    HitGap,
    Imagery,
    ImageryHitDraft,
    ImageryKind,
    ImageryResult,
    ImageryState,
)
from models.units import ImageBGR

if TYPE_CHECKING:
    from api.context import Context

__all__ = ["ImageryDesk"]

logger = logging.getLogger(__name__)

EVERY_S: Final = 1.0
MOST_ATTEMPTS: Final = 3
MOST_HITS: Final = 2000  # of a file
MOST_FOOTPRINTS: Final = 40  # of a video, evenly
_THERMAL: Final = "imagery_thermal"
_UNREADABLE: Final = frozenset({"drone_xmp", "drone_value"})
_BEST: Final = tuple(AttitudeSource)


@dataclass(slots=True)
class _Work:
    """One file under way."""

    imagery: Imagery
    placer: Placer
    hits: list[SeenHit] = field(default_factory=list)
    frames: int = 0
    gaps: set[HitGap] = field(default_factory=set)
    attitude: AttitudeSource = AttitudeSource.NONE
    taken_at: datetime | None = None
    ground: list[BaseGeometry] = field(default_factory=list)
    thermal: str = ""  # what is told of a picture of warmth; empty for any other


class ImageryDesk:
    """Works through what is queued.

    Args:
        context: of the application.
        shelf: where the files lie.
        detector: the watch's own; used from one more thread.
        backlog: how many live frames wait.
    """

    def __init__(
        self,
        context: "Context",
        shelf: ImageryShelf,
        detector: PictureDetector,
        backlog: Callable[[], int],
    ) -> None:
        self._context = context
        self._shelf = shelf
        self._detector = detector
        self.behind = Behind(context.clock, backlog)

    async def run(self) -> None:
        """Work until cancelled."""
        await self.behind.run(self.work_once, "footage is not scored now; it is tried again")

    def work_once(self) -> bool:
        """Score the file that waits longest.

        Returns:
            Whether there was one.

        Raises:
            WatchError: the store, the disk or the network failed; the file stays queued.
        """
        imagery = self._context.store.imagery.next_queued()
        if imagery is None:
            return False
        number, round_ = imagery.imagery_id, imagery.round
        hits: list[ImageryHitDraft] = []
        if self._shelf.attempt(number, round_) > MOST_ATTEMPTS:
            result = _failed("imagery_crashed", "The watch ended while it was scored.")
        else:
            try:
                result, hits = self._score(imagery)
            except Stopped:
                self._shelf.forget_attempts(number, round_)
                return False
            except (InputRefused, FrameCorrupt) as refused:
                result = _refusal(refused, self._shelf.path_of(imagery.draft.sha256), imagery)
            except WatchError:
                self._shelf.forget_attempts(number, round_)  # a fault of ours, and none of the file
                raise
            except Exception:
                logger.exception("footage %d cannot be scored", number)
                result = _failed("imagery_failed", "It could not be scored.")
        self._context.store.imagery.finish(number, round_, result, hits)
        self._shelf.forget_attempts(number, round_)
        if imagery.draft.kind is ImageryKind.SUBTITLES and result.state is ImageryState.SCORED:
            self._context.store.imagery.queue_videos_of(imagery)
        return True

    def _score(self, imagery: Imagery) -> tuple[ImageryResult, list[ImageryHitDraft]]:
        draft, context = imagery.draft, self._context
        path = self._shelf.path_of(draft.sha256)
        if not path.is_file():
            raise InputRefused(
                f"{draft.name} is not on the disk any more.",
                remedy="Hand it in again.",
                code="imagery_gone",
            )
        drills = () if context.flights is None else context.flights.drills
        flight = flight_of(context.store, draft.run_id, drills)
        if draft.kind is ImageryKind.SUBTITLES:
            return _of_subtitles(self._subtitles(imagery)), []
        take_off = None if flight is None else flight.take_off
        locator = context.locator
        work = _Work(imagery, Placer(locator, take_off, draft.stated_fov_deg))
        damage: FrameCorrupt | None = None
        try:
            if draft.kind is ImageryKind.STILL:
                self._still(work, path, flight)
            else:
                self._video(work, path, flight)
        except FrameCorrupt as corrupt:
            if work.frames == 0:
                raise
            damage = corrupt
        hits = tell(context, imagery, flight, work.hits)
        return _result(work, damage, path), hits

    def _still(self, work: _Work, path: Path, flight: Flight | None) -> None:
        draft = work.imagery.draft
        image = read_picture(path)
        try:
            still = read_still(path, zone=_zone(draft.zone), stated_fov_deg=draft.stated_fov_deg)
            look, thermal = still.look, read_thermal(path)
            if thermal.is_radiometric or still.photo.optics.infrared:
                work.thermal = f"A thermal picture. {thermal.told}"
        except InputRefused as refused:
            if refused.code not in _UNREADABLE:
                raise
            look = with_gaps(Look(at=None))  # what it tells of itself is damaged, its pixels not
        self._see(work, SeenFrame(0, 0.0, image, still_look(look, flight)), in_tiles=True)

    def _video(self, work: _Work, path: Path, flight: Flight | None) -> None:
        subtitles = self._subtitles_beside(work)
        own: LookSource | None = klv_looks(path) or subtitles
        if subtitles is not None and work.placer.take_off is None and subtitles.home is not None:
            work.placer = replace(work.placer, take_off=subtitles.home)
        began_at = _created_at(path)
        if began_at is not None and (flight is None or not flight.may_have_begun(began_at)):
            began_at = None
        looks = VideoLooks(own, flight, began_at)
        with closing(seen_frames(path, looks, every_s=EVERY_S)) as frames:
            for frame in frames:
                self._see(work, frame, in_tiles=False)

    def _see(self, work: _Work, frame: SeenFrame, *, in_tiles: bool) -> None:
        detector, model = settled(self._detector)
        boxes = found_in(_Patient(detector, self.behind.wait), frame.image, in_tiles=in_tiles)
        height, width = frame.image.shape[:2]
        look = frame.look
        view, missing = work.placer.view(look, (width, height))
        work.frames += 1
        work.gaps |= set(missing)
        work.attitude = min(work.attitude, look.attitude, key=_BEST.index)
        if work.taken_at is None:
            work.taken_at = look.at
        if view is not None and (work.frames - 1) % _step(len(work.ground)) == 0:
            ground = work.placer.footprint(view)
            if ground is not None:
                work.ground.append(ground)
        kept = boxes[: max(0, MOST_HITS - len(work.hits))]
        for box in kept:
            fix, gaps = (None, missing) if view is None else work.placer.fix(view, box)
            draft = ImageryHitDraft(frame.number, frame.time_s, box, fix, gaps, model=model)
            work.hits.append(SeenHit(draft, look.at, is_thermal=bool(work.thermal)))
        if kept:
            jpeg = shown_jpeg(frame.image, kept)
            self._shelf.keep_picture(
                work.imagery.imagery_id, work.imagery.round, frame.number, jpeg
            )

    def _subtitles_beside(self, work: _Work) -> Subtitles | None:
        beside = self._context.store.imagery.subtitles_of(work.imagery)
        if beside is None:
            return None
        draft = work.imagery.draft
        stated = replace(
            beside.draft,
            zone=beside.draft.zone or draft.zone,
            stated_fov_deg=draft.stated_fov_deg or beside.draft.stated_fov_deg,
        )
        try:
            return self._subtitles(replace(beside, draft=stated))
        except InputRefused:
            return None  # told beside the subtitles themselves

    def _subtitles(self, imagery: Imagery) -> Subtitles:
        draft, terrain = imagery.draft, self._context.terrain
        try:
            data = self._shelf.path_of(draft.sha256).read_bytes()
        except OSError as error:
            raise InputRefused(
                f"{draft.name} is not on the disk any more.",
                remedy="Hand it in again.",
                code="imagery_gone",
            ) from error
        return read_subtitles(
            data,
            draft.name,
            zone=_zone(draft.zone),
            site=None if terrain is None else terrain.bounds_deg,
            stated_fov_deg=draft.stated_fov_deg,
        )


class _Patient:
    """The detector, asked only while no live frame waits."""

    def __init__(self, detector: PictureDetector, wait: Callable[[], None]) -> None:
        self._detector = detector
        self._wait = wait

    def detect(self, images: Sequence[ImageBGR], *, floor_score: float) -> Sequence[Detections]:
        """See :class:`PictureDetector`."""
        self._wait()
        return self._detector.detect(images, floor_score=floor_score)


def _step(count: int) -> int:
    """Every picture's ground at first, then ever fewer: a video of hours has thousands."""
    return 1 if count < MOST_FOOTPRINTS // 2 else 60


def _zone(name: str) -> ZoneInfo | None:
    return ZoneInfo(name) if name else None


def _created_at(path: Path) -> datetime | None:
    """When a video began by its container: in UTC, or by makers who write local time, not."""
    try:
        with av.open(f"file:{path}", options={"protocol_whitelist": "file"}) as container:
            told = container.metadata.get("creation_time", "")
        at = datetime.fromisoformat(told)
    except (av.error.FFmpegError, OSError, ValueError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _ordered(gaps: set[HitGap]) -> tuple[HitGap, ...]:
    return tuple(gap for gap in HitGap if gap in gaps)


def _of_subtitles(subtitles: Subtitles) -> ImageryResult:
    looks = [entry.look for entry in subtitles.entries]
    lacking = set.intersection(*(set(gaps_of(look)) for look in looks)) if looks else set()
    times = [look.at for look in looks if look.at is not None]
    return ImageryResult(
        ImageryState.SCORED,
        message=" ".join(subtitles.notes),
        taken_at=min(times, default=None),
        gaps=_ordered({HitGap(gap) for gap in lacking}),
        attitude=min((look.attitude for look in looks), key=_BEST.index, default=_BEST[-1]),
    )


def _named(message: str, path: Path, name: str) -> str:
    """A file is told by its own name, and where it lies is nobody's business."""
    return message.replace(str(path), name).replace(path.name, name)


def _result(work: _Work, damage: FrameCorrupt | None, path: Path) -> ImageryResult:
    name = work.imagery.draft.name
    area = shapely.union_all(work.ground) if work.ground else None
    return ImageryResult(
        ImageryState.SCORED,
        code=_THERMAL * bool(work.thermal) if damage is None else damage.code,
        message=work.thermal if damage is None else _named(damage.message, path, name),
        remedy="" if damage is None else damage.remedy,
        taken_at=work.taken_at,
        frames=work.frames,
        gaps=_ordered(work.gaps),
        attitude=work.attitude,
        footprint=area,
    )


def _refusal(refused: InputRefused | FrameCorrupt, path: Path, imagery: Imagery) -> ImageryResult:
    return ImageryResult(
        ImageryState.REFUSED,
        code=refused.code,
        message=_named(refused.message, path, imagery.draft.name),
        remedy=refused.remedy,
    )


def _failed(code: str, message: str) -> ImageryResult:
    return ImageryResult(
        ImageryState.REFUSED,
        code=code,
        message=message,
        remedy="Copy it from the camera again; keep the file for whoever looks after the watch.",
    )
