"""What a file holds that is being imported, and how it seems to be meant."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pydantic import BaseModel

from api.land.imports.bodies import MappingBody
from api.land.imports.shelf import Upload
from geo.exchange import RawLayer
from geo.land.importing import choice_of, guess
from models.land import AttributeKind, Fact
from models.land.attributes import known

__all__ = ["MOST_LINES", "UploadAnswer", "plain"]

MOST_LINES: Final = 500
MOST_EXAMPLES: Final = 3
MOST_WORDS: Final = 20
MOST_ROWS: Final = 6
LONGEST_CELL: Final = 80


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
                NoteAnswer(code=note.code, row=note.row, values=plain(note.values))
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


def plain(values: dict[str, Fact]) -> dict[str, Fact]:
    """Without numbers that JSON does not have."""
    return {
        key: None if isinstance(fact, float) and not math.isfinite(fact) else fact
        for key, fact in values.items()
    }
