"""Which encoding a text is in: by its mark, then by what it can be, never by what it says alone.

A text in UTF-8 that holds Chinese is told with next to no doubt: hardly any other text is valid as
one. GB 18030 takes nearly everything, so it comes second. What a file states (a ``.cpg``, a byte
in a ``.dbf``) is believed only where it can be true.
"""

import codecs
from collections.abc import Iterable

from geo.exchange.refusals import refused

__all__ = ["decoded", "encoding_of", "whole"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decoded(content: bytes, name: str, wanted: str | None = None) -> tuple[str, str]:
    """The text of a whole file and its encoding.

    Args:
        content: of the file.
        name: of the file, for people.
        wanted: encoding that a person wants to see it in; what cannot be in it shows as such. A
            mark in the file counts for more.

    Raises:
        InputRefused: it is no text (``file_encoding``).
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            try:
                return content.decode(encoding), encoding.removesuffix("-sig")
            except UnicodeDecodeError as error:
                raise refused(
                    "file_encoding", f"{name} is marked as {encoding}, and is not."
                ) from error
    if b"\0" in content:
        raise refused("file_encoding", f"{name} is no text.")
    if wanted is not None:
        return content.decode(wanted, "replace"), wanted
    for encoding in ("utf-8", "gb18030"):
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise refused("file_encoding", f"{name} is text in neither UTF-8 nor GBK.")


def whole(piece: bytes, encoding: str) -> tuple[str, bool]:
    """A text and whether its end was cut in the middle of a letter; the half letter is left out.

    Raises:
        UnicodeDecodeError: it is not in that encoding.
    """
    reader = codecs.getincrementaldecoder(encoding)()
    text = reader.decode(piece)
    pending = reader.getstate()[0]
    return text, bool(pending)


def encoding_of(pieces: Iterable[bytes], stated: str | None) -> tuple[str, bool]:
    """The encoding of many short texts, some of which may be cut at their end.

    Args:
        pieces: as they lie in the file.
        stated: what the file says; None when it says nothing or something unknown.

    Returns:
        A Python codec, and whether the statement is wrong. ``latin-1`` when nothing else fits.
    """
    distinct = [piece for piece in set(pieces) if not piece.isascii()]
    if not distinct:
        return stated or "utf-8", False
    if _fits(distinct, "utf-8"):
        return "utf-8", stated not in (None, "utf-8")
    wanted = [] if stated is None or stated in ("latin-1", "cp1252") else [stated]
    for encoding in [*wanted, "gb18030", "big5"]:
        if _fits(distinct, encoding):
            right = stated is None or encoding == stated or {encoding, stated} <= _CHINESE
            return encoding, not right
    return stated or "latin-1", False


_CHINESE = {"gbk", "gb2312", "gb18030"}


def _fits(pieces: list[bytes], encoding: str) -> bool:
    try:
        for piece in pieces:
            whole(piece, encoding)
    except UnicodeDecodeError:
        return False
    return True
