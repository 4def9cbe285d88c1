"""What digests and proposals look like on the wire."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.bodies import RequestBody
from api.ledger.schemas import TimesRequest
from api.moments import Moment
from models.alert import Alert
from models.incident import DismissReason
from models.ledger import ViewPlace
from models.nuisance_digest import Digest, NuisanceProposal, NuisanceState
from models.store.digests import MOST_NOTE
from models.times import Times

__all__ = [
    "AcceptRequest",
    "DeclineRequest",
    "DigestAnswer",
    "DigestList",
    "ProposalAnswer",
    "ProposalList",
    "SampleAnswer",
]

MOST_SAMPLES = 6


class SampleAnswer(BaseModel):
    """A picture of one of the false alarms.

    Attributes:
        alert_id: number.
        index: of the picture among the alert's evidence.
        captured_at: UTC.
        width_px: of the picture.
        height_px: of the picture.
        box: left, upper, right and lower edge of what was taken for smoke, as shares of it.
    """

    alert_id: int
    index: int
    captured_at: datetime
    width_px: int
    height_px: int
    box: tuple[float, float, float, float]

    @classmethod
    def of(cls, alert: Alert) -> "SampleAnswer | None":
        """The last picture of an alert with a box in it; None when there is none."""
        for index in reversed(range(len(alert.evidence))):
            kept = alert.evidence[index]
            if kept.boxes:
                box = kept.boxes[0]
                return cls(
                    alert_id=alert.alert_id,
                    index=index,
                    captured_at=kept.captured_at,
                    width_px=kept.width_px,
                    height_px=kept.height_px,
                    box=(
                        box.x_min / kept.width_px,
                        box.y_min / kept.height_px,
                        box.x_max / kept.width_px,
                        box.y_max / kept.height_px,
                    ),
                )
        return None


class ProposalAnswer(BaseModel):
    """A proposal, whole; see :class:`NuisanceProposal`.

    Attributes:
        view: the place that would be held.
        from_at: UTC, from when by the suggestion; from now on when it is accepted.
        until_at: UTC, until when; as much later when it is accepted later.
        times: hours of the day of the suggestion.
        samples: pictures of its newest false alarms, at most six.
    """

    proposal_id: int
    night: date
    camera_id: str
    preset: int
    reason: DismissReason
    alert_ids: tuple[int, ...]
    first_at: datetime
    last_at: datetime
    days: int
    view: ViewPlace
    from_at: datetime
    until_at: datetime
    times: Times
    state: NuisanceState
    decided_by: str
    decided_at: datetime | None
    entry_id: int | None
    samples: tuple[SampleAnswer, ...]

    @classmethod
    def of(cls, proposal: NuisanceProposal, alerts: tuple[Alert, ...] = ()) -> "ProposalAnswer":
        """With pictures of some of its alerts."""
        place = proposal.suggested.place
        assert isinstance(place, ViewPlace)  # noqa: S101 -- a digest proposes nothing else
        samples = [SampleAnswer.of(alert) for alert in alerts]
        return cls(
            proposal_id=proposal.proposal_id,
            night=proposal.night,
            camera_id=proposal.camera_id,
            preset=proposal.preset,
            reason=proposal.reason,
            alert_ids=proposal.alert_ids,
            first_at=proposal.first_at,
            last_at=proposal.last_at,
            days=proposal.days,
            view=place,
            from_at=proposal.suggested.from_at,
            until_at=proposal.suggested.until_at,
            times=proposal.suggested.times,
            state=proposal.state,
            decided_by=proposal.decided_by,
            decided_at=proposal.decided_at,
            entry_id=proposal.entry_id,
            samples=tuple(one for one in samples if one is not None),
        )


class ProposalList(BaseModel):
    """A page of proposals, the newest first.

    Attributes:
        proposals: at most as many as were asked for.
        next_before: number to ask on from; None on the last page.
        open: how many wait for a person, on whatever page.
    """

    proposals: tuple[ProposalAnswer, ...]
    next_before: int | None
    open: int


class DigestAnswer(BaseModel):
    """What a night's digest looked at; see :class:`Digest`."""

    night: date
    made_at: datetime
    dismissed: int
    confirmed: int
    proposals: tuple[int, ...]

    @classmethod
    def of(cls, digest: Digest) -> "DigestAnswer":
        """The same on the wire."""
        return cls(**{name: getattr(digest, name) for name in cls.model_fields})


class DigestList(BaseModel):
    """The last digests, and by which rule they are made.

    Attributes:
        digests: the newest night first.
        hour: of the site's clock at which one is made.
        look_back_days: alerts of so many days are looked at.
        least_alarms: so many at one place make a proposal.
        least_days: on so many different days.
    """

    digests: tuple[DigestAnswer, ...]
    hour: int
    look_back_days: int
    least_alarms: int
    least_days: int


class AcceptRequest(RequestBody):
    """An acceptance; what is left out stays as it is suggested."""

    note: Annotated[str, Field(max_length=MOST_NOTE)] = ""
    until_at: Moment | None = None
    times: TimesRequest | None = None


class DeclineRequest(RequestBody):
    """A refusal, and why."""

    note: Annotated[str, Field(max_length=MOST_NOTE)] = ""
