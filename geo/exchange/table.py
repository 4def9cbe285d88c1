"""What a file holds, before anybody has said what it means."""

from dataclasses import dataclass, field
from enum import StrEnum

from shapely.geometry.base import BaseGeometry

from models.land import Fact

__all__ = ["Format", "Limits", "Note", "NoteCode", "RawLayer"]


class Format(StrEnum):
    """Files that are read and written."""

    SHAPEFILE = "shp"  # a zip of .shp, .shx, .dbf, .prj and .cpg
    GEOPACKAGE = "gpkg"
    GEOJSON = "geojson"
    KML = "kml"
    KMZ = "kmz"
    CSV = "csv"
    EXCEL = "xlsx"


class NoteCode(StrEnum):
    """What is found on the way through a file; the console has the words."""

    ENCODING = "encoding"  # of the text, told by how it reads
    ENCODING_WRONG = "encoding_wrong"  # the file states one and holds another
    ENCODING_LOST = "encoding_lost"  # some letters cannot be read in any
    NAME_CUT = "name_cut"  # a column's name was cut in the middle of a letter
    TEXT_CUT = "text_cut"  # a text fills all the room that the format has: it may have been cut
    SYSTEM_MISSING = "system_missing"  # the file does not say which system its coordinates are in
    HEIGHTS_DROPPED = "heights_dropped"
    HEADINGS_ROW = "headings_row"  # headings stand below the first row
    AXES_BY_LETTER = "axes_by_letter"  # N and E showed that two columns are exchanged
    PLACE_UNREADABLE = "place_unreadable"  # a row's coordinates are no numbers
    PLACE_MISSING = "place_missing"  # a row has no coordinates
    GEOMETRY_UNREADABLE = "geometry_unreadable"
    LINK_LEFT = "link_left"  # points to another file, which is not fetched
    ERROR_CELL = "error_cell"  # a formula without a value
    DAMAGED = "damaged"  # a part could not be read


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may take.

    Attributes:
        file_bytes: of the file.
        unpacked_bytes: of all that an archive holds together.
        ratio: most bytes from one of an archive's, for members above 1 MB.
        members: of an archive.
        rows: of one layer.
        columns: of one layer.
        vertices: of one layer.
        layers: of one file.
        seconds: until the reading process is stopped.
        memory_bytes: of the reading process.
    """

    file_bytes: int = 200_000_000
    unpacked_bytes: int = 600_000_000
    ratio: float = 200.0
    members: int = 2_000
    rows: int = 200_000
    columns: int = 400
    vertices: int = 5_000_000
    layers: int = 100
    seconds: float = 120.0
    memory_bytes: int = 3_000_000_000


@dataclass(frozen=True, slots=True)
class Note:
    """Something found on the way.

    Attributes:
        code: one of :class:`NoteCode`.
        row: of the layer, counted from 1; None for the whole.
        values: to be put into the words.
    """

    code: str
    row: int | None = None
    values: dict[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RawLayer:
    """One layer of a file, as it lies there.

    Attributes:
        name: of the layer inside the file, else of the file.
        columns: their names, each once.
        rows: values in the order of the columns.
        geometries: of each row, in two dimensions and the file's own coordinates, the eastward
            axis first; None where there is none.
        system: coordinate system that the file states, as :func:`geo.crs.tagged` or
            :class:`geo.crs.MapSystem` takes it; None when it says nothing.
        encoding: of the text; None where the format leaves no choice.
        notes: what was found on the way.
        drill: the file says that its land is invented, or that it is not; None: nothing said.
        as_text: everything was text in the file, so that numbers are read by whoever knows.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Fact, ...], ...]
    geometries: tuple[BaseGeometry | None, ...]
    system: str | None = None
    encoding: str | None = None
    notes: tuple[Note, ...] = ()
    drill: bool | None = None
    as_text: bool = False
