"""Calibrations with their pictures: put in force, undone, and put in force again."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from api.calibration.finding import Found
from camera_gateway.pose_check import ReferenceShelf
from models.calibration import Calibration, PoseReference
from models.site import Pose, Position
from models.store import Store

__all__ = ["CalibrationShelf", "Work"]


@dataclass(frozen=True, slots=True)
class Work:
    """What a pose was found on.

    Attributes:
        lens: of the camera, as it is configured.
        before: pose of the preset.
        captured_at: UTC, when the picture was made.
        width_px: of the upright picture.
        height_px: of the upright picture.
        jpeg: the picture, with what is private painted over; empty to keep none.
        hidden: outlines of that, in shares of width and height.
        known_as: see :class:`models.calibration.Calibration`.
    """

    lens: Position
    before: Pose
    captured_at: datetime
    width_px: int
    height_px: int
    jpeg: bytes
    hidden: tuple[tuple[tuple[float, float], ...], ...]
    known_as: Pose | None


class CalibrationShelf:
    """Keeps calibrations.

    Args:
        store: of the installation.
        data_dir: of the installation; pictures of calibrations lie in ``calibrations`` there.
        references: gets the picture of whatever is in force: presets are checked against it.
    """

    def __init__(self, store: Store, data_dir: Path, references: ReferenceShelf) -> None:
        self._store = store
        self._references = references
        self._pictures = ReferenceShelf(data_dir / "calibrations")

    def put_in_force(
        self, camera_id: str, number: int, found: Found, work: Work, author: str
    ) -> Calibration:
        """Give a preset the pose that was found, and keep by what it was found.

        Raises:
            NotFound: no such preset.
            Conflict: the preset's pose is no longer ``before``, or its lens stands elsewhere.
            StorageFull: the picture cannot be kept; nothing has changed.
        """
        calibration = Calibration(
            calibration_id=0,
            camera_id=camera_id,
            preset=number,
            method=found.method,
            author=author,
            at=work.captured_at,  # the store writes the true one
            captured_at=work.captured_at,
            lens=work.lens,
            before=work.before,
            after=found.pose,
            width_px=work.width_px,
            height_px=work.height_px,
            misfit_px=found.misfit_px,
            points=found.points,
            marks=found.marks,
            terrain=found.terrain,
            picture=self._pictures.keep(work.jpeg) if work.jpeg else "",
            hidden=work.hidden,
            known_as=work.known_as,
        )
        stored = self._store.calibrations.put_in_force(calibration)
        self._refer_to(stored)
        return stored

    def put_again(self, calibration_id: int, before: Pose, author: str) -> Calibration:
        """Put an older calibration in force again; the view is the one that it was then.

        Raises:
            NotFound: no such calibration, or its camera or preset is gone.
            Conflict: the preset's pose is no longer ``before``, or its lens stands elsewhere.
        """
        old = self._store.calibrations.get(calibration_id)
        name = old.after if old.known_as is None else old.known_as
        again = replace(old, author=author, before=before, known_as=name)
        stored = self._store.calibrations.put_in_force(again, again=calibration_id)
        self._refer_to(stored)
        return stored

    def undo(self, calibration_id: int, author: str) -> Pose:
        """Give a preset back the pose that it had before the calibration in force.

        Raises:
            NotFound: no such calibration, or its camera or preset is gone.
            Conflict: it is not in force.
        """
        gone = self._store.calibrations.get(calibration_id)
        pose = self._store.calibrations.undo(calibration_id, author=author)
        now = self._store.calibrations.in_force(gone.camera_id, gone.preset)
        if now is not None:
            self._refer_to(now)
        return pose

    def picture(self, calibration_id: int) -> bytes | None:
        """The picture of a calibration; None where it is not there.

        Raises:
            NotFound: no such calibration.
        """
        return self._pictures.jpeg(self._store.calibrations.get(calibration_id).picture)

    def view_names(self, camera_id: str, number: int) -> dict[Pose, Pose]:
        """Under which pose what a view looks like was learned, by the pose that it has now."""
        return {
            each.after: each.after if each.known_as is None else each.known_as
            for each in reversed(self._store.calibrations.of(camera_id, number))
        }

    def _refer_to(self, calibration: Calibration) -> None:
        """Check the preset against the picture of its calibration from now on."""
        jpeg = self._pictures.jpeg(calibration.picture)
        if jpeg is None:
            return  # the first good picture from now on takes its place
        self._store.pose_checks.put_reference(
            PoseReference(
                camera_id=calibration.camera_id,
                preset=calibration.preset,
                pose=calibration.after,
                captured_at=calibration.captured_at,
                width_px=calibration.width_px,
                height_px=calibration.height_px,
                file=self._references.keep(jpeg),
                calibrated=True,
                hidden=calibration.hidden,
            )
        )
