"""Who may draw which mask, and where."""

from datetime import timedelta
from typing import Final

from api.context import Context
from api.masks.schemas import MaskRequest, ShapeRequest
from models.errors import InputRefused, NotPermitted
from models.mask import MaskKind, ViewMask
from models.user import Role, User

__all__ = ["MONITOR_LONGEST", "check_kind", "drawn_by", "redrawn_by"]

MONITOR_LONGEST: Final = timedelta(days=14)
"""What a monitor takes for a nuisance is looked at again by somebody within a fortnight."""


def drawn_by(user: User, request: MaskRequest, context: Context) -> ViewMask:
    """A new mask.

    Raises:
        NotFound: no such camera.
        InputRefused: it has no such preset, code ``mask_no_preset``; or no region, see
            :class:`ViewMask`.
        NotPermitted: see :func:`check_kind`; a monitor's lasts a fortnight at most, code
            ``mask_too_long``.
    """
    setup = context.store.links.get(request.camera_id)
    known = {preset.number for preset in setup.camera.presets} | {setup.preset_number}
    if request.preset not in known:
        raise InputRefused(
            f"Camera {request.camera_id} has no preset {request.preset}.",
            remedy="Choose one of its presets.",
            code="mask_no_preset",
        )
    view = request.camera_id, request.preset, request.kind
    return _mask(user, view, request, context)


def redrawn_by(user: User, before: ViewMask, request: ShapeRequest, context: Context) -> ViewMask:
    """Another mask in the place of one.

    Raises:
        InputRefused: it is no region, see :class:`ViewMask`.
        NotPermitted: as for a new one.
    """
    return _mask(user, (before.camera_id, before.preset, before.kind), request, context)


def check_kind(user: User, kind: MaskKind) -> None:
    """Pass whoever may have to do with masks of a kind.

    Raises:
        NotPermitted: what is private is for administrators; code ``mask_admin``.
    """
    if kind is MaskKind.PRIVACY and not user.role.allows(Role.ADMIN):
        raise NotPermitted(
            "Privacy masks are drawn and ended by administrators.",
            remedy="Ask an administrator.",
            code="mask_admin",
        )


def _mask(
    user: User, view: tuple[str, int, MaskKind], request: ShapeRequest, context: Context
) -> ViewMask:
    check_kind(user, view[2])
    now = context.clock.now()
    expires_at = request.expires_at
    too_long = expires_at is None or expires_at - now > MONITOR_LONGEST
    if too_long and not user.role.allows(Role.ADMIN):
        raise NotPermitted(
            f"A monitor's mask lasts at most {MONITOR_LONGEST.days} days.",
            remedy="Choose an earlier end, or ask an administrator.",
            code="mask_too_long",
        )
    return ViewMask(
        *view,
        polygon=request.polygon,
        author=user.name,
        created_at=now,
        expires_at=expires_at,
        fov_min_deg=request.fov_min_deg,
        fov_max_deg=request.fov_max_deg,
        note=request.note.strip(),
    )
