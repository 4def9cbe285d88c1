"""The gallery as a page shows it, pictures inside."""

import base64
from collections.abc import Sequence
from typing import Final

from detector.report.gallery import Item, items
from detector.report.markup import Both, Markup, clipped, joined, tag
from detector.report.numbers import clock, count, moment
from detector.report.pictures import PictureSource, Shown, shown
from detector.report.shape import Result
from detector.report.words import say

__all__ = ["MOST_CARDS", "gallery"]

MOST_CARDS: Final = 60
"""At 40 kB each, in letters of base64, they are 3.2 MB of the page."""


def gallery(result: Result, source: PictureSource | None) -> Markup:
    """Misses and false alarms of a run."""
    chosen, left_out = items(result, MOST_CARDS)
    if not chosen:
        return tag("p", say("page.none"))
    seen = {} if source is None else _pictures(chosen, source)
    return joined(
        tag(
            "div",
            *(_card(item, seen.get(index)) for index, item in enumerate(chosen)),
            class_="cards",
        ),
        tag("p", say("page.more", count=count(left_out)), class_="more") if left_out > 0 else None,
    )


def _pictures(chosen: Sequence[Item], source: PictureSource) -> dict[int, Shown]:
    """By place in the gallery; each recording is asked once."""
    seen: dict[int, Shown] = {}
    for name in dict.fromkeys(item.sequence for item in chosen):
        mine = [(index, item) for index, item in enumerate(chosen) if item.sequence == name]
        frames = source.pictures(name, sorted({item.at_s for _, item in mine}))
        for index, item in mine:
            jpeg = frames.get(item.at_s)
            small = jpeg and shown(
                jpeg, item.box, item.label, is_share=item.is_share, name=clipped(name)
            )
            if small:
                seen[index] = small
    return seen


def _card(item: Item, picture: Shown | None) -> Markup:
    name = clipped(item.sequence)
    kind = say("outcome.missed") if item.kind == "missed" else say(f"verdict.{item.kind}")
    return tag(
        "figure",
        _images(item, picture, name),
        tag(
            "figcaption",
            tag("strong", kind, class_=f"kind {item.kind}"),
            " ",
            tag("span", name, class_="of"),
            tag("span", f" · {clipped(item.title, 60)}") if item.title else None,
            tag("span", " · ", _at(item), class_="at"),
            tag("p", item.reason),
        ),
        class_="card",
    )


def _images(item: Item, picture: Shown | None, name: str) -> Markup:
    if picture is None:
        return tag("div", say("card.no_picture"), class_="no-picture")
    whole = _image(picture.whole, say("card.whole"), name, f"whole {_shape(picture.ratio)}")
    close = (
        None if picture.close is None else _image(picture.close, say("card.close"), name, "close")
    )
    drawn = "drawn" if item.is_share else "own"
    note = None if item.box is None else tag("small", say(f"card.{drawn}"), class_="note")
    return tag("div", tag("div", whole, close, class_="pair"), note, class_="pictures")


def _image(jpeg: bytes, what: Both, name: str, look: str) -> Markup:
    said = say("card.picture_of", what=what, name=name)
    return tag(
        "img",
        src=f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}",
        alt=f"{said.zh} / {said.en}",
        class_=look,
    )


def _at(item: Item) -> Both:
    at = say("card.at", at=moment(item.at_s))
    return at + f" ({clock(item.captured_at)} UTC)" if item.captured_at else at


def _shape(ratio: float) -> str:
    """Class of style by which both pictures come out equally high."""
    return "wide" if ratio > 1.6 else "usual" if ratio > 1.15 else "upright"
