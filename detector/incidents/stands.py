"""How well a forest stand burns, by what the bureau's list says of it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from models.land import Fact

__all__ = ["StandKind", "burns", "kind_of"]


class StandKind(StrEnum):
    """Sorts of stands, those that burn best first."""

    CONIFER = "conifer"  # pine, fir, cypress: resin, and crown fires
    EUCALYPT = "eucalypt"
    MIXED = "mixed"
    BAMBOO = "bamboo"
    SHRUB = "shrub"
    BROADLEAF = "broadleaf"
    UNKNOWN = "unknown"


_BURNS: Final = {
    StandKind.CONIFER: 1.0,
    StandKind.EUCALYPT: 1.0,
    StandKind.MIXED: 0.8,
    StandKind.BAMBOO: 0.7,
    StandKind.SHRUB: 0.7,
    StandKind.BROADLEAF: 0.5,
    StandKind.UNKNOWN: 1.0,  # taken for the worst
}

_WORDS: Final = (
    (StandKind.MIXED, ("混交", "针阔", "mixed")),
    (StandKind.EUCALYPT, ("桉", "eucalypt")),
    # 木麻黄 and other names that hold a word of another kind are rare here and burn well anyhow.
    (StandKind.CONIFER, ("松", "杉", "柏", "针叶", "pine", "fir", "cypress", "spruce", "conifer")),
    (StandKind.BAMBOO, ("竹", "bamboo")),
    (StandKind.SHRUB, ("灌", "shrub", "scrub")),
    (
        StandKind.BROADLEAF,
        (
            "阔",
            "栎",
            "樟",
            "楠",
            "枫",
            "桦",
            "杨",
            "桤",
            "木荷",
            "果",
            "经济林",
            "茶",
            "oak",
            "beech",
            "broad",
            "birch",
            "poplar",
        ),
    ),
)
MOST_DANGER: Final = 5


def kind_of(properties: Mapping[str, Fact]) -> StandKind:
    """The sort of a stand by its ``species``; unknown where nothing known is named."""
    species = properties.get("species")
    if not isinstance(species, str):
        return StandKind.UNKNOWN
    text = species.casefold()
    for kind, words in _WORDS:
        if any(word in text for word in words):
            return kind
    return StandKind.UNKNOWN


def burns(properties: Mapping[str, Fact]) -> float:
    """How well it burns, (0, 1]: by its species or by the danger class in the list, the worse."""
    stated = properties.get("danger_class")
    kind = kind_of(properties)
    if isinstance(stated, bool) or not isinstance(stated, int | float):
        return _BURNS[kind]
    by_class = min(1.0, max(0.2, float(stated) / MOST_DANGER))
    return by_class if kind is StandKind.UNKNOWN else max(by_class, _BURNS[kind])
