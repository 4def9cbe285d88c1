"""Which sightings are of one fire: every set that meets, the largest ones, and who stands in two.

Two towers that each see two plumes make four crossings, and two of them are ghosts. Nothing of two
bearings can tell which; so all four are kept and marked, and a third witness decides: a set whose
every member stands in a larger set that meets needs no fire of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from geo.crs import geodesic
from geo.triangulate import MAST_M, triangulate
from models.crossing import Bearing, Crossing, Witness
from models.errors import InputRefused

__all__ = ["Match", "associate"]

MOST_SETS: Final = 20_000
"""Of sets that are tried, 0.5 ms each at the worst: six masts that see four plumes each."""


@dataclass(frozen=True, slots=True)
class Match:
    """A set of sightings that meet.

    Attributes:
        members: their places in what was asked, rising; two or more.
        crossing: where, always with a place.
        is_ambiguous: one of them stands in another match as well.
    """

    members: tuple[int, ...]
    crossing: Crossing
    is_ambiguous: bool


def associate(witnesses: Sequence[Witness]) -> tuple[Match, ...]:
    """All largest sets that meet in one place, those with most witnesses first.

    Of the sightings of one mast, and of one report, a set holds one at the most: what a mast tells
    apart are two fires.

    Args:
        witnesses: of about the same time.

    Raises:
        InputRefused: too many for every set to be tried; code ``too_many_sightings``.
    """
    groups = _groups(witnesses)
    sets = 1
    for group in groups:
        sets *= len(group) + 1
    if sets > MOST_SETS:
        raise InputRefused(
            f"{len(witnesses)} sightings of {len(groups)} places cannot all be compared.",
            remedy="Ask for those of a shorter time or a smaller area.",
            code="too_many_sightings",
        )
    found: list[tuple[tuple[int, ...], Crossing]] = []
    for members in sorted(_sets(groups), key=len, reverse=True):
        explained = {one for larger, _ in found if len(larger) > len(members) for one in larger}
        if explained.issuperset(members):
            continue
        crossing = triangulate([witnesses[index] for index in members])
        if crossing.is_located:
            found.append((members, crossing))
    return tuple(
        Match(
            members,
            crossing,
            any(set(members) & set(other) for other, _ in found if other != members),
        )
        for members, crossing in sorted(
            found, key=lambda one: (-len(one[0]), -one[1].likelihood, one[0])
        )
    )


def _sets(groups: Sequence[Sequence[int]]) -> Iterator[tuple[int, ...]]:
    """Every choice of at most one of each group, of two or more."""
    for chosen in product(*((None, *group) for group in groups)):
        members = tuple(sorted(index for index in chosen if index is not None))
        if len(members) > 1:
            yield members


def _groups(witnesses: Sequence[Witness]) -> list[list[int]]:
    """Sightings by mast; every report is one of its own."""
    groups: list[list[int]] = []
    for index, witness in enumerate(witnesses):
        for group in groups:
            first = witnesses[group[0]]
            if isinstance(witness, Bearing) and isinstance(first, Bearing):
                one, other = first.observer, witness.observer
                apart_m = geodesic(one.lon_deg, one.lat_deg, other.lon_deg, other.lat_deg)[2]
                if apart_m < MAST_M:
                    group.append(index)
                    break
        else:
            groups.append([index])
    return groups
