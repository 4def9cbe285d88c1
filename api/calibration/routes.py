"""``/api/calibration``: find where a preset really looks, and put it in force."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from api.auth.roles import AdminUser, SharedViewer
from api.calibration.answers import (
    CalibrationAnswer,
    FitAnswer,
    LineAnswer,
    PictureAnswer,
    PresetAnswer,
    Refusal,
    SeenAnswer,
)
from api.calibration.schemas import (
    AgainRequest,
    FitRequest,
    ForceRequest,
    LineRequest,
    SeenRequest,
)
from api.calibration.service import (
    fit,
    line_of,
    preset_of,
    put_in_force,
    refusal_of,
    shelf_of,
    take_picture,
    wgs84_of,
)
from api.context import Context, context_of
from models.errors import InputRefused, NotFound
from models.site import Pose

__all__ = ["router"]

router = APIRouter(prefix="/api/calibration", tags=["calibration"])

InContext = Annotated[Context, Depends(context_of)]
Key = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,40}$")]
Preset = Annotated[int, Path(ge=0, le=9999)]
Number = Annotated[int, Path(ge=1, le=2**62)]
PictureKey = Annotated[str, Path(pattern="^[0-9a-f]{24}$")]


@router.get("/{camera_id}")
def list_presets(camera_id: Key, _user: SharedViewer, context: InContext) -> list[PresetAnswer]:
    """How the pose of each preset of a camera was found, with all that was before."""
    camera = context.store.cameras.get(camera_id)
    answers = []
    for preset in camera.presets:
        now = context.store.calibrations.in_force(camera_id, preset.number)
        history = tuple(
            CalibrationAnswer.of(each, in_force=each == now)
            for each in context.store.calibrations.of(camera_id, preset.number)
        )
        answers.append(
            PresetAnswer(preset=preset.number, name=preset.name, pose=preset.pose, history=history)
        )
    return answers


@router.post("/{camera_id}/{preset}/picture", status_code=201)
def set_aside(
    camera_id: Key, preset: Preset, _user: AdminUser, context: InContext
) -> PictureAnswer:
    """Set the newest picture of a preset aside, to work on it."""
    return PictureAnswer.of(take_picture(context, camera_id, preset))


@router.get("/{camera_id}/{preset}/picture/{picture}.jpg")
def picture_of(
    camera_id: Key, preset: Preset, picture: PictureKey, _user: AdminUser, context: InContext
) -> Response:
    """A picture that was set aside: as it left the gateway, masked."""
    found = context.workbench.pictures.get(picture, camera_id, preset)
    headers = {"Cache-Control": "no-store"}
    return Response(found.jpeg, media_type="image/jpeg", headers=headers)


@router.post("/{camera_id}/{preset}/seen")
def seen_from(
    camera_id: Key, preset: Preset, body: SeenRequest, _user: AdminUser, context: InContext
) -> SeenAnswer:
    """Where the terrain's skyline and places would lie in a picture of a pose."""
    camera, _ = preset_of(context, camera_id, preset)
    around = context.workbench.surroundings.around(camera.position, context.locator)
    pose, size_px = Pose(**body.pose.model_dump()), (body.width_px, body.height_px)
    places: list[tuple[float, float] | None] = []
    for each in body.places:
        try:
            place = around.place(*wgs84_of(each), each.height_m, each.height_datum)
        except InputRefused:
            places.append(None)  # it is told when it is marked
        else:
            places.append(around.place_in(place, pose, *size_px))
    skyline = around.skyline_in(pose, *size_px, body.canopy_m)
    return SeenAnswer(skyline=skyline, places=places)


@router.post("/{camera_id}/{preset}/skyline")
def find_skyline(
    camera_id: Key, preset: Preset, body: LineRequest, _user: AdminUser, context: InContext
) -> LineAnswer:
    """The line between land and sky in a picture, or why none can be trusted."""
    try:
        found = line_of(context, camera_id, preset, body)
    except InputRefused as error:
        return LineAnswer(refusal=Refusal.of(error))
    return LineAnswer(
        x_px=[round(value, 2) for value in found.x_px.tolist()],
        y_px=[round(value, 2) for value in found.y_px.tolist()],
        share=found.share,
    )


@router.post("/{camera_id}/{preset}/fit")
def fit_only(
    camera_id: Key, preset: Preset, body: FitRequest, _user: AdminUser, context: InContext
) -> FitAnswer:
    """The pose that fits what was marked, or why there is none; nothing is stored."""
    before = preset_of(context, camera_id, preset)[1].pose
    try:
        return FitAnswer.of(before, fit(context, camera_id, preset, body))
    except InputRefused as error:
        refusal = refusal_of(context, camera_id, preset, body, error)
        return FitAnswer(before=before, refusal=refusal)


@router.post("/{camera_id}/{preset}", status_code=201)
def calibrate(
    camera_id: Key, preset: Preset, body: ForceRequest, user: AdminUser, context: InContext
) -> CalibrationAnswer:
    """Find the pose once more and put it in force; alerts from now on stand on it."""
    stored = put_in_force(context, camera_id, preset, body, user.name)
    return CalibrationAnswer.of(stored, in_force=True)


@router.post("/number/{number}/again", status_code=201)
def calibrate_again(
    number: Number, body: AgainRequest, user: AdminUser, context: InContext
) -> CalibrationAnswer:
    """Put an older calibration in force again."""
    before = Pose(**body.before.model_dump())
    stored = shelf_of(context).put_again(number, before, user.name)
    context.cameras_changed()
    return CalibrationAnswer.of(stored, in_force=True)


@router.post("/number/{number}/undo")
def undo(number: Number, user: AdminUser, context: InContext) -> Pose:
    """Give the preset back the pose from before the calibration in force."""
    pose = shelf_of(context).undo(number, user.name)
    context.cameras_changed()
    return pose


@router.get("/number/{number}/picture.jpg")
def picture_kept(number: Number, _user: AdminUser, context: InContext) -> Response:
    """The picture on which a calibration was made."""
    jpeg = shelf_of(context).picture(number)
    if jpeg is None:
        raise NotFound(f"The picture of calibration {number} is gone.", code="no_still")
    headers = {"Cache-Control": "private, max-age=86400"}
    return Response(jpeg, media_type="image/jpeg", headers=headers)
