"""Numbers that people write for coordinates: degrees, minutes and seconds in many spellings.

``106.65``, ``106°39′12.3″E``, ``E106°39'``, ``106度39分12.3秒``, ``106-39-12.3``, ``106:39:12.3``,
``东经106.65°``, ``36,368,261.4`` and full-width digits.
"""

# ruff: noqa: RUF001, RUF002 -- the signs are those that people write

import re
import unicodedata
from dataclasses import dataclass

__all__ = ["Angle", "angle_of", "pair_of"]

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|[+-]?\.\d+")
_SEXAGESIMAL = re.compile(
    r"(?P<sign>[+-]?)(?P<d>\d{1,3}(?:\.\d+)?)\s*[°度:d-]\s*"
    r"(?:(?P<m>\d{1,2}(?:\.\d+)?)\s*(?:['′’‘`分:m-]|$)\s*"
    r"(?:(?P<s>\d{1,2}(?:\.\d+)?)\s*(?:[\"″”“秒s]|''|′′|’’)?\s*)?)?"
)
_WORDS = {
    "东经": "E",
    "西经": "W",
    "北纬": "N",
    "南纬": "S",
    "东": "E",
    "西": "W",
    "北": "N",
    "南": "S",
}
_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$")


@dataclass(frozen=True, slots=True)
class Angle:
    """A coordinate as it was written.

    Attributes:
        value: degrees or metres; south and west are negative.
        axis: ``E`` when it says east or west, ``N`` for north or south, empty without a word.
    """

    value: float
    axis: str


def angle_of(text: str) -> Angle | None:
    """Read one coordinate; None when it is none."""
    plain = _plain(text)
    for word, letter in _WORDS.items():
        plain = plain.replace(word, letter)
    letter = ""
    if plain[:1].upper() in ("E", "W", "N", "S"):
        letter, plain = plain[0].upper(), plain[1:].strip(" :")
    elif plain[-1:].upper() in ("E", "W", "N", "S") and not (
        plain[-1:].upper() == "S" and _ends_in_seconds(plain)
    ):
        letter, plain = plain[-1].upper(), plain[:-1].strip()
    value = _value(plain)
    if value is None:
        return None
    if letter in ("W", "S"):
        value = -abs(value)
    return Angle(value, {"E": "E", "W": "E", "N": "N", "S": "N", "": ""}[letter])


def pair_of(text: str) -> tuple[Angle, Angle] | None:
    """Read two coordinates that stand in one cell, in their order; None when there are not two."""
    plain = _plain(text).strip("()[]")
    for pattern in (r"[,;，；、]\s*", r"(?<=[EWNS东西南北])\s+", r"\s+(?=[EWNS东西南北])", r"\s+"):
        parts = re.split(pattern, plain)
        if len(parts) == 2:
            first, second = angle_of(parts[0]), angle_of(parts[1])
            if first is not None and second is not None:
                return first, second
    return None


def _plain(text: str) -> str:
    """One spelling of each sign; a ring and an accent would fall apart in normalising."""
    for sign, usual in (("˚", "°"), ("º", "°"), ("´", "′"), ("``", "″")):
        text = text.replace(sign, usual)
    return unicodedata.normalize("NFKC", text).strip()


def _ends_in_seconds(plain: str) -> bool:
    """Whether a last s means seconds, as in 106d39m12s."""
    return "m" in plain and "d" in plain


def _value(plain: str) -> float | None:
    if _THOUSANDS.match(plain):
        plain = plain.replace(",", "")
    if _NUMBER.fullmatch(plain):
        return float(plain)
    found = _SEXAGESIMAL.fullmatch(plain)
    if found is None:
        return None
    degrees, minutes, seconds = (float(found[part] or 0.0) for part in ("d", "m", "s"))
    if minutes >= 60.0 or seconds >= 60.0 or degrees > 180.0:
        return None
    value = degrees + minutes / 60.0 + seconds / 3600.0
    return -value if found["sign"] == "-" else value
