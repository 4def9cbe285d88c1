"""Gates and passages on the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.bodies import RequestBody
from api.gates.sheets import LeftOut
from api.languages import Language, problem_words
from api.moments import Moment
from models.passage import PassageDraft, PassageKind, Way
from models.store.passages import PassagesAdded

__all__ = [
    "AddedAnswer",
    "FirePassagesAnswer",
    "FoundAnswer",
    "FoundPassageAnswer",
    "GateAnswer",
    "GatesAnswer",
    "ImportAnswer",
    "NearGateAnswer",
    "PassageAnswer",
    "PassageRequest",
    "PassagesRequest",
    "SearchRequest",
]

MOST_AT_ONCE = 1000
MOST_REFUSED_TOLD = 100
REFUSED = 422

Text = Annotated[str, Field(max_length=80)]


class PassageRequest(RequestBody):
    """What a gate tells; see :class:`models.passage.PassageDraft`."""

    gate: Text
    at: Moment
    way: Way = Way.UNKNOWN
    kind: PassageKind
    who: Annotated[str, Field(max_length=64, repr=False)] = ""
    key: Annotated[str, Field(max_length=80, repr=False)] = ""

    @model_validator(mode="before")
    @classmethod
    def _no_other_field(cls, value: Any) -> Any:  # noqa: ANN401  # whatever was sent
        # The usual refusal names the field; whoever mixes names and values up would read a plate.
        if isinstance(value, dict) and not set(value) <= set(cls.model_fields):
            msg = "a passage has gate, at, way, kind, who and key, and no other field"
            raise ValueError(msg)
        return value

    def draft(self) -> PassageDraft:
        """Of the domain."""
        return PassageDraft(
            self.gate.strip(), self.at, self.way, self.kind, who=self.who.strip(), key=self.key
        )


class PassagesRequest(RequestBody):
    """Passages, all or none of which are taken."""

    passages: Annotated[tuple[PassageRequest, ...], Field(max_length=MOST_AT_ONCE)]


class SearchRequest(RequestBody):
    """Where somebody was.

    Attributes:
        who: plate or code, however it is written.
        from_at: passages at or after it; None for all.
        until_at: passages at or before it; None for all.
    """

    model_config = ConfigDict(populate_by_name=True)

    who: Annotated[str, Field(min_length=1, max_length=64)]
    from_at: Annotated[Moment | None, Field(alias="from")] = None
    until_at: Annotated[Moment | None, Field(alias="until")] = None


class AddedAnswer(BaseModel):
    """What became of passages.

    Attributes:
        new: how many were written down.
        known: how many were there already.
    """

    new: int
    known: int

    @classmethod
    def of(cls, added: PassagesAdded) -> "AddedAnswer":
        """Counted."""
        return cls(new=added.new, known=added.known)


class RefusedAnswer(BaseModel):
    """A row that was left out; what stands in it is not told.

    Attributes:
        row: of the sheet, counted from 1, headings included.
        column: heading; empty where the table has no such column.
        code: why.
        title: the same in words.
    """

    row: int
    column: str
    code: str
    title: str


class ImportAnswer(AddedAnswer):
    """What became of a file.

    Attributes:
        refused_rows: rows that were left out.
        refused: why, the first hundred of them.
    """

    refused_rows: int
    refused: tuple[RefusedAnswer, ...]

    @classmethod
    def of_file(
        cls, added: PassagesAdded, left_out: list[LeftOut], language: Language
    ) -> "ImportAnswer":
        """Counted, with words."""
        return cls(
            new=added.new,
            known=added.known,
            refused_rows=len(left_out),
            refused=tuple(
                RefusedAnswer(
                    row=one.row,
                    column=one.column,
                    code=one.code,
                    title=problem_words(one.code, REFUSED, language, one.code),
                )
                for one in left_out[:MOST_REFUSED_TOLD]
            ),
        )


class GateAnswer(BaseModel):
    """A gate.

    Attributes:
        gate: code in the land; of one that only told, the word under which it did.
        lon_deg: WGS 84; null where the land does not know it.
        lat_deg: likewise.
        last_at: when it was passed last, UTC; null of one that never told.
        silent: it told once, and nothing for a day.
    """

    gate: str
    name: str
    lon_deg: float | None
    lat_deg: float | None
    last_at: datetime | None
    silent: bool


class GatesAnswer(BaseModel):
    """All gates."""

    gates: tuple[GateAnswer, ...]


class PassageAnswer(BaseModel):
    """Somebody passed.

    Attributes:
        mark8: tells whether two were the same; empty of a count.
        who: plate or code; null of a count, for whoever may not see it, and where the key that
            sealed it is gone.
    """

    passage_id: int
    at: datetime
    way: Way
    kind: PassageKind
    mark8: str
    who: Annotated[str | None, Field(repr=False)]


class NearGateAnswer(BaseModel):
    """A gate near a fire.

    Attributes:
        distance_m: to the best place of the fire, along the way that ``by`` names.
        travel_s: to it, at the least.
        by: how: along roads, or straight where none is known or on foot is quicker.
        from_at: window of those who came in or whose way is not known, UTC.
        until_at: its end.
        out_until_at: end of the window of those who left.
        passages: newest first.
        more: than the 500 newest of a window.
    """

    gate: str
    name: str
    lon_deg: float
    lat_deg: float
    distance_m: float
    travel_s: float
    by: Literal["road", "straight"]
    from_at: datetime
    until_at: datetime
    out_until_at: datetime
    passages: tuple[PassageAnswer, ...]
    more: bool


class FirePassagesAnswer(BaseModel):
    """Who passed the gates near a fire.

    Attributes:
        first_seen_at: of the fire, UTC.
        placed: a place of it is known; without one there is no nearest gate.
        gates: the quickest five, the quickest first.
        unknown_gates: that told something and that the land does not know.
        plates_shown: the asker may see plates and codes.
    """

    first_seen_at: datetime
    placed: bool
    gates: tuple[NearGateAnswer, ...]
    unknown_gates: int
    plates_shown: bool


class FoundPassageAnswer(PassageAnswer):
    """Where the same plate or code was."""

    gate: str
    name: str


class FoundAnswer(BaseModel):
    """Where a plate or code was, newest first.

    Attributes:
        more: than the 500 newest.
    """

    passages: tuple[FoundPassageAnswer, ...]
    more: bool
