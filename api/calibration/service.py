"""Working at the pose of a preset on behalf of an administrator, and putting it in force."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from api.calibration.answers import (
    Refusal,
)
from api.calibration.easel import Picture
from api.calibration.finding import (
    Found,
    by_landmarks,
    by_skyline,
    by_sun,
    likeliest_line,
    lines_in,
    suspects,
)
from api.calibration.keeping import CalibrationShelf, Work
from api.calibration.schemas import (
    FitRequest,
    ForceRequest,
    LineRequest,
    MarkBody,
    PlaceBody,
    SunBody,
)
from api.calibration.surroundings import Surroundings
from api.context import Context
from geo.calibration import Landmark, PictureSkyline, SunSighting
from geo.crs import Wgs84, tagged, to_wgs84
from models.calibration import Calibration, CalibrationMethod
from models.errors import InputRefused, NotFound
from models.site import Camera, Pose, Preset

__all__ = [
    "fit",
    "line_of",
    "preset_of",
    "put_in_force",
    "refusal_of",
    "shelf_of",
    "take_picture",
    "wgs84_of",
]

CLOCK_SIGMA_S: Final = 10.0
"""Of a camera that does not say how well it knows the time."""


def preset_of(context: Context, camera_id: str, number: int) -> tuple[Camera, Preset]:
    """A camera and one of its presets.

    Raises:
        NotFound: there is none; code ``calibration_no_preset``.
    """
    camera = context.store.cameras.get(camera_id)
    preset = camera.preset(number)
    if preset is None:
        raise NotFound(
            f"Camera {camera_id} has no preset {number} with a pose.",
            remedy="Enter about where it looks first.",
            code="calibration_no_preset",
        )
    return camera, preset


def take_picture(context: Context, camera_id: str, number: int) -> Picture:
    """Set aside the newest picture of a preset.

    Raises:
        NotFound: no such preset; or it has no picture now, code ``no_still``.
    """
    preset_of(context, camera_id, number)
    found = context.ring.recent(camera_id, 1, number)
    if not found:
        raise NotFound(f"There is no picture of {camera_id}, preset {number}.", code="no_still")
    return context.workbench.pictures.put(found[0])


def wgs84_of(place: PlaceBody) -> tuple[float, float]:
    """Longitude and latitude of a place, let in through the door of coordinates.

    Raises:
        InputRefused: as :func:`geo.crs.tagged` and :func:`geo.crs.to_wgs84`.
    """
    stated = tagged(place.coordinates, place.east, place.north)
    inside = stated if isinstance(stated, Wgs84) else to_wgs84(stated)  # type: ignore[arg-type]
    return inside.pair


def landmarks_of(around: Surroundings, marks: tuple[MarkBody, ...]) -> list[Landmark]:
    """Marks with their heights above sea level.

    Raises:
        InputRefused: a place or a height cannot be told; the message names the mark.
    """
    found = []
    for mark in marks:
        try:
            place = around.place(*wgs84_of(mark), mark.height_m, mark.height_datum)
        except InputRefused as error:
            raise InputRefused(
                f"{mark.name}: {error.message}", remedy=error.remedy, code=error.code
            ) from error
        found.append(Landmark(mark.name, mark.x_px, mark.y_px, place))
    return found


def fit(context: Context, camera_id: str, number: int, body: FitRequest) -> Found:
    """What fits best; nothing is stored.

    Raises:
        NotFound: no such preset.
        Conflict: the picture is not at hand any more; code ``calibration_picture_gone``.
        InputRefused: there is no pose, for a reason that is told.
    """
    work = _bench(context, camera_id, number, body)
    if body.method is CalibrationMethod.SKYLINE:
        line_px = body.line.arrays()
        return by_skyline(work.around, work.start, line_px, work.size_px, body.canopy_m)
    if body.method is CalibrationMethod.LANDMARKS:
        _check_inside(body.marks, work.size_px)
        landmarks = landmarks_of(work.around, body.marks)
        return by_landmarks(work.around, work.start, landmarks, work.size_px)
    _check_inside(body.suns, work.size_px)
    pictures = context.workbench.pictures
    shown = [pictures.get(each.picture, camera_id, number) for each in body.suns]
    if any((each.width_px, each.height_px) != work.size_px for each in shown):
        raise InputRefused(
            "The pictures differ in their size.",
            remedy="Take all of them with the same settings of the camera.",
            code="calibration_sizes",
        )
    sightings = [
        SunSighting(each.x_px, each.y_px, picture.captured_at)
        for each, picture in zip(body.suns, shown, strict=True)
    ]
    doubts_s = [each.clock_sigma_s for each in shown if each.clock_sigma_s is not None]
    doubt_s = max(doubts_s) if len(doubts_s) == len(shown) > 0 else CLOCK_SIGMA_S
    return by_sun(work.around, work.start, sightings, work.size_px, doubt_s)


def line_of(context: Context, camera_id: str, number: int, body: LineRequest) -> PictureSkyline:
    """The skyline of a picture that was set aside.

    Raises:
        NotFound: no such preset.
        Conflict: the picture is not at hand any more; code ``calibration_picture_gone``.
        InputRefused: it shows none that could be trusted; code ``skyline_unseen``.
    """
    work = _bench(context, camera_id, number, body)
    picture = context.workbench.pictures.get(body.picture, camera_id, number)
    with context.workbench.looking:
        lines = lines_in(picture.decoded())
        return likeliest_line(work.around, work.start, lines, work.size_px, body.canopy_m)


def refusal_of(
    context: Context, camera_id: str, number: int, body: FitRequest, error: InputRefused
) -> Refusal:
    """Why there is no pose, with whatever landmark is to blame."""
    if error.code != "calibration_disagree" or body.method is not CalibrationMethod.LANDMARKS:
        return Refusal.of(error)
    work = _bench(context, camera_id, number, body)
    landmarks = landmarks_of(work.around, body.marks)
    return Refusal.of(error, suspects(work.around, work.start, landmarks, work.size_px))


@dataclass(frozen=True, slots=True)
class _Bench:
    around: Surroundings
    start: Pose
    size_px: tuple[int, int]


def _bench(context: Context, camera_id: str, number: int, body: FitRequest | LineRequest) -> _Bench:
    camera, preset = preset_of(context, camera_id, number)
    picture = context.workbench.pictures.get(body.picture, camera_id, number)
    around = context.workbench.surroundings.around(camera.position, context.locator)
    start = preset.pose if body.start is None else Pose(**body.start.model_dump())
    return _Bench(around, start, (picture.width_px, picture.height_px))


def _check_inside(marks: Iterable[MarkBody | SunBody], size_px: tuple[int, int]) -> None:
    width_px, height_px = size_px
    for each in marks:
        if not (0.0 <= each.x_px <= width_px and 0.0 <= each.y_px <= height_px):
            raise InputRefused(
                "A mark lies outside the picture.",
                remedy="Click it again.",
                code="calibration_outside",
            )


def put_in_force(
    context: Context, camera_id: str, number: int, body: ForceRequest, author: str
) -> Calibration:
    """Find the pose once more, give it to the preset, and keep by what it was found.

    Raises:
        NotFound: no such preset.
        Conflict: the picture is not at hand any more, or the preset's pose is no longer ``before``.
        InputRefused: there is no pose, for a reason that is told.
        StorageFull: the picture cannot be kept; nothing has changed.
    """
    found = fit(context, camera_id, number, body)
    picture = context.workbench.pictures.get(body.picture, camera_id, number)
    before = Pose(**body.before.model_dump())
    shelf = shelf_of(context)
    names = shelf.view_names(camera_id, number)
    # Of one that its camera itself did not take for its view, nothing that was learned holds.
    shown = None if picture.pose is None else names.get(picture.pose, picture.pose)
    name = names.get(before, before)
    work = Work(
        lens=context.store.cameras.get(camera_id).position,
        before=before,
        captured_at=picture.captured_at,
        width_px=picture.width_px,
        height_px=picture.height_px,
        jpeg=picture.jpeg,
        hidden=picture.hidden,
        known_as=name if shown == name else None,
    )
    stored = shelf.put_in_force(camera_id, number, found, work, author)
    context.cameras_changed()
    return stored


def shelf_of(context: Context) -> CalibrationShelf:
    """Where calibrations are kept."""
    return CalibrationShelf(context.store, context.settings.data_dir, context.references)
