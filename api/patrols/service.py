"""Changing patrols on behalf of an administrator."""

from api.context import Context
from api.patrols.addresses import mover_address
from api.patrols.schemas import PatrolBody
from models.camera_setup import CameraSetup
from models.user import User

__all__ = ["put_patrol", "remove_patrol"]


def put_patrol(context: Context, camera_id: str, body: PatrolBody, user: User) -> CameraSetup:
    """Change how a camera patrols, with its presets; takes effect on it alone, at once.

    Raises:
        NotFound: no such camera.
        InputRefused: as :func:`mover_address` and :func:`models.patrol.check_patrol`.
    """
    before = context.store.links.get(camera_id)
    patrol = body.patrol(mover_address(body.address, before))
    presets = tuple(preset.preset() for preset in body.presets)
    stored = context.store.links.put_patrol(camera_id, patrol, actor=user.name, presets=presets)
    context.cameras_changed()
    return stored


def remove_patrol(context: Context, camera_id: str, user: User) -> None:
    """Let a camera stand still; its presets stay.

    Raises:
        NotFound: no such camera.
    """
    context.store.links.put_patrol(camera_id, None, actor=user.name)
    context.cameras_changed()
