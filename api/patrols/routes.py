"""``/api/patrols``: how the towers patrol; and ``/api/danger``, the class of the day."""

from fastapi import APIRouter

from api.auth.roles import AdminUser, MonitorUser, SharedViewer
from api.bodies import RequestBody
from api.context import Context
from api.patrols.addresses import usual_address
from api.patrols.asking import InContext, Key
from api.patrols.schemas import PatrolAnswer, PatrolBody
from api.patrols.service import put_patrol, remove_patrol
from api.weather.schemas import DangerAnswer
from models.camera_setup import CameraSetup
from models.patrol import DangerClass

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["patrols"])


class DangerRequest(RequestBody):
    """The danger class of the day."""

    danger: DangerClass


@router.get("/danger")
def get_danger(_user: SharedViewer, context: InContext) -> DangerAnswer:
    """What holds now, who says so, and what the weather says."""
    return _danger(context)


@router.put("/danger")
def enter_danger(body: DangerRequest, user: MonitorUser, context: InContext) -> DangerAnswer:
    """Say the class of the day; tours that depend on it follow at their next stop."""
    context.store.patrols.enter_danger(body.danger, author=user.name)
    context.patrols.nudge()
    return _danger(context)


@router.get("/patrols/{camera_id}")
def get_patrol(camera_id: Key, _user: AdminUser, context: InContext) -> PatrolAnswer:
    """How a camera patrols, and what is likely for one that does not yet."""
    return _answer(context.store.links.get(camera_id))


@router.put("/patrols/{camera_id}")
def change_patrol(
    camera_id: Key, body: PatrolBody, user: AdminUser, context: InContext
) -> PatrolAnswer:
    """Say how a camera patrols, with its presets."""
    return _answer(put_patrol(context, camera_id, body, user))


@router.delete("/patrols/{camera_id}", status_code=204)
def delete_patrol(camera_id: Key, user: AdminUser, context: InContext) -> None:
    """Let a camera stand still."""
    remove_patrol(context, camera_id, user)


def _danger(context: Context) -> DangerAnswer:
    return DangerAnswer.of(context.dangers.now(context.store, context.clock, context.settings))


def _answer(setup: CameraSetup) -> PatrolAnswer:
    return PatrolAnswer.of(setup, usual_address(setup))
