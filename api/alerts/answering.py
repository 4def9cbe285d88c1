"""Alerts with all that is kept of them, as they are told."""

from collections.abc import Mapping, Sequence

from api.alerts.schemas import AlertAnswer
from api.context import Context
from models.alert import Alert
from models.site import Camera, CameraKind

__all__ = ["alert_answer", "alert_answers"]


def alert_answers(
    context: Context, alerts: Sequence[Alert], cameras: Mapping[str, Camera] | None = None
) -> tuple[AlertAnswer, ...]:
    """Each with its camera, its recordings and what of it was cleared.

    Args:
        context: of the application.
        alerts: in their order.
        cameras: that there ever were, where they are at hand.
    """
    known = context.store.cameras.standpoints() if cameras is None else cameras
    numbers = [alert.alert_id for alert in alerts]
    recordings = context.store.recordings.of_alerts(numbers)
    clearings = context.store.keeping.clearings(numbers)
    return tuple(
        context.answers.of(
            alert,
            _camera_of(alert, known),
            tuple(recordings.get(alert.alert_id, ())),
            tuple(clearings.get(alert.alert_id, ())),
        )
        for alert in alerts
    )


def alert_answer(context: Context, alert: Alert) -> AlertAnswer:
    """One."""
    return alert_answers(context, [alert])[0]


def _camera_of(alert: Alert, cameras: Mapping[str, Camera]) -> Camera:
    """The alert's camera; one that nobody remembers goes by its key, for no alert may be hidden."""
    key = alert.draft.camera_id
    unknown = Camera(key, key, CameraKind.TOWER, alert.draft.fix.observer, ())
    return cameras.get(key, unknown)
