"""Townships and villages of the land, found by what a roster calls them."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import shapely

from models.duty import DISTRICT
from models.errors import InputRefused
from models.land import LandFeature, Layer

__all__ = ["Unit", "Units"]

LONGEST_TOLD: Final = 40

_WHOLE_DISTRICT: Final = frozenset({"全区", "区级", "区", "本区", "全县", "县级", "district"})
_TOWNSHIP_ENDINGS: Final = ("街道办事处", "街道", "民族乡", "镇", "乡")
_VILLAGE_ENDINGS: Final = ("村民委员会", "居民委员会", "村委会", "居委会", "社区", "村")


@dataclass(frozen=True, slots=True)
class Unit:
    """A village.

    Attributes:
        code: of the land.
        name: as the bureau calls it.
        township: code of the one that it lies in; empty where none is known.
    """

    code: str
    name: str
    township: str


@dataclass(frozen=True, slots=True)
class Units:
    """What the land knows; where it has no township or no village, codes are taken as they come.

    Attributes:
        townships: names by code, in the order of the land.
        villages: of all townships.
    """

    townships: Mapping[str, str]
    villages: tuple[Unit, ...]

    @classmethod
    def of(cls, features: Iterable[LandFeature]) -> "Units":
        """Of a land. A village names its township (code or name), or lies in it."""
        layers: dict[Layer, list[LandFeature]] = {Layer.TOWNSHIP: [], Layer.VILLAGE: []}
        for feature in features:
            if feature.layer in layers:
                layers[feature.layer].append(feature)
        outlines = layers[Layer.TOWNSHIP]
        names = {one.code: one.name for one in outlines}
        codes = _by_plain(names, _TOWNSHIP_ENDINGS)
        tree = shapely.STRtree([one.geometry for one in outlines])

        def township(village: LandFeature) -> str:
            told = str(village.properties.get("township_code") or "").strip()
            named = {told} if told in names else codes.get(_plain(told), set())
            if len(named) == 1:
                return next(iter(named))
            point = village.geometry.representative_point()
            within = tree.query(point, predicate="within").tolist()
            return outlines[within[0]].code if within else ""

        return cls(
            names, tuple(Unit(one.code, one.name, township(one)) for one in layers[Layer.VILLAGE])
        )

    def check(self, township: str, village: str) -> None:
        """Refuse codes that the land does not have: nobody would be called by them.

        Raises:
            InputRefused: code ``duty_township`` or ``duty_village``.
        """
        if township != DISTRICT and self.townships and township not in self.townships:
            raise _no_township(township)
        there = {one.code for one in self.villages if one.township in ("", township)}
        if village and self.villages and village not in there:
            raise _no_village(village)

    def township(self, text: str) -> str:
        """Code of a township by its code or name; :data:`models.duty.DISTRICT` for 全区.

        Raises:
            InputRefused: none, or more than one; code ``duty_township``.
        """
        told = _plain(text)
        if told in _WHOLE_DISTRICT:
            return DISTRICT
        if told and not self.townships:
            return text.strip()
        if text.strip() in self.townships:
            return text.strip()
        found = _matching(told, self.townships, _TOWNSHIP_ENDINGS)
        if len(found) != 1:
            raise _no_township(text.strip())
        return found.pop()

    def village(self, text: str, township: str) -> str:
        """Code of a village of a township by its code or name; empty for the whole township.

        Raises:
            InputRefused: none there, or more than one; code ``duty_village``.
        """
        told = text.strip()
        if not told or not self.villages:
            return told
        near = {one.code: one.name for one in self.villages if one.township in ("", township)}
        found = {told} if told in near else _matching(_plain(told), near, _VILLAGE_ENDINGS)
        if len(found) != 1:
            raise _no_village(told)
        return found.pop()


def _no_township(told: str) -> InputRefused:
    return InputRefused(
        f"{told[:LONGEST_TOLD] or 'An empty cell'} is no township of this district.",
        remedy="Write its name or code as the land has it; 全区 for the district's duty.",
        code="duty_township",
    )


def _no_village(told: str) -> InputRefused:
    return InputRefused(
        f"{told[:LONGEST_TOLD]} is no village of that township.",
        remedy="Write its name or code as the land has it; nothing for the whole township.",
        code="duty_village",
    )


def _matching(told: str, names: Mapping[str, str], endings: tuple[str, ...]) -> set[str]:
    """Codes of a name, the whole of it before one without its ending."""
    whole = {code for code, name in names.items() if told and _plain(name) == told}
    return whole or set(_by_plain(names, endings).get(told, ()))


def _by_plain(names: Mapping[str, str], endings: tuple[str, ...]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for code, name in names.items():
        plain = _plain(name)
        shorter = {plain.removesuffix(ending) for ending in endings}
        for each in {plain, min(shorter, key=len)} - {""}:
            found.setdefault(each, set()).add(code)
    return found


def _plain(text: object) -> str:
    return "".join(unicodedata.normalize("NFKC", str(text)).split()).casefold()
