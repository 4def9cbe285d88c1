"""Whether a camera has live video for a browser, and why not."""

from typing import Final

from api.context import Context
from models.camera_link import Adapter
from models.errors import Conflict

__all__ = ["check_live"]

STREAMS: Final = frozenset({Adapter.RTSP, Adapter.ONVIF})


def check_live(context: Context, camera_id: str) -> None:
    """Let pass a camera that has video, or may have it in a moment.

    Raises:
        NotFound: no such camera.
        Conflict: see :func:`api.live_view.routes.watch_live`.
    """
    link = context.store.links.get(camera_id).link
    runs_without = link is None and camera_id in context.gateways  # as those of a demo do
    if not runs_without and (link is None or not link.enabled):
        raise Conflict(
            "The camera is switched off.",
            remedy="An administrator switches it on.",
            code="live_view_off",
        )
    if link is None or link.adapter not in STREAMS:
        raise Conflict(
            "The camera sends pictures, not video.",
            remedy="Look at its newest picture.",
            code="live_view_stills_only",
        )
    tap = context.taps.of(camera_id)
    if not tap.is_open:
        raise Conflict(
            "The camera has a privacy mask, and video cannot be masked.",
            remedy="Look at its newest picture, which is masked.",
            code="live_view_masked",
        )
    form = tap.form
    if form is not None and form.codec != "h264":
        raise Conflict(
            f"Its video is {form.codec}, which not every browser plays.",
            remedy="Set the camera to H.264.",
            code="live_view_codec",
        )
