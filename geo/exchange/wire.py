"""How layers cross from one process to another: text of JSON and bytes of geometries, no pickles.

A process that a hostile file has taken over can send wrong values and nothing worse.
"""

import json
import struct
from collections.abc import Sequence
from typing import Any

import shapely

from geo.exchange.table import Note, RawLayer

__all__ = ["packed", "unpacked"]

_MEMBERS = ("name", "columns", "rows", "system", "encoding", "drill", "as_text")


def packed(layers: Sequence[RawLayer]) -> bytes:
    """Layers as bytes."""
    head: list[dict[str, Any]] = []
    blobs: list[bytes] = []
    for layer in layers:
        shapes = shapely.to_wkb(list(layer.geometries), output_dimension=2)
        sizes = [-1 if each is None else len(each) for each in shapes]
        blobs += [each for each in shapes if each is not None]
        notes = [(note.code, note.row, note.values) for note in layer.notes]
        values = {member: getattr(layer, member) for member in _MEMBERS}
        head.append({**values, "sizes": sizes, "notes": notes})
    text = json.dumps(head, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return struct.pack("<Q", len(text)) + text + b"".join(blobs)


def unpacked(content: bytes) -> list[RawLayer]:
    """The layers again.

    Raises:
        ValueError: these are no such bytes.
    """
    if len(content) < 8:
        raise ValueError("too short")
    (length,) = struct.unpack_from("<Q", content)
    at = 8 + length
    layers = []
    for values in json.loads(content[8:at].decode("utf-8", "replace")):
        blobs: list[bytes | None] = []
        for size in values["sizes"]:
            blobs.append(None if size < 0 else content[at : at + size])
            at += max(0, size)
        layers.append(
            RawLayer(
                values["name"],
                tuple(values["columns"]),
                tuple(tuple(row) for row in values["rows"]),
                tuple(shapely.from_wkb(blobs)),
                values["system"],
                values["encoding"],
                tuple(Note(code, row, facts) for code, row, facts in values["notes"]),
                values["drill"],
                values["as_text"],
            )
        )
    return layers
