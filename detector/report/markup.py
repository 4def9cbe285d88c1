"""HTML and SVG that cannot be broken by what stands in it: plain text is always escaped.

Names of files, scenes and fires come from outside. Only what :func:`tag` makes is taken as it is;
everything else becomes text, without the letters that control a terminal or turn a line around.
"""

import html
import unicodedata
from dataclasses import dataclass
from typing import Final, TypeAlias

__all__ = ["Both", "Child", "Markup", "both_texts", "clipped", "joined", "plain", "tag"]

VOID: Final = frozenset({"br", "col", "hr", "img", "input", "link", "meta"})
LONGEST_NAME: Final = 120
_UNSAID: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})
"""Categories that show nothing, or not what stands there: control, format, none, private, half."""


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Both:
    """One thing said in both languages; the reader sees one of them.

    Attributes:
        zh: in Chinese.
        en: in English.
    """

    zh: str
    en: str

    def __add__(self, other: "Both | str") -> "Both":
        """One after the other."""
        zh, en = (other.zh, other.en) if isinstance(other, Both) else (other, other)
        return Both(self.zh + zh, self.en + en)


Child: TypeAlias = "Markup | Both | str | int | None"


def plain(text: str) -> str:
    """Text without what a page cannot or must not show: one blank or a mark instead."""
    if text.isprintable():
        return text
    return "".join(
        " " if letter.isspace() else "\ufffd" if unicodedata.category(letter) in _UNSAID else letter
        for letter in text
    )


def clipped(text: str, longest: int = LONGEST_NAME) -> str:
    """A name, cut in its middle where it is very long: both its ends tell names apart."""
    text = plain(text)
    if len(text) <= longest:
        return text
    half = (longest - 1) // 2
    return f"{text[:half]}…{text[-half:]}"


def tag(name: str, /, *children: Child, **attributes: str | float | bool | None) -> Markup:
    """An element.

    Args:
        name: of the element; ours, never from outside.
        children: what stands in it; plain text is escaped, None is nothing.
        attributes: a closing underscore is dropped, others become hyphens. True stands alone,
            False and None are left out.
    """
    shown = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{_value(value)}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in VOID:
        return Markup(f"<{name}{shown}>")
    return Markup(f"<{name}{shown}>{joined(*children)}</{name}>")


def joined(*children: Child) -> Markup:
    """Children one after the other, as markup."""
    return Markup("".join(map(_markup, children)))


def both_texts(said: Both, **attributes: str | float | bool | None) -> Markup:
    """Text of a drawing in both languages."""
    if said.zh == said.en:
        return tag("text", said.zh, **attributes)
    return joined(
        tag("text", said.zh, lang="zh", **attributes), tag("text", said.en, lang="en", **attributes)
    )


def _markup(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Markup):
        return child
    if isinstance(child, Both):
        if child.zh == child.en:
            return _markup(child.zh)
        return joined(tag("span", child.zh, lang="zh"), tag("span", child.en, lang="en"))
    return html.escape(plain(str(child)), quote=False)


def _value(value: str | float | bool) -> str:  # noqa: FBT001  # it stands for what it is
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return html.escape(plain(str(value)))
