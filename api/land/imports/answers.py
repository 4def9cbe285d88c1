"""What the API says of a file that is being imported, and of what would become of it."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from api.land.imports.outcome import Applied, Effect, Mode
from api.land.imports.pictures import MapPicture
from api.land.imports.shelf import Draft, Upload
from geo.exchange import RawLayer
from geo.land.importing import ImportReport, Mapping, ShiftFinding, choice_of, guess
from models.land import AttributeKind, Fact, LandChange, Layer
from models.land.attributes import known

__all__ = [
    "AppliedAnswer",
    "ApplyBody",
    "CheckBody",
    "DraftAnswer",
    "MappingBody",
    "ReadBody",
    "UploadAnswer",
    "kept_report",
    "report_lines",
]

MOST_LINES: Final = 500
MOST_EXAMPLES: Final = 3
MOST_WORDS: Final = 20
MOST_ROWS: Final = 6
LONGEST_CELL: Final = 80
_VERDICTS: Final = ("refused", "mended", "taken")

Heading = Annotated[str, Field(max_length=400)]
Word = Annotated[str, Field(max_length=400)]


class MappingBody(BaseModel):
    """How a layer of a file is to be understood; see :class:`geo.land.importing.Mapping`."""

    model_config = ConfigDict(extra="forbid")

    layer: Layer
    name_column: Heading | None = None
    code_column: Heading | None = None
    columns: Annotated[dict[Heading, Heading], Field(max_length=500)] = {}
    system: Annotated[str, Field(max_length=40)]
    drill: bool = False
    choices: Annotated[
        dict[Heading, Annotated[dict[Word, Word], Field(max_length=200)]], Field(max_length=60)
    ] = {}

    def mapping(self) -> Mapping:
        """As the floors below have it."""
        return Mapping(
            layer=self.layer,
            name_column=self.name_column,
            code_column=self.code_column,
            columns=dict(self.columns),
            system=self.system,
            drill=self.drill,
            choices={key: dict(words) for key, words in self.choices.items()},
        )

    @classmethod
    def of(cls, mapping: Mapping) -> "MappingBody":
        """As it travels."""
        return cls(
            layer=mapping.layer,
            name_column=mapping.name_column,
            code_column=mapping.code_column,
            columns=mapping.columns,
            system=mapping.system,
            drill=mapping.drill,
            choices=mapping.choices,
        )


class ReadBody(BaseModel):
    """In which encoding a file's texts are to be read; null to find out."""

    model_config = ConfigDict(extra="forbid")

    encoding: Annotated[str, Field(pattern=r"^(utf-8|gb18030)$")] | None = None


class CheckBody(BaseModel):
    """Which layer of the file, understood how."""

    model_config = ConfigDict(extra="forbid")

    layer_number: Annotated[int, Field(ge=0, le=10_000)]
    mapping: MappingBody


class ApplyBody(BaseModel):
    """What is to be taken.

    Attributes:
        draft: number of the report that was looked at.
        mode: ``add``: new and changed ones; ``replace``: and the others of the layer go.
        note: why; free text.
        key: 32 hexadecimal digits, chosen at random for this request and its repetitions.
    """

    model_config = ConfigDict(extra="forbid")

    draft: Annotated[int, Field(ge=1)]
    mode: Mode
    note: Annotated[str, Field(max_length=500)] = ""
    key: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class ColumnAnswer(BaseModel):
    """A column of a file.

    Attributes:
        name: its heading.
        filled: how many rows have something in it.
        examples: of that.
        words: all different values where they are few, as those of a choice are; else none.
    """

    name: str
    filled: int
    examples: tuple[str, ...]
    words: tuple[str, ...]


class NoteAnswer(BaseModel):
    """Something that was found while reading; words by its code."""

    code: str
    row: int | None
    values: dict[str, Fact]


