"""The mapping file: names, words and codes as the city's platform has them, validated as a whole.

TOML. Everything may be left out: then our own names, words and codes go out, and times are ISO 8601
in UTC. ``docs/exchange.md`` explains it, ``docs/examples/exchange.toml`` is a whole one.
"""

import tomllib
from collections.abc import Iterable, Sequence
from datetime import UTC, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator

from api.exchange.fields import FIELDS, OTHERWISE, WORDS, Kind, Row
from models.config.section import Section
from models.errors import InputRefused

__all__ = ["Mapping", "read_mapping"]

LARGEST_BYTES: Final = 1_000_000
MOST_TOLD: Final = 5
_CODES: Final = (Kind.TOWNSHIP, Kind.VILLAGE)

Name = Annotated[str, Field(max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")]
Words = dict[Name, Name]


class TimeRule(Section):
    """How times are written.

    Attributes:
        format: ``iso`` (2026-11-25T11:00:00+08:00), ``plain`` (2026-11-25 11:00:00, by the zone),
            ``epoch_s`` or ``epoch_ms`` (whole numbers since 1970 in UTC).
        zone: of what goes out, and of plain times that come in.
    """

    format: Literal["iso", "plain", "epoch_s", "epoch_ms"] = "iso"
    zone: Literal["UTC", "+08:00"] = "UTC"

    @property
    def offset(self) -> tzinfo:
        """The zone."""
        return UTC if self.zone == "UTC" else timezone(timedelta(hours=8))


class PlaceRule(Section):
    """In which systems places are told.

    Attributes:
        gcj02: rows that go out tell it beside WGS 84; outside China there is none.
        reports: system of reports that name none; None refuses those.
        report_radius_m: radius that holds nine in ten, for reports that name none.
    """

    gcj02: bool = False
    reports: Literal["wgs84", "gcj02"] | None = None
    report_radius_m: Annotated[float, Field(ge=10.0, le=20_000.0)] = 500.0


class WordTables(Section):
    """Our words to the platform's, a table for each kind."""

    order_state: Words = Field(default_factory=dict)
    answer: Words = Field(default_factory=dict)
    incident_state: Words = Field(default_factory=dict)
    reason: Words = Field(default_factory=dict)
    source: Words = Field(default_factory=dict)
    clock: Words = Field(default_factory=dict)
    report_kind: Words = Field(default_factory=dict)


class CodeTables(Section):
    """Our codes of the land to the platform's; a code that is not named is the same there."""

    township: Words = Field(default_factory=dict)
    village: Words = Field(default_factory=dict)


class Mapping(Section):
    """One platform.

    Attributes:
        drills: invented fires and their orders are told too.
        orders: our names of fields to theirs; an empty one leaves the field out.
        incidents: likewise.
        reports: likewise, of what comes in.
        results: likewise, of what is answered to that.
        ignored: fields of reports that are not heeded; others that are not known are refused.
        words: by kind.
        codes: of the land.
        time: how times are written.
        place: in which systems places are told.
    """

    drills: bool = False
    orders: Words = Field(default_factory=dict)
    incidents: Words = Field(default_factory=dict)
    reports: Words = Field(default_factory=dict)
    results: Words = Field(default_factory=dict)
    ignored: tuple[Name, ...] = ()
    words: WordTables = WordTables()
    codes: CodeTables = CodeTables()
    time: TimeRule = TimeRule()
    place: PlaceRule = PlaceRule()

    @field_validator(*Row)
    @classmethod
    def _names(cls, names: Words, info: ValidationInfo) -> Words:
        row = Row(str(info.field_name))
        fields = FIELDS[row]
        _fail_at(f"{one} is no field of ours" for one in names if one not in fields)
        told = [names.get(one, one) for one in fields]
        _fail_at(f"two fields are called {one!r}" for one in _twice([one for one in told if one]))
        _fail_at(
            f"{names[one]!r} does not say that it is GCJ-02"
            for one, kind in fields.items()
            if kind is Kind.GCJ02 and names.get(one) and "gcj" not in names[one].lower()
        )
        _fail_at(
            f"{name!r} says GCJ-02 and is none"
            for one, name in names.items()
            if fields[one] is not Kind.GCJ02 and row is not Row.REPORTS and "gcj" in name.lower()
        )
        if row is Row.REPORTS:
            needed = ("external_id", "reported_at")
            _fail_at(f"{one} cannot be left out" for one in needed if names.get(one) == "")
        return names

    @model_validator(mode="after")
    def _tables(self) -> Self:
        faults: list[str] = []
        for kind, ours in WORDS.items():
            table = self.table(kind)
            where = f"words.{kind}"
            faults += [
                f"{where}.{one} is no word of ours" for one in table.keys() - ours - {OTHERWISE}
            ]
            missing = sorted(ours - table.keys())
            if table and missing and OTHERWISE not in table:
                faults.append(f"{where} lacks {', '.join(missing[:3])}; add them, or '*'")
        for kind in (Kind.SOURCE, Kind.REPORT_KIND, *_CODES):  # these come in too
            table = self.table(kind)
            there = [theirs for ours, theirs in table.items() if ours != OTHERWISE]
            faults += [f"{kind}: two of ours are {one!r} there" for one in _twice(there)]
        faults += [
            f"{kind}.{one} needs a word"
            for kind in (*WORDS, *_CODES)
            for one, theirs in self.table(kind).items()
            if not theirs.strip()
        ]
        known = {self.name(Row.REPORTS, one) for one in FIELDS[Row.REPORTS]}
        faults += [
            f"codes.{kind}: '*' is for words" for kind in _CODES if OTHERWISE in self.table(kind)
        ]
        faults += [
            f"ignored: {one!r} is a field of reports" for one in self.ignored if one in known
        ]
        _fail_at(sorted(faults))
        return self

    def name(self, row: Row, field: str) -> str:
        """What the platform calls a field; empty where it is left out."""
        names: Words = getattr(self, row)
        return names.get(field, field)

    def table(self, kind: Kind) -> Words:
        """Words or codes of a kind; empty for one that has none."""
        if kind in WORDS:
            words: Words = getattr(self.words, kind)
            return words
        if kind in _CODES:
            codes: Words = getattr(self.codes, kind)
            return codes
        return {}


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Raises:
        InputRefused: it cannot be read, is no TOML, or a key or value in it cannot be; the message
            names the keys. Code ``exchange_mapping``.
    """
    try:
        with path.open("rb") as opened:
            data = opened.read(LARGEST_BYTES + 1)
        if len(data) > LARGEST_BYTES:
            raise _refused(path, f"it has more than {LARGEST_BYTES} bytes")
        return Mapping.model_validate(tomllib.loads(data.decode("utf-8")))
    except OSError as error:
        raise _refused(path, f"it cannot be read: {error.strerror}") from error
    except ValidationError as error:
        faults = [
            ": ".join(part for part in (".".join(map(str, one["loc"])), one["msg"]) if part)
            for one in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        raise _refused(path, "; ".join(faults[:MOST_TOLD])) from error
    except (ValueError, RecursionError) as error:  # UTF-8 and TOML are both values
        raise _refused(path, f"it is no TOML: {error}") from error


def _refused(path: Path, why: str) -> InputRefused:
    return InputRefused(
        f"The mapping file {path} of the exchange is refused: {why}.",
        remedy="Mend it, and look at it with `firewatch exchange check`.",
        code="exchange_mapping",
    )


def _fail_at(faults: Iterable[str]) -> None:
    told = list(faults)
    if told:
        raise ValueError("; ".join(told[:MOST_TOLD]))


def _twice(names: Sequence[str]) -> list[str]:
    return sorted({one for one in names if names.count(one) > 1})
