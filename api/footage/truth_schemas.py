"""What is true of a recording, on the wire."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.bodies import RequestBody
from models.detection import Label
from models.footage import MOST_NAME, Ignored, Span, TrueBox, TrueFire, Truth
from models.footage_library import KeptTruth
from models.store.footage_rows import MOST_NOTE

__all__ = [
    "LabelsAnswer",
    "Name",
    "Number",
    "RefusalAnswer",
    "Sides",
    "TruthAnswer",
    "TruthBody",
    "TruthRequest",
    "TruthVersion",
    "Word",
]

Name = Annotated[str, Field(max_length=MOST_NAME)]
Words = Annotated[str, Field(max_length=500)]
Seconds = Annotated[float, Field(ge=-1e9, le=1e9)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Sides = Annotated[
    tuple[Share, Share, Share, Share], Field(description="left, upper, right, lower, as shares")
]
Word = Literal["smoke", "flame"]
Number = Annotated[int, Field(ge=0, le=2**53)]


class FireBody(RequestBody):
    """A fire that burns in it; see :class:`models.footage.TrueFire`."""

    name: Annotated[str, Field(min_length=1, max_length=MOST_NAME)]
    first_visible_s: Seconds | None
    ignition_s: Seconds | None = None
    clear_s: Seconds | None = None
    until_s: Seconds | None = None
    lon_deg: Annotated[float | None, Field(ge=-180.0, le=180.0)] = None
    lat_deg: Annotated[float | None, Field(ge=-90.0, le=90.0)] = None
    unseen: Words = ""


class BoxBody(RequestBody):
    """Smoke or flame in one frame."""

    at_s: Seconds
    label: Word
    box: Sides
    fire: Name = ""


class IgnoredBody(RequestBody):
    """What nobody is to be judged by; the whole picture where no box is given."""

    from_s: Seconds
    until_s: Seconds | None = None
    box: Sides = (0.0, 0.0, 1.0, 1.0)
    why: Words = ""


class TruthBody(RequestBody):
    """What is known of it, in the shape of a truth file; no fires: nothing burns there."""

    fires: Annotated[tuple[FireBody, ...], Field(max_length=200)] = ()
    boxes: Annotated[tuple[BoxBody, ...], Field(max_length=50_000)] = ()
    boxed_at_s: Annotated[tuple[Seconds, ...], Field(max_length=50_000)] = ()
    ignored: Annotated[tuple[IgnoredBody, ...], Field(max_length=1_000)] = ()

    @classmethod
    def of(cls, truth: Truth) -> "TruthBody":
        """On the wire."""
        return cls.model_construct(
            fires=tuple(
                FireBody.model_construct(
                    **{name: getattr(fire, name) for name in TrueFire.__slots__}
                )
                for fire in truth.fires
            ),
            boxes=tuple(
                BoxBody.model_construct(
                    at_s=box.at_s, label=box.label.word, box=_sides(box), fire=box.fire
                )
                for box in truth.boxes
            ),
            boxed_at_s=truth.boxed_at_s,
            ignored=tuple(
                IgnoredBody.model_construct(
                    from_s=one.span.from_s, until_s=one.span.until_s, box=_sides(one), why=one.why
                )
                for one in truth.ignored
            ),
        )

    def truth(self) -> Truth:
        """As the house has it.

        Raises:
            InputRefused: it contradicts itself.
        """
        boxes = (
            TrueBox(one.at_s, Label[one.label.upper()], *one.box, fire=one.fire)
            for one in self.boxes
        )
        return Truth(
            tuple(TrueFire(**fire.model_dump()) for fire in self.fires),
            tuple(sorted(boxes, key=lambda box: box.at_s)),
            tuple(sorted(self.boxed_at_s)),
            tuple(
                Ignored(Span(one.from_s, one.until_s), *one.box, why=one.why)
                for one in self.ignored
            ),
        )


class TruthRequest(RequestBody):
    """What somebody says is true.

    Attributes:
        base: version that they have read; 0 while there is none.
    """

    truth: TruthBody
    base: Number
    note: Annotated[str, Field(max_length=MOST_NOTE)] = ""


class TruthVersion(BaseModel):
    """That somebody said what is true."""

    version: int
    author: str
    at: datetime
    note: str
    fires: int
    boxes: int

    @classmethod
    def of(cls, kept: KeptTruth) -> "TruthVersion":
        """On the wire."""
        truth = kept.truth
        return cls(
            version=kept.version,
            author=kept.author,
            at=kept.at,
            note=kept.note,
            fires=len(truth.fires),
            boxes=len(truth.boxes),
        )


class TruthAnswer(BaseModel):
    """What is true of a recording.

    Attributes:
        truth: None while nobody has said anything.
        version: of it; 0 likewise.
        versions: what was said so far, the newest first; at most 100.
    """

    footage_id: int
    version: int
    truth: TruthBody | None
    versions: tuple[TruthVersion, ...]


class RefusalAnswer(BaseModel):
    """Why a label could not be taken."""

    code: str
    message: str


class LabelsAnswer(BaseModel):
    """What came of a file of labels; of those refused, the first 50."""

    version: int
    fires: int
    boxes: int
    boxed_frames: int
    refused: tuple[RefusalAnswer, ...]
    refused_count: int


def _sides(box: TrueBox | Ignored) -> tuple[float, float, float, float]:
    return box.x_min, box.y_min, box.x_max, box.y_max
