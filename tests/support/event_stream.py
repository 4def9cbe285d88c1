"""Reads the live feed as a browser does: the events in the bytes of ``text/event-stream``."""

from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """One event; ``comment`` alone where nothing came for a while."""

    event: str = ""
    id: str = ""
    data: str = ""
    comment: str = ""


async def told_in(pieces: AsyncIterable[bytes | str | memoryview]) -> AsyncIterator[Told]:
    """Every event as it comes; each piece ends with a whole one, and ids are never left out."""
    async for piece in pieces:
        assert isinstance(piece, bytes)
        *blocks, rest = piece.decode().split("\n\n")
        assert not rest, "an event is cut"
        for block in blocks:
            fields = dict(line.split(": ", 1) for line in block.split("\n"))
            told = Told(**{name or "comment": text for name, text in fields.items()})
            assert told.comment or (told.id and told.event)
            yield told
