"""The names, codes and properties of a layer's rows, by what its columns mean."""

import re
from collections.abc import Callable
from typing import Final

from geo.exchange import RawLayer
from geo.exchange.headings import OWN, TEXT_MARK
from geo.exchange.words import YES
from geo.land.importing.mapping import DRILL, Mapping
from geo.land.importing.report import LineCode
from geo.land.importing.values import Misfit, fitted, unit_in
from models.land import Attribute, Fact
from models.land.attributes import known

__all__ = ["Facts"]

_NUMBER = re.compile(r"[+-]?(?:0|[1-9]\d{0,14})(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WORDS_OF_TRUTH: Final = {"true": True, "false": False}


class Facts:
    """What is said of each row of a layer.

    Args:
        raw: as it was read.
        mapping: what its columns mean.
    """

    def __init__(self, raw: RawLayer, mapping: Mapping) -> None:
        self._raw = raw
        self._mapping = mapping
        self._at = {column: index for index, column in enumerate(raw.columns)}
        self._known: list[tuple[int, str, Attribute, str]] = []
        self._other: list[tuple[int, str, Callable[[Fact], Fact]]] = []
        self._drill: int | None = None
        named = {mapping.name_column, mapping.code_column}
        for column, index in self._at.items():
            key = mapping.columns.get(column)
            if column in named or key == "":
                continue
            attribute = None if key is None else known(mapping.layer, key)
            if key == DRILL:
                self._drill = index
            elif attribute is not None:
                self._known.append((index, column, attribute, unit_in(column)))
            else:
                self._other.append(self._kept(index, column, key))

    def text(self, index: int, column: str | None) -> str:
        """A cell as text, for names and codes; empty without one."""
        value = None if column not in self._at else self._raw.rows[index][self._at[column]]
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
            value = int(value)
        return "" if value is None else " ".join(str(value).split())

    def drill(self, index: int) -> bool:
        """Whether a row is invented: the whole file is, or its own column says so."""
        value = None if self._drill is None else self._raw.rows[index][self._drill]
        own = value is True or (value is not None and str(value).strip().lower() in YES)
        return self._mapping.drill or own

    def properties(
        self, index: int
    ) -> tuple[dict[str, Fact], list[tuple[LineCode, dict[str, Fact]]]]:
        """Properties of a row, and what did not fit and was left out."""
        row = self._raw.rows[index]
        properties: dict[str, Fact] = {}
        misfits: list[tuple[LineCode, dict[str, Fact]]] = []
        for at, column, attribute, unit in self._known:
            try:
                value = fitted(
                    attribute, row[at], self._mapping.choices.get(attribute.key, {}), unit
                )
            except Misfit as misfit:
                misfits.append((misfit.code, {"column": column, **misfit.facts}))
                continue
            if value is not None:
                properties[attribute.key] = value
        for at, key, read in self._other:
            value = read(row[at])
            if value is not None:
                properties[key] = value
        return properties, misfits

    def _kept(
        self, index: int, column: str, key: str | None
    ) -> tuple[int, str, Callable[[Fact], Fact]]:
        """A column that no attribute knows: kept under its own name, or under the one given."""
        named = key or column.removesuffix(TEXT_MARK).removeprefix(OWN)
        if not self._raw.as_text or column.endswith(TEXT_MARK):
            return index, named, _as_it_is
        values = [str(row[index]) for row in self._raw.rows if row[index] is not None]
        if values and all(value in _WORDS_OF_TRUTH for value in values):
            return index, named, _truth
        if values and all(_NUMBER.fullmatch(value) for value in values):
            return index, named, _number
        return index, named, _as_it_is


def _as_it_is(value: Fact) -> Fact:
    return None if value == "" else value


def _truth(value: Fact) -> Fact:
    return None if value is None else _WORDS_OF_TRUTH[str(value)]


def _number(value: Fact) -> Fact:
    if value is None:
        return None
    text = str(value)
    return int(text) if re.fullmatch(r"[+-]?\d+", text) else float(text)
