"""Files that administrators have sent: few, for an hour, under our names, while we run.

What a file is called and says to be is not believed: its name is shown and never used as a path.
"""

import secrets
import shutil
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final

from shapely.geometry.base import BaseGeometry

from geo.exchange import RawLayer
from geo.land.importing import ImportReport, Mapping
from models.clock import Clock
from models.errors import Conflict, NotFound
from models.land import LandFeature

__all__ = ["KEPT_S", "MOST_UPLOADS", "Draft", "Upload", "UploadShelf", "shown_name"]

MOST_UPLOADS: Final = 4
"""Of all administrators; each has one, so that a new one takes the place of the one before."""

KEPT_S: Final = 3600.0
"""Since it was last asked for."""

LONGEST_NAME: Final = 120


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """What a layer of a file would become, as it was shown.

    Attributes:
        number: rising with every further one of the same file.
        layer_number: of the file's layer, from 0.
        mapping: that was used.
        features: that would be taken.
        report: of them and of those that would not.
        there: of the same land layer when it was made.
        district: outline that it was checked against; None where none is known.
    """

    number: int
    layer_number: int
    mapping: Mapping
    features: tuple[LandFeature, ...]
    report: ImportReport
    there: tuple[LandFeature, ...]
    district: BaseGeometry | None


@dataclass(slots=True, eq=False)
class Upload:
    """One file.

    Attributes:
        upload_id: by which its owner asks for it; not to be guessed.
        name: as its owner calls it; for people.
        path: where it lies.
        author: user name; nobody else sees it.
        size_bytes: of the file.
        touched_s: when it was last asked for, monotonic.
        encoding: of its texts, as its owner states it; None to find out.
        layers: that were read from it.
        draft: the newest; None before the first.
        drafts: how many there were.
        applied: numbers of layers that were taken.
    """

    upload_id: str
    name: str
    path: Path
    author: str
    touched_s: float
    size_bytes: int = 0
    encoding: str | None = None
    layers: tuple[RawLayer, ...] = ()
    draft: Draft | None = None
    drafts: int = 0
    applied: set[int] = field(default_factory=set)


class UploadShelf:
    """All files of one installation; used from the event loop alone.

    Args:
        folder: for them alone; whatever lies in it is removed.
        clock: of the installation.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._uploads: dict[str, Upload] = {}
        shutil.rmtree(folder, ignore_errors=True)

    def __iter__(self) -> Iterator[Upload]:
        """Every file that is here, in the order in which they came."""
        return iter(tuple(self._uploads.values()))

    def add(self, name: str, author: str) -> Upload:
        """Room for a file; the one that its author had before goes.

        Raises:
            Conflict: others have taken all of it; ``land_imports_full``.
            OSError: the folder cannot be made.
        """
        self.tidy()
        for upload in self:
            if upload.author == author:
                self.drop(upload)
        if len(self._uploads) >= MOST_UPLOADS:
            raise Conflict(
                "Other administrators are importing files.",
                remedy="Wait until one of them has finished, an hour at most.",
                code="land_imports_full",
            )
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = secrets.token_hex(16)
        now_s = self._clock.monotonic_s()
        upload = Upload(key, shown_name(name), self._folder / key, author, now_s)
        self._uploads[key] = upload
        return upload

    def get(self, upload_id: str, author: str) -> Upload:
        """A file, for its author.

        Raises:
            NotFound: there is none, or none any more; ``land_import_gone``.
        """
        self.tidy()
        upload = self._uploads.get(upload_id)
        if upload is None or upload.author != author:
            raise NotFound(
                "This file is not here any more.",
                remedy="Choose the file again; it is kept for an hour.",
                code="land_import_gone",
            )
        upload.touched_s = self._clock.monotonic_s()
        return upload

    def drop(self, upload: Upload) -> None:
        """Remove a file; once more changes nothing."""
        self._uploads.pop(upload.upload_id, None)
        upload.path.unlink(missing_ok=True)

    def tidy(self) -> None:
        """Remove what nobody has asked for within the hour."""
        oldest_s = self._clock.monotonic_s() - KEPT_S
        for upload in self:
            if upload.touched_s < oldest_s:
                self.drop(upload)


def shown_name(name: str) -> str:
    """A file's name as it may be shown: without folders, control characters and further length."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    plain = "".join(each for each in last if unicodedata.category(each)[0] != "C").strip()
    return plain[-LONGEST_NAME:]
