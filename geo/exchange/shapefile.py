"""Shapefiles: text in whatever letters, names cut at ten bytes, parts that are missing or wrong.

GDAL is not told of any encoding, so that it can neither fail nor guess: it hands the bytes on, and
they are read here, all columns together. A ``.cpg`` that is wrong is told and not believed.
"""

import codecs
import csv
import io
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from geo.crs import stated_system
from geo.exchange.delimited import unique
from geo.exchange.gdal import LATIN, Read, read_layer
from geo.exchange.refusals import refused
from geo.exchange.table import Limits, Note, NoteCode, RawLayer
from geo.exchange.text import decoded, encoding_of, whole
from models.land import Fact

__all__ = ["FIELDS_SUFFIX", "read_shapefile"]

FIELDS_SUFFIX: Final = ".fields.csv"
"""Beside the parts of a shapefile that this program wrote: full names and kinds of its columns."""
LONGEST_NAME: Final = 10
LONGEST_TEXT: Final = 254
MAGIC: Final = b"\x00\x00\x27\x0a"
_BY_DBF: Final = {0x4D: "gbk", 0x7A: "gbk", 0x4F: "big5", 0x78: "big5"}
_BY_CPG: Final = {"936": "gbk", "950": "big5", "54936": "gb18030", "65001": "utf-8", "OEM": "gbk"}


def read_shapefile(
    parts: Mapping[str, bytes], name: str, limits: Limits, wanted: str | None = None
) -> RawLayer:
    """Read a shapefile from its parts.

    Args:
        parts: content by suffix in lower case; ``.shp`` at least.
        name: of the layer.
        limits: what it may hold.
        wanted: encoding that a person wants to see its text in; None to find out.

    Raises:
        InputRefused: it has no ``.shp``, or is damaged or too large.
    """
    if not parts.get(".shp", b"").startswith(MAGIC):
        raise refused("file_damaged", f"{name}.shp is no shapefile.")
    with tempfile.TemporaryDirectory() as folder:
        for suffix in (".shp", ".shx", ".dbf"):
            if parts.get(suffix):
                (Path(folder) / f"layer{suffix}").write_bytes(parts[suffix])
        read = read_layer(Path(folder) / "layer.shp", f"{name}.shp", limits, encoding=LATIN)
    if ".dbf" not in parts:
        read.columns, read.values = [], []  # a number that the library makes up
    encoding, notes = (wanted, []) if wanted is not None else _encoding(read, parts)
    columns = _columns(read, encoding, notes)
    values = [
        _decoded(name, column, encoding, notes)
        for name, column in zip(columns, read.values, strict=True)
    ]
    full, kinds = _full_names(parts.get(FIELDS_SUFFIX))
    rows = zip(*values, strict=True) if values else [()] * len(read.geometries)
    given = [full.get(column, column) for column in columns]
    return RawLayer(
        name,
        tuple(unique(given)),
        tuple(
            tuple(_of_kind(each, kinds.get(key)) for each, key in zip(row, columns, strict=True))
            for row in rows
        ),
        tuple(read.geometries),
        _system(parts.get(".prj"), notes),
        encoding,
        (*notes, *read.notes),
    )


def _encoding(read: Read, parts: Mapping[str, bytes]) -> tuple[str, list[Note]]:
    pieces = [column.encode(LATIN, "replace") for column in read.columns]
    pieces += [
        value.encode(LATIN, "replace")
        for column in read.values
        for value in column
        if isinstance(value, str)
    ]
    stated = _stated(parts)
    encoding, wrong = encoding_of(pieces, stated)
    if wrong:
        facts: dict[str, Fact] = {"stated": stated, "encoding": encoding}
        return encoding, [Note(NoteCode.ENCODING_WRONG, None, facts)]
    if any(not piece.isascii() for piece in pieces):
        return encoding, [Note(NoteCode.ENCODING, None, {"encoding": encoding})]
    return encoding, []


def _stated(parts: Mapping[str, bytes]) -> str | None:
    """What the ``.cpg`` says, else the byte of the ``.dbf`` that few programs set."""
    told = parts.get(".cpg", b"")[:40].decode("ascii", "ignore").strip().upper()
    if told:
        number = told.removeprefix("CP").removeprefix("ANSI").strip()
        name = _BY_CPG.get(number, told.replace("ISO 88591", "latin-1").replace(" ", "-"))
        try:
            return {"iso8859-1": "latin-1"}.get(found := codecs.lookup(name).name, found)
        except LookupError:
            return None
    header = parts.get(".dbf", b"")[:32]
    return _BY_DBF.get(header[29]) if len(header) == 32 else None


def _columns(read: Read, encoding: str, notes: list[Note]) -> list[str]:
    names = []
    for column in read.columns:
        piece = column.encode(LATIN, "replace")
        try:
            name, cut = whole(piece, encoding)
        except UnicodeDecodeError:
            name, cut = piece.decode(encoding, "replace"), True
        if cut and len(piece) >= LONGEST_NAME - 1:
            notes.append(Note(NoteCode.NAME_CUT, None, {"column": name}))
        names.append(name)
    return unique(names)


def _decoded(name: str, column: list[Fact], encoding: str, notes: list[Note]) -> list[Fact]:
    values: list[Fact] = []
    for row, value in enumerate(column, 1):
        if not isinstance(value, str):
            values.append(value)
            continue
        piece = value.encode(LATIN, "replace")
        try:
            text, cut = whole(piece, encoding)
        except UnicodeDecodeError:
            text, cut = piece.decode(encoding, "replace"), False
            notes.append(Note(NoteCode.ENCODING_LOST, row, {"text": text[:60]}))
        if cut or len(piece) >= LONGEST_TEXT - 1:
            notes.append(Note(NoteCode.TEXT_CUT, row, {"column": name, "text": text[-30:]}))
        values.append(text or None)
    return values


def _full_names(content: bytes | None) -> tuple[dict[str, str], dict[str, str]]:
    """Full names and kinds by short names, where this program wrote them beside."""
    if content is None:
        return {}, {}
    text, _ = decoded(content, FIELDS_SUFFIX)
    rows = [row for row in csv.reader(io.StringIO(text)) if len(row) >= 3]
    return {row[0]: row[1] for row in rows[1:]}, {row[0]: row[2] for row in rows[1:]}


def _of_kind(value: Fact, kind: str | None) -> Fact:
    """Yes and no are written as 1 and 0, because few programs know a shapefile's own."""
    return bool(value) if kind == "yes_no" and isinstance(value, int | float) else value


def _system(prj: bytes | None, notes: list[Note]) -> str | None:
    text = (prj or b"").decode("utf-8", "replace").strip("\ufeff\0 \r\n")
    if not text:
        notes.append(Note(NoteCode.SYSTEM_MISSING))
        return None
    return stated_system(text)
