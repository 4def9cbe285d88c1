"""What a report says, in both languages; the words stand in ``words/zh.toml`` and ``en.toml``."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

from detector.report.markup import Both, clipped

__all__ = ["known", "say", "word"]

FOLDER: Final = Path(__file__).with_name("words")


def say(key: str, **values: "Both | str | float | None") -> Both:
    """A sentence.

    Args:
        key: its place, sections spelled with a dot.
        values: what is put into it; in the reader's language where it has two.
    """
    zh, en = _texts()
    return Both(
        zh[key].format(**{name: _side(value, "zh") for name, value in values.items()}),
        en[key].format(**{name: _side(value, "en") for name, value in values.items()}),
    )


def word(section: str, key: str) -> Both:
    """A word of an open list; what the lists do not have is said as it is."""
    return say(f"{section}.{key}") if known(section, key) else Both(clipped(key), clipped(key))


def known(section: str, key: str) -> bool:
    """Whether there are words for it."""
    return "." not in key and f"{section}.{key}" in _texts()[0]


@cache
def _texts() -> tuple[dict[str, str], dict[str, str]]:
    return _flat(_read("zh")), _flat(_read("en"))


def _read(language: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


def _flat(table: dict[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _side(value: "Both | str | float | None", language: str) -> object:
    if isinstance(value, Both):
        return value.zh if language == "zh" else value.en
    return clipped(value) if isinstance(value, str) else value
