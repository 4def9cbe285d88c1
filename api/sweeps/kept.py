"""Kept sweeps on the wire."""

import json
from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ValidationError

from api.sweeps.answers import CheckAnswer, PlanAnswer
from api.sweeps.requests import SweepRequest
from models.errors import Conflict
from models.mission import KeptSweep, PlanFigures, SweepHead, SweepOrigin

__all__ = ["KeptAnswer", "KeptPage", "KeptRow"]


class KeptRow(BaseModel):
    """A version of a sweep as a line of a list; see :class:`models.mission.SweepHead`."""

    sweep_id: int
    version: int
    name: str
    origin: SweepOrigin
    kind: str
    figures: PlanFigures | None
    sorties: int
    changed_at: datetime
    changed_by: str

    @classmethod
    def of(cls, head: SweepHead) -> "KeptRow":
        """As it is kept."""
        return cls(
            sweep_id=head.sweep_id,
            version=head.version,
            name=head.name,
            origin=head.origin,
            kind=head.kind,
            figures=None if head.figures is None else PlanFigures(**json.loads(head.figures)),
            sorties=head.sorties,
            changed_at=head.changed_at,
            changed_by=head.changed_by,
        )


class KeptPage(BaseModel):
    """A page of kept sweeps.

    Attributes:
        next_before: for the next page; None at the end.
    """

    sweeps: tuple[KeptRow, ...]
    next_before: int | None


class KeptAnswer(KeptRow):
    """A kept sweep as it is now.

    Attributes:
        request: what was asked for; None of a mission from a file.
        plan: what came of it; None of a mission from a file.
        check: of a mission from a file; None of a plan.
        versions: all of them, the newest first.
    """

    request: SweepRequest | None
    plan: PlanAnswer | None
    check: CheckAnswer | None
    versions: tuple[KeptRow, ...]

    @classmethod
    def whole(cls, found: KeptSweep, versions: Sequence[SweepHead]) -> "KeptAnswer":
        """With all that is kept of it.

        Raises:
            Conflict: another version of the watch kept it, in a form that is not read here
                (``sweep_unreadable``).
        """
        is_plan = found.head.origin is SweepOrigin.PLANNED
        try:
            return cls(
                **dict(KeptRow.of(found.head)),
                request=SweepRequest.model_validate_json(found.request) if found.request else None,
                plan=PlanAnswer.model_validate_json(found.plan) if is_plan else None,
                check=None if is_plan else CheckAnswer.model_validate_json(found.plan),
                versions=tuple(KeptRow.of(head) for head in versions),
            )
        except ValidationError as error:
            raise Conflict(
                f"What was planned as {found.head.name} was kept by another version of the watch.",
                remedy="Plan it again; its missions can still be flown and saved as files.",
                code="sweep_unreadable",
            ) from error
