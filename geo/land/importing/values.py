"""From what stands in a cell to what an attribute is: numbers with units, choices, yes or no."""

# ruff: noqa: RUF001 -- the signs are those that people write

import math
import re
import unicodedata
from collections.abc import Mapping as Words
from typing import Final

from geo.exchange.headings import plain_heading
from geo.exchange.words import CHOICE_WORDS, NO, YES
from geo.land.importing.report import LineCode
from models.land import Attribute, AttributeKind, Fact

__all__ = ["Misfit", "factor_of", "fitted", "unit_in"]

_NUMBER = re.compile(
    r"(?:约|大约|近|≈|~)?([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)(.*)", re.IGNORECASE
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_BRACKETS = re.compile(r"[(\[（【]([^)\]）】]*)[)\]）】]")

_LENGTH = {
    **dict.fromkeys(("m", "米", "公尺"), 1.0),
    **dict.fromkeys(("km", "公里", "千米"), 1000.0),
    **dict.fromkeys(("cm", "厘米", "公分"), 0.01),
    **dict.fromkeys(("mm", "毫米"), 0.001),
}
_AREA = {
    **dict.fromkeys(("m2", "㎡", "平方米", "平米"), 1.0),
    **dict.fromkeys(("ha", "hm2", "公顷"), 1e4),
    **dict.fromkeys(("亩", "mu"), 1e4 / 15.0),
    **dict.fromkeys(("km2", "平方公里", "平方千米"), 1e6),
}
_VOLUME = {
    **dict.fromkeys(("m3", "立方米", "立方", "方", "t", "吨"), 1.0),  # of water
    **dict.fromkeys(("l", "升"), 0.001),
    **dict.fromkeys(("万m3", "万立方米", "万方", "万立方"), 1e4),
}
_FLOW = {
    **dict.fromkeys(("l/s", "升/秒"), 1.0),
    **dict.fromkeys(("m3/h", "立方米/小时", "方/小时", "t/h"), 1.0 / 3.6),
    **dict.fromkeys(("m3/s",), 1000.0),
    **dict.fromkeys(("l/min",), 1.0 / 60.0),
}
_PRESSURE = {"mpa": 1.0, "兆帕": 1.0, "bar": 0.1, "kpa": 0.001, "kg": 0.0980665, "公斤": 0.0980665}
_MASS = {"t": 1.0, "吨": 1.0, "kg": 0.001, "公斤": 0.001, "千克": 0.001}
_SPEED = {"km/h": 1.0, "公里/小时": 1.0, "m/s": 3.6}
_OURS: Final[tuple[tuple[str, dict[str, float], float], ...]] = (
    ("_m3", _VOLUME, 1.0),
    ("_l_s", _FLOW, 1.0),
    ("_mpa", _PRESSURE, 1.0),
    ("_km_h", _SPEED, 1.0),
    ("_mm", _LENGTH, 0.001),
    ("_km", _LENGTH, 1000.0),
    ("_ha", _AREA, 1e4),
    ("_m", _LENGTH, 1.0),
    ("_t", _MASS, 1.0),
)
_COUNTS = frozenset({"人", "户", "个", "辆", "台", "名", "月", "年", "级", "°", "岁", "座", "口"})


class Misfit(Exception):
    """A value that the attribute does not take; it is left out and told.

    Args:
        code: one of :class:`LineCode`.
        values: for the words.
    """

    def __init__(self, code: LineCode, **values: Fact) -> None:
        super().__init__(code)
        self.code = code
        self.facts = values


def unit_in(heading: str) -> str:
    """The unit that a heading has in brackets; empty without one."""
    found = _BRACKETS.search(unicodedata.normalize("NFKC", heading))
    return "" if found is None else _plain_unit(found[1])


def factor_of(attribute: Attribute, unit: str) -> float | None:
    """By what a number in that unit is multiplied; None for a unit that is no measure of it."""
    if not unit or unit in _COUNTS:
        return 1.0
    for ending, units, ours in _OURS:
        if attribute.key.endswith(ending):
            return None if unit not in units else units[unit] / ours
    return None


def fitted(attribute: Attribute, value: Fact, choices: Words[str, str], unit: str = "") -> Fact:
    """The value as the attribute wants it; None for an empty cell.

    Args:
        attribute: what it is to be.
        value: as it stands in the file.
        choices: words in the file for our choices, beside those that are known.
        unit: of the whole column; empty when the heading has none.

    Raises:
        Misfit: it is something, and does not fit.
    """
    if value is None or (isinstance(value, str) and not value.strip(" -—/\\")):
        return None
    if attribute.kind is AttributeKind.TEXT:
        return _text(value)
    if attribute.kind is AttributeKind.YES_NO:
        return _yes_no(value)
    if attribute.kind is AttributeKind.CHOICE:
        return _choice(attribute, value, choices)
    return _number(attribute, value, unit)


def _text(value: Fact) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))  # a telephone number that a table took for a quantity
    return str(value)


