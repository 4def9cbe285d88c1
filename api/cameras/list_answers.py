"""What the API says of a camera list that is to be taken."""

from pydantic import BaseModel

from api.cameras.exchange import ImportReport, Line
from api.cameras.list_faults import ListFault
from models.errors import InputRefused

__all__ = ["FaultAnswer", "ImportAnswer", "LineAnswer"]


class FaultAnswer(BaseModel):
    """Why something is refused.

    Attributes:
        code: by which the console finds its words.
        field: column or key that is meant; empty for none.
        limit: what would be allowed; empty where the words say it.
        text: the same in English.
    """

    code: str
    field: str
    limit: str
    text: str

    @classmethod
    def of(cls, fault: InputRefused) -> "FaultAnswer":
        """Without a value of the list."""
        inside = fault if isinstance(fault, ListFault) else None
        return cls(
            code=fault.code,
            field="" if inside is None else inside.field,
            limit="" if inside is None else inside.limit,
            text=str(fault),
        )


class LineAnswer(BaseModel):
    """What becomes of one camera; see :class:`Line`."""

    line: int
    camera_id: str
    name: str
    outcome: str
    changes: tuple[str, ...]
    fault: FaultAnswer | None

    @classmethod
    def of(cls, line: Line) -> "LineAnswer":
        """As it travels."""
        return cls(
            line=line.line,
            camera_id=line.camera_id,
            name=line.name,
            outcome=line.outcome,
            changes=line.changes,
            fault=None if line.fault is None else FaultAnswer.of(line.fault),
        )


class ImportAnswer(BaseModel):
    """What becomes of a list.

    Attributes:
        written: whether its good cameras are in the database now.
        lines: of every camera; empty where the file is no list.
        fault: why it is none.
    """

    written: bool
    lines: tuple[LineAnswer, ...]
    fault: FaultAnswer | None = None

    @classmethod
    def of(cls, report: ImportReport) -> "ImportAnswer":
        """As it travels."""
        return cls(written=report.written, lines=tuple(map(LineAnswer.of, report.lines)))
