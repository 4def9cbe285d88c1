"""Compares pictures of presets with their references, and writes down what comes of it."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from camera_gateway.pictures import decode_jpeg
from camera_gateway.pose_check.book import PoseBook
from camera_gateway.pose_check.pictures import (
    daylight,
    may_be_compared,
    may_be_reference,
    said_of,
    worth_of,
)
from camera_gateway.pose_check.references import ReferenceShelf
from camera_gateway.pose_check.session import MOST_BIRTHS, Session
from camera_gateway.pose_check.verdict import LEAST_PICTURES, check_of
from camera_gateway.ring import FrameRing
from models.calibration import CheckOutcome, PoseCheck, PoseReference
from models.clock import Clock
from models.config import PoseCheckRule
from models.errors import FrameCorrupt
from models.frame import Frame
from models.pose_state import ENOUGH_CHECKS, PoseState, state_of
from models.site import Camera, Pose, Preset
from models.store import Store
from models.units import ImageBGR

__all__ = ["PoseChecker"]

_logger = logging.getLogger(__name__)

GIVE_UP_S: Final = 24 * 3600.0
"""So long pictures are gathered before it is told that nothing can be said."""

CONFIRM_S: Final = 1800.0
"""A check that contradicts what was believed is followed by another one after so long."""

FRAMES: Final = 48  # of the ring, that are looked through for one of a preset

_Key = tuple[str, int]


@dataclass(slots=True)
class _Looked:
    """What is remembered of one preset while the program runs."""

    reference: PoseReference | None
    checks: list[PoseCheck]  # the last one first
    due_s: float
    session: Session | None = None
    births: int = 0


@dataclass(slots=True)
class _Taken:
    """The frame of a preset that was looked at last."""

    frame: tuple[str, int] = ("", -1)
    at_s: float = float("-inf")


class PoseChecker:
    """Of all presets; see :class:`camera_gateway.pose_check.watch.PoseWatch`. Methods block.

    Args:
        store: keeps references and checks.
        shelf: keeps the pictures.
        ring: has the newest frames.
        tours: whether a camera is turned by us.
        rule: how often, and by how many pictures.
        clock: the installation's.
        book: takes what is believed of each preset.
    """

    def __init__(
        self,
        store: Store,
        shelf: ReferenceShelf,
        ring: FrameRing,
        *,
        tours: Callable[[str], bool],
        rule: PoseCheckRule,
        clock: Clock,
        book: PoseBook,
    ) -> None:
        self._store = store
        self._shelf = shelf
        self._ring = ring
        self._tours = tours
        self._rule = rule
        self._clock = clock
        self._book = book
        self._references: Mapping[_Key, PoseReference] = {}
        self._looked: dict[_Key, _Looked] = {}
        self._taken: dict[_Key, _Taken] = {}

    def read(self, cameras: Mapping[str, Camera]) -> None:
        """Learn what references there are now; others may have put new ones.

        Raises:
            WatchError: the store cannot be read.
        """
        self._references = self._store.pose_checks.references()
        poses = {
            (camera.camera_id, preset.number): preset.pose
            for camera in cameras.values()
            for preset in camera.presets
        }
        for key, pose in poses.items():
            self._follow(key, pose)
        for known in (self._looked, self._taken):
            for key in known.keys() - poses.keys():
                known.pop(key)
        self._book.replace({key: self._state(key, pose) for key, pose in poses.items()})

    def tidy(self) -> None:
        """Forget presets that are gone, and pictures that nobody names.

        Raises:
            WatchError: the store or the folder fails.
        """
        presets = {
            (camera.camera_id, preset.number)
            for camera in self._store.cameras.all()
            for preset in camera.presets
        }
        self._store.pose_checks.keep_only(presets)
        wanted = {one.file for one in self._store.pose_checks.references().values()}
        wanted |= {one.picture for one in self._store.calibrations.since(0)}
        self._shelf.clear(wanted, self._clock.now())

    def look(self, camera: Camera, preset: Preset) -> bool:
        """Look at the newest picture of a preset, if it is due and there is one.

        Returns:
            Whether a picture was looked at.

        Raises:
            WatchError: store or disk fail; the picture counts for nothing then.
        """
        key, now_s = (camera.camera_id, preset.number), self._clock.monotonic_s()
        looked = self._looked.get(key)
        if looked is None or now_s < looked.due_s:
            return False
        session = looked.session = looked.session or Session(now_s)
        if looked.reference is not None and now_s - session.began_s >= GIVE_UP_S:
            self._settle(key, looked, session, preset.pose)
            return False
        frame = self._frame(key, preset.pose, now_s)
        if frame is None:
            return False
        picture = daylight(frame)
        if picture is None:
            session.dark += 1
        else:
            self._compare(key, preset.pose, frame, picture)
        return True

    def _compare(self, key: _Key, pose: Pose, frame: Frame, picture: ImageBGR) -> None:
        """Take in what a picture says, or take it for the reference where there is none."""
        looked = self._looked[key]
        reference, session = looked.reference, looked.session
        kept = None if reference is None else self._kept(reference)
        if reference is None or kept is None or session is None:
            self._begin(key, pose, frame, picture)
            return
        newborn = not looked.checks and not reference.calibrated
        said = said_of(reference, kept, frame, picture, weigh=newborn)
        session.take(said)
        enough = self._rule.pictures
        if len(session.offsets) < enough:
            return
        fresh = newborn and looked.births < MOST_BIRTHS and not session.searched(enough)
        if not fresh or session.reference_is_good():
            self._settle(key, looked, session, pose)
        elif session.is_better(said):
            self._begin(key, pose, frame, picture)

    def _follow(self, key: _Key, pose: Pose) -> None:
        """Begin anew where a preset's pose or its reference is another one than before."""
        reference = self._references.get(key)
        if reference is not None and not PoseState(reference).is_of(pose):
            reference = None
        before = self._looked.get(key)
        if before is not None and before.reference == reference:
            return
        checks = [] if reference is None else self._checks(key, reference)
        births = 0 if before is None else before.births
        self._looked[key] = _Looked(reference, checks, self._due_s(checks), births=births)

    def _checks(self, key: _Key, reference: PoseReference) -> list[PoseCheck]:
        all_of_it = self._store.pose_checks.of(*key, ENOUGH_CHECKS)
        return [check for check in all_of_it if check.reference == reference.file]

    def _due_s(self, checks: list[PoseCheck]) -> float:
        """When to go on after a restart: as if there had been none."""
        now_s = self._clock.monotonic_s()
        if not checks or checks[0].outcome is CheckOutcome.UNKNOWN:
            return now_s
        ago_s = (self._clock.now() - checks[0].at).total_seconds()
        # A clock that went back would have it checked after years.
        return now_s + max(0.0, self._rule.every_s - ago_s) if ago_s >= 0.0 else now_s

    def _state(self, key: _Key, pose: Pose) -> PoseState:
        looked = self._looked[key]
        return state_of(pose, looked.reference, looked.checks)

    def _frame(self, key: _Key, pose: Pose, now_s: float) -> Frame | None:
        """The newest frame that may speak of a preset and was not looked at, if it is time."""
        camera_id, number = key
        taken = self._taken.setdefault(key, _Taken())
        if now_s - taken.at_s < self._rule.apart_s:
            return None
        tours = self._tours(camera_id)
        for frame in reversed(self._ring.recent(camera_id, FRAMES, preset=number)):
            name = (frame.received_at.isoformat(), frame.sequence)
            if name == taken.frame:
                return None
            if may_be_compared(frame, pose, tours=tours):
                taken.frame, taken.at_s = name, now_s
                return frame
        return None

    def _kept(self, reference: PoseReference) -> ImageBGR | None:
        """The picture of a reference; None when it is lost or damaged."""
        jpeg = self._shelf.jpeg(reference.file)
        try:
            return None if jpeg is None else decode_jpeg(jpeg, reference.camera_id)
        except FrameCorrupt:
            return None

    def _begin(self, key: _Key, pose: Pose, frame: Frame, picture: ImageBGR) -> None:
        """Take a picture for the reference, if it is good enough."""
        hidden = tuple(mask.polygon for mask in frame.hidden)
        if not may_be_reference(frame) or worth_of(picture, hidden) == 0:
            return
        height_px, width_px = picture.shape[:2]
        looked = self._looked[key]
        reference = PoseReference(
            camera_id=key[0],
            preset=key[1],
            pose=pose,
            captured_at=frame.captured_at,
            width_px=width_px,
            height_px=height_px,
            file=self._shelf.keep(frame.jpeg),
            calibrated=False,
            hidden=hidden,
        )
        if looked.reference is not None and looked.reference.calibrated:
            _logger.warning("the picture of the calibration of %s/%d is lost", *key)
        if not self._store.pose_checks.replace_reference(looked.reference, reference):
            return  # somebody has put another one meanwhile
        self._looked[key] = _Looked(reference, [], looked.due_s, births=looked.births + 1)
        self._book.put(*key, self._state(key, pose))

    def _settle(self, key: _Key, looked: _Looked, session: Session, pose: Pose) -> None:
        """Write a check down, and say when the next one is due."""
        reference = looked.reference
        if reference is None:
            return
        now_s, now = self._clock.monotonic_s(), self._clock.now()
        if len(session.offsets) >= min(LEAST_PICTURES, self._rule.pictures):
            check = check_of(reference, session.offsets, now)
        else:
            check = PoseCheck(
                *key, now, CheckOutcome.UNKNOWN, len(session.offsets), why=session.why_unknown
            )
            check = replace(check, reference=reference.file)
        self._store.pose_checks.add(check)
        before = self._state(key, pose)
        looked.checks = [check, *looked.checks][:ENOUGH_CHECKS]
        looked.session = None
        looked.due_s = now_s + _pause_s(check, before, self._rule.every_s)
        after = self._state(key, pose)
        self._book.put(*key, after)
        _tell(key, before, after)


def _pause_s(check: PoseCheck, before: PoseState, every_s: float) -> float:
    if check.outcome is CheckOutcome.UNKNOWN:
        return 0.0
    drifted = check.outcome is CheckOutcome.DRIFTED
    return every_s if drifted == (before.drift is not None) else min(every_s, CONFIRM_S)


def _tell(key: _Key, before: PoseState, after: PoseState) -> None:
    drift = after.drift
    if drift is not None and before.drift is None:
        _logger.warning(
            "%s/%d looks %+.3f deg in azimuth, %+.3f deg in tilt and %+.3f deg in roll beside where"
            " it was calibrated",
            *key,
            drift.azimuth_off_deg,
            drift.tilt_off_deg,
            drift.roll_off_deg,
        )
    elif drift is None and before.drift is not None:
        _logger.info("%s/%d looks where it was calibrated again", *key)