class LayerAnswer(BaseModel):
    """A layer of a file, as it lies there.

    Attributes:
        number: in the file, from 0.
        name: inside the file.
        rows: how many there are.
        shapes: how many of them have which GeoJSON geometry type; ``none`` for no geometry.
        columns: in their order.
        first_rows: some, cell by cell.
        system: coordinate system that the file states; null when nobody said.
        encoding: of its texts, null where the format knows one only.
        notes: of reading it.
        guess: how it seems to be meant.
        applied: it was taken already.
    """

    number: int
    name: str
    rows: int
    shapes: dict[str, int]
    columns: tuple[ColumnAnswer, ...]
    first_rows: tuple[tuple[str, ...], ...]
    system: str | None
    encoding: str | None
    notes: tuple[NoteAnswer, ...]
    guess: MappingBody
    applied: bool

    @classmethod
    def of(cls, number: int, layer: RawLayer, *, applied: bool) -> "LayerAnswer":
        """As it travels."""
        columns = tuple(
            _column(heading, [row[index] for row in layer.rows])
            for index, heading in enumerate(layer.columns)
        )
        return cls(
            number=number,
            name=layer.name,
            rows=len(layer.rows),
            shapes=_shapes_of(layer),
            columns=columns,
            first_rows=tuple(tuple(_cell(fact) for fact in row) for row in layer.rows[:MOST_ROWS]),
            system=layer.system,
            encoding=layer.encoding,
            notes=tuple(
                NoteAnswer(code=note.code, row=note.row, values=_plain(note.values))
                for note in layer.notes[:MOST_LINES]
            ),
            guess=_guess_of(layer, columns),
            applied=applied,
        )


class UploadAnswer(BaseModel):
    """A file that can be imported."""

    upload_id: str
    name: str
    size_bytes: int
    encoding: str | None
    layers: tuple[LayerAnswer, ...]

    @classmethod
    def of(cls, upload: Upload) -> "UploadAnswer":
        """As it travels; for a thread."""
        return cls(
            upload_id=upload.upload_id,
            name=upload.name,
            size_bytes=upload.size_bytes,
            encoding=upload.encoding,
            layers=tuple(
                LayerAnswer.of(number, layer, applied=number in upload.applied)
                for number, layer in enumerate(upload.layers)
            ),
        )


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
                AdviceAnswer(code=advice.code, values=_plain(advice.values))
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
            values=_plain(line.values),
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


def _guess_of(layer: RawLayer, columns: Sequence[ColumnAnswer]) -> MappingBody:
    """How it seems to be meant, with what each word of a choice is taken for, to be looked at."""
    mapping = guess(layer)
    choices: dict[str, dict[str, str]] = {}
    for column in columns:
        attribute = known(mapping.layer, mapping.columns.get(column.name, ""))
        if attribute is None or attribute.kind is not AttributeKind.CHOICE:
            continue
        taken = {word: choice_of(attribute, word) for word in column.words}
        choices[attribute.key] = {word: each for word, each in taken.items() if each is not None}
    return MappingBody.of(replace(mapping, choices=choices))


def _shapes_of(layer: RawLayer) -> dict[str, int]:
    kinds = ("none" if shape is None else shape.geom_type for shape in layer.geometries)
    return dict(Counter(kinds).most_common())


def _column(heading: str, facts: Sequence[Fact]) -> ColumnAnswer:
    filled = [fact for fact in facts if fact is not None and fact != ""]
    words: dict[str, None] = {}
    for fact in filled:
        words[_cell(fact)] = None
        if len(words) > MOST_WORDS:
            break
    found = tuple(words)
    few = found if len(found) <= MOST_WORDS else ()
    return ColumnAnswer(name=heading, filled=len(filled), examples=found[:MOST_EXAMPLES], words=few)


def _cell(fact: Fact) -> str:
    if isinstance(fact, bool):
        return "true" if fact else "false"
    text = "" if fact is None else f"{fact:.10g}" if isinstance(fact, float) else str(fact)
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}…"


def _plain(values: dict[str, Fact]) -> dict[str, Fact]:
    """Without numbers that JSON does not have."""
    return {
        key: None if isinstance(fact, float) and not math.isfinite(fact) else fact
        for key, fact in values.items()
    }
