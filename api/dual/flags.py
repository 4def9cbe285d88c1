"""What is told of pairs whose pictures do not lie upon each other as they were registered."""

from api.poses import PoseFlag
from api.poses.answers import FlagKind
from models.dual import RegistrationState
from models.store import Store

__all__ = ["heat_flags_of"]

_KINDS = {
    RegistrationState.DRIFTED: FlagKind.HEAT_DRIFTED,
    RegistrationState.UNCHECKED: FlagKind.HEAT_UNCHECKED,
}


def heat_flags_of(store: Store) -> list[PoseFlag]:
    """Registrations that have drifted, or that nothing has confirmed for days, by camera."""
    paired = [pair.visible_id for pair in store.duals.pairs()]
    return [
        PoseFlag(
            camera_id=camera.camera_id,
            preset=one.preset,
            name="" if preset is None else preset.name,
            kind=_KINDS[one.state],
            at=one.checked_at or one.made_at,
        )
        for camera in store.cameras.some(paired)
        for one in store.duals.registrations(camera.camera_id)
        if one.state in _KINDS
        for preset in (camera.preset(one.preset),)
    ]
