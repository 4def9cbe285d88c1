"""Sorts the pictures of judged alerts: what burns, what does not, and what says neither.

A picture is a negative only if nothing in it may burn, and a positive only where the detector drew
the box that a person said is a fire:

- Smoke of a chimney, a kitchen, an offering, a field or a registered burn *is* smoke. Taught as
  nothing it would teach the detector not to see smoke; so it goes into a set of its own.
- A dismissed alert's picture is no negative while another alert of that camera burnt, or waited for
  a verdict, within an hour of it.
- ``other``, ``fireworks``, ``drill`` and ``mistake`` say nothing of the picture.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from models.alert import Alert, EvidenceFrame
from models.footage import TrueBox
from models.incident import DismissReason
from models.judgement import Judgement

__all__ = ["Judged", "Part", "Picture", "View", "part_of", "sorted_by_view"]

SMOKING: Final = frozenset(
    {
        DismissReason.CHIMNEY,
        DismissReason.KITCHEN_SMOKE,
        DismissReason.OFFERING,
        DismissReason.FIELD_BURN,
        DismissReason.REGISTERED_BURN,
    }
)
"""What smokes or burns, and is no wildfire."""

SILENT: Final = frozenset(
    {
        DismissReason.OTHER,
        DismissReason.FIREWORKS,
        DismissReason.DRILL,
        DismissReason.MISTAKE,
    }
)
"""Reasons that do not say what the picture shows."""

APART: Final = timedelta(hours=1)
"""So long before and after a fire in a camera's pictures none of them is a negative."""


class Part(StrEnum):
    """What a judged alert is good for."""

    FIRE = "fire"  # its boxes are smoke or flame
    NOTHING = "nothing"  # what it took for smoke is none
    SMOKING = "smoking"  # smoke that is no wildfire: a set of its own
    SILENT = "silent"  # nothing: the verdict does not say what the picture shows


@dataclass(frozen=True, slots=True)
class Judged:
    """An alert on which people have said what it is.

    Attributes:
        alert: as the store knows it.
        judgement: that stands.
    """

    alert: Alert
    judgement: Judgement

    @property
    def part(self) -> Part:
        """What it is good for."""
        return part_of(self.judgement)


@dataclass(slots=True)
class Picture:
    """One stored picture of a view.

    Attributes:
        kept: where it lies.
        fov_deg: horizontal field of view then; None when unknown.
        boxes: of smoke and flame in it; none in a negative. Their times are 0.
        alert_ids: alerts whose evidence it is.
    """

    kept: EvidenceFrame
    fov_deg: float | None
    boxes: list[TrueBox] = field(default_factory=list)
    alert_ids: list[int] = field(default_factory=list)


@dataclass(slots=True)
class View:
    """The pictures of one view, in one of the two sets.

    Attributes:
        camera_id: of the camera.
        preset: of the view.
        is_smoking: of the set of what smokes and is no wildfire.
        pictures: by capture time.
    """

    camera_id: str
    preset: int
    is_smoking: bool
    pictures: dict[datetime, Picture] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Unique within its set."""
        return f"{self.camera_id}-{self.preset}"


def part_of(judgement: Judgement) -> Part:
    """What an alert is good for, by what people said of it."""
    if judgement.is_fire:
        return Part.FIRE
    if judgement.reason is None or judgement.reason in SILENT:
        return Part.SILENT
    return Part.SMOKING if judgement.reason in SMOKING else Part.NOTHING


def sorted_by_view(
    judged: Iterable[Judged], not_dismissed: Sequence[Alert], left_out: Counter[str]
) -> list[View]:
    """The pictures of alerts by view and set; a picture stands in one set only.

    Args:
        judged: each alert once.
        not_dismissed: alerts of their cameras that are fires or may be.
        left_out: counts pictures that say nothing by why: ``silent`` (the verdict does not say what
            it shows), ``unboxed`` (of a fire, and the detector saw nothing in it), ``near_fire``
            (something burnt, or may have, in that camera's pictures at the time), ``twice`` (the
            same moment of the view is in the set already).
    """
    views: dict[tuple[str, int, bool], View] = {}
    burning = _Burning(not_dismissed)
    # What burns comes first: a picture of a fire is never a negative of something beside it.
    order = {Part.FIRE: 0, Part.SMOKING: 1, Part.NOTHING: 2, Part.SILENT: 3}
    for one in sorted(judged, key=lambda each: (order[each.part], each.alert.alert_id)):
        draft, part = one.alert.draft, one.part
        if part is Part.SILENT:
            left_out["silent"] += len(one.alert.evidence)
            continue
        is_smoking = part is Part.SMOKING
        key = (draft.camera_id, draft.preset, is_smoking)
        view = views.setdefault(key, View(*key))
        other = views.get((draft.camera_id, draft.preset, not is_smoking))
        for kept in one.alert.evidence:
            known = view.pictures.get(kept.captured_at)
            if part is not Part.NOTHING:
                boxes = _boxes(kept, one)
                if not boxes:
                    left_out["unboxed"] += 1
                    continue
            else:
                boxes = []
            in_other = other is not None and kept.captured_at in other.pictures
            if in_other or (known is not None and known.kept.key != kept.key and not boxes):
                left_out["twice"] += 1
                continue
            if part is not Part.FIRE and known is None and burning.at(draft.camera_id, kept):
                left_out["near_fire"] += 1
                continue
            if known is None:
                fov_deg = None if draft.pose is None else draft.pose.horizontal_fov_deg
                known = view.pictures.setdefault(kept.captured_at, Picture(kept, fov_deg))
            known.boxes += boxes
            known.alert_ids.append(one.alert.alert_id)
    return [view for _, view in sorted(views.items()) if view.pictures]


class _Burning:
    """When something burnt, or may have, in a camera's pictures."""

    def __init__(self, alerts: Iterable[Alert]) -> None:
        self._spans: dict[str, list[tuple[datetime, datetime]]] = {}
        for alert in alerts:
            span = alert.draft.first_seen_at - APART, alert.last_seen_at + APART
            self._spans.setdefault(alert.draft.camera_id, []).append(span)

    def at(self, camera_id: str, kept: EvidenceFrame) -> bool:
        return any(
            begins <= kept.captured_at <= ends for begins, ends in self._spans.get(camera_id, ())
        )


def _boxes(kept: EvidenceFrame, one: Judged) -> list[TrueBox]:
    """What the detector drew, as shares of the picture; what lies beyond it is cut."""
    found = []
    for box in kept.boxes:
        x_min, x_max = (_share(x, kept.width_px) for x in (box.x_min, box.x_max))
        y_min, y_max = (_share(y, kept.height_px) for y in (box.y_min, box.y_max))
        if x_min < x_max and y_min < y_max:
            fire = f"incident-{one.alert.incident_id}"
            found.append(TrueBox(0.0, box.label, x_min, y_min, x_max, y_max, fire))
    return found


def _share(at_px: float, side_px: int) -> float:
    return min(max(at_px / side_px, 0.0), 1.0)