def _yes_no(value: Fact) -> bool:
    if isinstance(value, bool):
        return value
    word = _plain(
        str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    )
    if word in YES or word in NO:
        return word in YES
    raise Misfit(LineCode.NOT_YES_NO, value=str(value)[:60])


def _choice(attribute: Attribute, value: Fact, choices: Words[str, str]) -> str:
    word = str(value).strip()
    if choices.get(word, word) in attribute.choices:
        return choices.get(word, word)
    plain = _plain(word)
    for choice in attribute.choices:
        if plain in (_plain(choice), *(_plain(each) for each in CHOICE_WORDS.get(choice, ()))):
            return choice
    raise Misfit(LineCode.NOT_A_CHOICE, value=word[:60])


def choice_of(attribute: Attribute, word: Fact) -> str | None:
    """What a word of a file is taken for by itself; None where nobody knows."""
    try:
        return _choice(attribute, word, {})
    except Misfit:
        return None


def _number(attribute: Attribute, value: Fact, unit: str) -> int | float:
    written = str(value)[:60]
    number, own_unit = _read_number(value)
    factor = factor_of(attribute, own_unit or unit)
    if factor is None:
        raise Misfit(LineCode.UNIT_UNKNOWN, value=written, unit=own_unit or unit)
    if factor != 1.0:
        number = float(f"{number * factor:.12g}")
    least, most = attribute.least, attribute.most
    if (least is not None and number < least) or (most is not None and number > most):
        raise Misfit(LineCode.OUT_OF_RANGE, value=written, least=least, most=most)
    if attribute.kind is AttributeKind.WHOLE:
        if not float(number).is_integer():
            raise Misfit(LineCode.NOT_WHOLE, value=written)
        return int(number)
    return number


def _read_number(value: Fact) -> tuple[int | float, str]:
    """The number and the unit behind it."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value, ""
    plain = _THOUSANDS.sub("", unicodedata.normalize("NFKC", str(value)).strip())
    found = _NUMBER.fullmatch(plain)
    if found is None or not math.isfinite(float(found[1])):
        raise Misfit(LineCode.NOT_A_NUMBER, value=str(value)[:60])
    unit = _plain_unit(found[2])
    if unit and not re.fullmatch(r"[a-z%°℃一-鿿/0-9]{1,8}", unit):
        raise Misfit(LineCode.NOT_A_NUMBER, value=str(value)[:60])
    text = found[1]
    return (int(text) if re.fullmatch(r"[+-]?\d{1,15}", text) else float(text)), unit


def _plain_unit(unit: str) -> str:
    text = unicodedata.normalize("NFKC", unit).strip().strip("()")
    return text.lower().replace("³", "3").replace("²", "2").replace(" ", "")


def _plain(word: str) -> str:
    return plain_heading(word) if word else ""
