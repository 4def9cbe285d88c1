"""What two replays have in common and where they part, as ``detector.measures`` says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from detector.measures.comparing import told_apart
from detector.report.given import Given
from detector.report.reading import UNITS
from detector.report.shape import Measure

__all__ = ["ChangedAlert", "ChangedFire", "Comparison", "Difference", "read_comparison"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of both runs.

    Attributes:
        measure: its value is the difference, second less first, with its interval.
        first: of the first run; None where nothing tells.
        second: of the second.
        p: how likely chance makes as much; None where that cannot be told.
        test: ``mcnemar``, ``bootstrap``, or empty.
    """

    measure: Measure
    first: float | None
    second: float | None
    p: float | None
    test: str

    @property
    def verdict(self) -> str:
        """``better``, ``worse``, ``same_word`` (not told apart) or ``no_telling``."""
        said = told_apart(
            self.measure.value,
            (self.measure.low, self.measure.high),
            self.p,
            is_exact=self.test == "mcnemar",
            is_better_higher=self.measure.better == "higher",
        )
        return "same_word" if said == "same" else said


@dataclass(frozen=True, slots=True)
class ChangedFire:
    """A fire that only one run has found."""

    sequence: str
    fire: str


@dataclass(frozen=True, slots=True)
class ChangedAlert:
    """A false alarm that only one run has.

    Attributes:
        alert: its index among that run's alerts of the recording.
    """

    sequence: str
    alert: int
    at_s: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side.

    Attributes:
        sequences: how many recordings are compared.
        left_out: names of those that only one run has, or that the runs have seen differently.
    """

    sequences: int
    left_out: tuple[str, ...]
    differences: tuple[Difference, ...]
    fires_gained: tuple[ChangedFire, ...]
    fires_lost: tuple[ChangedFire, ...]
    false_gained: tuple[ChangedAlert, ...]
    false_lost: tuple[ChangedAlert, ...]


def read_comparison(comparison: Mapping[str, Any]) -> Comparison:
    """Check and read what was compared.

    Raises:
        InputRefused: it is no comparison; names the place.
    """
    given = Given(comparison, "the comparison")
    fires, alarms = given["fires"], given["false_alarms"]
    return Comparison(
        sequences=given["sequences"].whole(),
        left_out=tuple(one.text() for one in given["left_out"].each()),
        differences=tuple(map(_difference, given["measures"].each())),
        fires_gained=tuple(map(_fire, fires["gained"].each())),
        fires_lost=tuple(map(_fire, fires["lost"].each())),
        false_gained=tuple(map(_alert, alarms["gained"].each())),
        false_lost=tuple(map(_alert, alarms["lost"].each())),
    )


def _difference(given: Given) -> Difference:
    measure = Measure(
        name=given["name"].text(),
        value=given["difference"].maybe_number(),
        low=given["low"].maybe_number(),
        high=given["high"].maybe_number(),
        count=None,
        of=None,
        unit=given["unit"].one_of(UNITS),
        better=given["better"].one_of(("higher", "lower")),
    )
    return Difference(
        measure=measure,
        first=given["first"].maybe_number(),
        second=given["second"].maybe_number(),
        p=given["p"].maybe_number(),
        test=given["test"].text(""),
    )


def _fire(given: Given) -> ChangedFire:
    return ChangedFire(given["sequence"].text(), given["fire"].text())


def _alert(given: Given) -> ChangedAlert:
    return ChangedAlert(given["sequence"].text(), given["alert"].whole(), given["at_s"].number())
