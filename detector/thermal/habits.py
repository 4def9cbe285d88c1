"""What places of a view do every day: a chimney at noon, a rock in the afternoon.

The picture is cut into squares of a thirty-second of its width. Each keeps, for the days that are
remembered, in which hours something hot was seen there and how hot it was at most. A place is in
its habit as long as it is no hotter than on those days at about that hour. People's "no fire" is
kept as a place with an end.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from detector.thermal.tracks import Sample

__all__ = ["Habits", "TaughtPlace"]

SQUARES: Final = 32
MOST_SQUARES: Final = 400
MOST_TAUGHT: Final = 50
HOUR_S: Final = 3600.0
DAY_S: Final = 86_400.0
HOTTER: Final = 1.25
"""Beyond a quarter above the habit it is no habit."""


@dataclass(frozen=True, slots=True)
class TaughtPlace:
    """Somebody has looked: no fire.

    Attributes:
        x: column of its middle, as a share of the width; the row likewise.
        y: row.
        size: of it, as a share of the width.
        level: as of :class:`~detector.thermal.tracks.Sample`.
        until_s: it counts before then, seconds since 1970.
    """

    x: float
    y: float
    size: float
    level: float
    until_s: float


@dataclass(slots=True)
class Habits:
    """Of one view.

    Attributes:
        days: by square, its days since 1970 with the bits of the hours (UTC) and the highest level.
        taught: by people.
    """

    days: dict[int, dict[int, tuple[int, float]]] = field(default_factory=dict)
    taught: list[TaughtPlace] = field(default_factory=list)

    def learn(self, sample: Sample, *, keep_days: int) -> None:
        """Something hot was seen."""
        day = int(sample.at_s // DAY_S)
        hours, level = self.days.setdefault(_square(sample.x, sample.y), {}).get(day, (0, 0.0))
        self.days[_square(sample.x, sample.y)][day] = (
            hours | 1 << int(sample.at_s % DAY_S // HOUR_S),
            max(level, sample.level),
        )
        self._forget(day, keep_days)

    def days_alike(self, sample: Sample, *, before_s: float, keep_days: int) -> int:
        """On how many days before it began the place was as hot at about that hour.

        Args:
            sample: the place now.
            before_s: days that had ended by then count, seconds since 1970.
            keep_days: so many of them.
        """
        first = int(before_s // DAY_S)
        hour = int(sample.at_s % DAY_S // HOUR_S)
        near = 1 << hour | 1 << (hour + 1) % 24 | 1 << (hour - 1) % 24
        alike: set[int] = set()
        for square in _around(sample.x, sample.y):
            for day, (hours, level) in self.days.get(square, {}).items():
                is_then = first - keep_days <= day < first and (hours & near) != 0
                if is_then and sample.level <= HOTTER * level:
                    alike.add(day)
        return len(alike)

    def teach(self, place: TaughtPlace) -> None:
        """Somebody has looked there; the oldest go when there are too many."""
        self.taught.append(place)
        del self.taught[:-MOST_TAUGHT]

    def is_taught(self, sample: Sample) -> bool:
        """Whether somebody said that it is no fire, and it is no hotter since."""
        return any(
            sample.at_s < place.until_s
            and sample.level <= HOTTER * place.level
            and abs(sample.x - place.x) <= max(place.size, sample.size, 1.0 / SQUARES)
            and abs(sample.y - place.y) <= max(place.size, sample.size, 1.0 / SQUARES)
            for place in self.taught
        )

    def _forget(self, day: int, keep_days: int) -> None:
        for square in list(self.days):
            kept = {one: what for one, what in self.days[square].items() if one >= day - keep_days}
            if kept:
                self.days[square] = kept
            else:
                del self.days[square]
        if len(self.days) > MOST_SQUARES:  # the squares that were hot least often go
            order = sorted(self.days, key=lambda one: (len(self.days[one]), one))
            for square in order[: len(self.days) - MOST_SQUARES]:
                del self.days[square]


def _square(x: float, y: float) -> int:
    return int(y * SQUARES) * SQUARES * 2 + int(x * SQUARES)


def _around(x: float, y: float) -> Iterator[int]:
    middle = _square(x, y)
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            yield middle + down * SQUARES * 2 + right
