"""What a page is made of: nothing of a drawing library, so that PDF and Word say the same."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from api.languages import Language

__all__ = ["Block", "Document", "Grid", "Heading", "Paragraph", "Signatures"]


@dataclass(frozen=True, slots=True)
class Heading:
    """Of a part: level 1; of a table: level 2."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or some; ``is_warning`` for what nobody may overlook, ``is_small`` for a note."""

    text: str
    is_warning: bool = False
    is_small: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table.

    Attributes:
        headings: of its columns.
        rows: cells, as many in each.
        right: columns of numbers, from 0.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Signatures:
    """Lines to sign on, each with a word before it."""

    words: tuple[str, ...]


Block: TypeAlias = Heading | Paragraph | Grid | Signatures


@dataclass(frozen=True, slots=True)
class Document:
    """A report on paper.

    Attributes:
        language: of all of it.
        title: of the first page, and of the file.
        site_name: of the district, at the head of each page.
        made_at: UTC.
        page_words: with ``{page}`` and ``{pages}``, for the foot of each page.
        unprintable: what is said where a typeface lacked a character.
        blocks: in their order.
    """

    language: Language
    title: str
    site_name: str
    made_at: datetime
    page_words: str
    unprintable: str
    blocks: tuple[Block, ...]
