"""What kind of file this is, told by its content; what is none of ours is refused by its kind."""

from enum import Enum

from geo.exchange.refusals import refused

__all__ = ["Kind", "kind_of"]


class Kind(Enum):
    """Files by the way in which they are read."""

    ARCHIVE = "archive"
    DATABASE = "database"
    SHAPE = "shape"
    JSON = "json"
    XML = "xml"
    TEXT = "text"


_REFUSED = (
    (b"AC10", "file_drawing", "a DWG drawing"),
    (b"AutoCAD Binary DXF", "file_drawing", "a DXF drawing"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file_old_excel", "an old Excel or Office file"),
    (b"Rar!", "file_archive_kind", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "file_archive_kind", "a 7z archive"),
    (b"\x1f\x8b", "file_archive_kind", "a gzip archive"),
    (b"BZh", "file_archive_kind", "a bzip2 archive"),
    (b"\xfd7zXZ", "file_archive_kind", "an xz archive"),
    (b"%PDF", "file_unknown", "a PDF document"),
    (b"\x89PNG", "file_unknown", "a picture"),
    (b"\xff\xd8\xff", "file_unknown", "a picture"),
    (b"II*\x00", "file_unknown", "a TIFF picture"),
    (b"MM\x00*", "file_unknown", "a TIFF picture"),
    (b"fgb", "file_unknown", "a FlatGeobuf file"),
    (b"PAR1", "file_unknown", "a Parquet file"),
)
_PARTS = (".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx", ".qix")


def kind_of(content: bytes, name: str) -> Kind:  # noqa: C901 -- one question after another
    """Tell a file's kind by its first bytes; the name helps only where they are mute.

    Raises:
        InputRefused: empty, or of a kind that is not read here.
    """
    if not content.strip(b"\0 \r\n\t"):
        raise refused("file_empty", f"{name} is empty.")
    for mark, code, words in _REFUSED:
        if content.startswith(mark):
            raise refused(code, f"{name} is {words}.")
    if content.startswith(b"PK"):
        return Kind.ARCHIVE
    if content.startswith(b"SQLite format 3\0"):
        return Kind.DATABASE
    if content.startswith(b"\x00\x00\x27\x0a"):
        return Kind.SHAPE
    suffix = name.lower()[-4:]
    if suffix in _PARTS:
        raise refused("file_parts", f"{name} is one part of a shapefile.")
    start = content[:4096].lstrip(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"<", b"\xff\xfe<\x00", b"\xfe\xff\x00<")):
        return Kind.XML
    if start.startswith((b"{", b"[", b"\x1e{", b"\xff\xfe{\x00")):
        return Kind.JSON
    if suffix == ".dxf" or start.split(b"\n", 2)[:2] == [b"0", b"SECTION"]:
        raise refused("file_drawing", f"{name} is a DXF drawing.")
    return Kind.TEXT
