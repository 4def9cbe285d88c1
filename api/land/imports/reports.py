"""What would become of a file, and what has become of it: its report."""

from collections import Counter
from dataclasses import asdict
from typing import Any, Final

from pydantic import BaseModel

from api.land.imports.bodies import MappingBody
from api.land.imports.contents import MOST_LINES, plain
from api.land.imports.outcome import Applied, Effect, Mode
from api.land.imports.pictures import MapPicture
from api.land.imports.shelf import Draft, Upload
from geo.land.importing import ImportReport, ShiftFinding
from models.land import Fact, LandChange

__all__ = ["AppliedAnswer", "DraftAnswer", "kept_report", "report_lines"]

_VERDICTS: Final = ("refused", "mended", "taken")


class LineAnswer(BaseModel):
    """What becomes of one row; words by its code."""

    row: int
    name: str
    verdict: str
    code: str
    values: dict[str, Fact]


class AdviceAnswer(BaseModel):
    """What would make more of a file fit; words by its code."""

    code: str
    values: dict[str, Fact]


class CountAnswer(BaseModel):
    """How many rows have a verdict for a reason."""

    verdict: str
    code: str
    count: int


class ShiftAnswer(BaseModel):
    """How the layer lies beside what is known; see :class:`geo.land.importing.ShiftFinding`."""

    east_m: float
    north_m: float
    looks_like: str | None
    off_m: float
    left_m: float
    against: str

    @classmethod
    def of(cls, shift: ShiftFinding) -> "ShiftAnswer":
        """As it travels."""
        return cls(
            east_m=shift.east_m,
            north_m=shift.north_m,
            looks_like=shift.looks_like,
            off_m=shift.off_m,
            left_m=shift.left_m,
            against=shift.against,
        )


class EffectAnswer(BaseModel):
    """What taking it would do; see :class:`api.land.imports.outcome.Effect`."""

    added: int
    changed: int
    removed: int
    same: int

    @classmethod
    def of(cls, effect: Effect) -> "EffectAnswer":
        """As it travels."""
        return cls(**asdict(effect))


class MapAnswer(BaseModel):
    """See :class:`api.land.imports.pictures.MapPicture`."""

    features: dict[str, Any]
    left_out: int
    outline: dict[str, Any] | None


class DraftAnswer(BaseModel):
    """What would become of a layer of a file.

    Attributes:
        draft: its number, by which it is taken.
        layer_number: of the file's layer.
        mapping: that was used.
        taken: rows that become features, mended ones included.
        mended: rows that become features after something was put right.
        refused: rows that become nothing.
        outside: features outside the district.
        advice: what would make more of it fit.
        counts: of remarks by verdict and reason.
        lines: remarks about rows, refused ones first, then mended ones; the first ones only.
        lines_left: how many remarks there are besides.
        shift: None where the layer lies as it should, or nobody can tell.
        bounds: west, south, east, north of all features, WGS 84 degrees; null without any.
        add: what adding would do.
        replace: what replacing the layer would do.
        there: features that the layer has now.
        map: for looking at it.
    """

    draft: int
    layer_number: int
    mapping: MappingBody
    taken: int
    mended: int
    refused: int
    outside: int
    advice: tuple[AdviceAnswer, ...]
    counts: tuple[CountAnswer, ...]
    lines: tuple[LineAnswer, ...]
    lines_left: int
    shift: ShiftAnswer | None
    bounds: tuple[float, float, float, float] | None
    add: EffectAnswer
    replace: EffectAnswer
    there: int
    map: MapAnswer

    @classmethod
    def of(cls, draft: Draft, picture: MapPicture, add: Effect, replaced: Effect) -> "DraftAnswer":
        """As it travels; for a thread."""
        report = draft.report
        lines = report_lines(report)
        counts = Counter((line.verdict, line.code) for line in lines)
        shift = report.shift
        return cls(
            draft=draft.number,
            layer_number=draft.layer_number,
            mapping=MappingBody.of(draft.mapping),
            taken=report.taken,
            mended=report.mended,
            refused=report.refused,
            outside=report.outside,
            advice=tuple(
                AdviceAnswer(code=advice.code, values=plain(advice.values))
                for advice in report.advice
            ),
            counts=tuple(
                CountAnswer(verdict=verdict, code=code, count=count)
                for (verdict, code), count in counts.most_common()
            ),
            lines=tuple(lines[:MOST_LINES]),
            lines_left=max(0, len(lines) - MOST_LINES),
            shift=None if shift is None else ShiftAnswer.of(shift),
            bounds=report.bounds,
            add=EffectAnswer.of(add),
            replace=EffectAnswer.of(replaced),
            there=len(draft.there),
            map=MapAnswer(
                features=picture.features, left_out=picture.left_out, outline=picture.outline
            ),
        )


class AppliedAnswer(BaseModel):
    """What became of it.

    Attributes:
        change_id: of the change; null when everything was there already.
        added: features that were new.
        changed: features that became another.
        removed: features that went.
        again: this request had been answered before.
    """

    change_id: int | None
    added: int
    changed: int
    removed: int
    again: bool

    @classmethod
    def of(cls, applied: Applied) -> "AppliedAnswer":
        """As it travels."""
        change = applied.change
        if change is None:
            return cls(change_id=None, added=0, changed=0, removed=0, again=applied.again)
        return cls(
            change_id=change.change_id,
            added=change.added,
            changed=change.changed,
            removed=change.removed,
            again=applied.again,
        )


def report_lines(report: ImportReport) -> list[LineAnswer]:
    """All remarks of a report, refused ones first, then mended ones, each in the file's order."""
    lines = [
        LineAnswer(
            row=line.row,
            name=line.name,
            verdict=str(line.verdict),
            code=str(line.code),
            values=plain(line.values),
        )
        for line in report.lines
    ]
    return sorted(lines, key=lambda line: (_VERDICTS.index(line.verdict), line.row))


def kept_report(draft: Draft, upload: Upload, change: LandChange, mode: Mode) -> dict[str, Any]:
    """A report with what it belongs to, as it is kept."""
    report = draft.report
    return {
        "change_id": change.change_id,
        "at": change.at.isoformat(),
        "author": change.author,
        "file": upload.name,
        "file_layer": upload.layers[draft.layer_number].name,
        "mode": mode,
        "note": change.note,
        "mapping": MappingBody.of(draft.mapping).model_dump(mode="json"),
        "taken": report.taken,
        "mended": report.mended,
        "refused": report.refused,
        "outside": report.outside,
        "added": change.added,
        "changed": change.changed,
        "removed": change.removed,
        "lines": [line.model_dump(mode="json") for line in report_lines(report)],
    }
