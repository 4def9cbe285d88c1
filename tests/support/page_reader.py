"""A page as a browser takes it apart, read by Python's own parser of HTML."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

__all__ = ["Element", "read_page"]

VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta"})


@dataclass
class Element:
    """One element.

    Attributes:
        text: what stands in it directly, one entry for each piece.
    """

    name: str
    attributes: dict[str, str]
    children: list["Element"] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    def inside(self) -> Iterator["Element"]:
        """Every element in it, in their order."""
        waiting = self.children[::-1]
        while waiting:
            element = waiting.pop()
            yield element
            waiting += element.children[::-1]

    def all(self, name: str = "", **attributes: str) -> list["Element"]:
        """Elements inside it, in their order; ``class_`` is one of its classes."""
        look = attributes.pop("class_", "")
        return [
            one
            for one in self.inside()
            if name in {"", one.name}
            and attributes.items() <= one.attributes.items()
            and (not look or look in one.attributes.get("class", "").split())
        ]

    def one(self, name: str = "", **attributes: str) -> "Element":
        (found,) = self.all(name, **attributes)
        return found

    def words(self, language: str = "") -> str:
        """All text that is shown, in its order; of one language only where it is named."""
        return " ".join("".join(self._pieces(language)).split())

    def _pieces(self, language: str) -> list[str]:
        pieces = []
        for piece in self.order:
            if isinstance(piece, str):
                pieces.append(piece)
            elif piece.name == "title":
                continue  # shown when somebody points at it, in both languages
            elif not language or piece.attributes.get("lang", language) == language:
                pieces += piece._pieces(language)
        return pieces

    order: list["str | Element"] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"{tag} has an attribute twice: {names}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        self.open[-1].order.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].name == tag, f"{tag} closes {self.open[-1].name}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].text.append(data)
        self.open[-1].order.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def read_page(text: str) -> Element:
    """Its elements under a nameless root; every element must be closed in its turn."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == [reader.root], [one.name for one in reader.open]
    return reader.root
