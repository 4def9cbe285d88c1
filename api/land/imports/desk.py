"""The import desk: files are read and checked in one thread beside the event loop, one at a time.

Reading is done by a child process of :func:`geo.exchange.read_file`, so that what a hostile file
does to a library it does there. Checking gives the watch its turns: no step of it is long.
"""

import asyncio
import errno
import logging
import shutil
from collections.abc import AsyncIterable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

import shapely
from shapely.geometry.base import BaseGeometry

from api.body_limit import MOST_LAND_BYTES
from api.land.imports.kept import KeptReports
from api.land.imports.outcome import Applied, Effect, Mode, effect_of
from api.land.imports.reports import kept_report
from api.land.imports.shelf import Draft, Upload, UploadShelf
from camera_gateway.recording.space import free_bytes
from geo.exchange import RawLayer, read_file
from geo.land.importing import ImportReport, Mapping, edits_for, prepare
from models.clock import Clock
from models.errors import Conflict, InputRefused, NotFound, StorageFull
from models.land import ChangeKind, LandEdit, LandFeature, Layer
from models.store import Store

__all__ = ["ImportDesk"]

_logger = logging.getLogger(__name__)
_T = TypeVar("_T")

MOST_WAITING: Final = 4
RECEIVING_S: Final = 600.0
TIDY_EVERY_S: Final = 60.0
_CHUNK_BYTES: Final = 1_000_000


class ImportDesk:
    """Of one installation; its methods are for the event loop.

    Args:
        store: that takes what is imported.
        clock: of the installation.
        data_dir: files that are being imported and the reports of old imports lie in it.
        spare_bytes: so much of the disk must be left by a file.

    Attributes:
        reports: of imports that were taken.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        data_dir: Path,
        *,
        spare_bytes: int,
    ) -> None:
        self._store = store
        self._clock = clock
        self._data_dir = data_dir
        self._spare_bytes = spare_bytes
        self._shelf = UploadShelf(data_dir / "land_imports", clock)
        self._exports = data_dir / "land_exports"
        shutil.rmtree(self._exports, ignore_errors=True)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="land-import")
        self._waiting = 0
        self._receiving = 0
        self._applying = asyncio.Lock()
        self._changed_nothing: set[str] = set()  # keys; of all others there is a report
        self.reports = KeptReports(data_dir / "land_reports")

    async def run(self) -> None:
        """Remove forgotten files until cancelled."""
        while True:
            self._shelf.tidy()
            await self._clock.sleep(TIDY_EVERY_S)

    def close(self) -> None:
        """Wait for what is being done; nothing more is begun."""
        self._pool.shutdown(cancel_futures=True)

    async def receive(self, name: str, author: str, body: AsyncIterable[bytes]) -> Upload:
        """Take a file in and read it.

        Args:
            name: as the browser calls it.
            author: user name.
            body: the file.

        Raises:
            InputRefused: it is empty, or no land can be read from it.
            Conflict: too many files are here (``land_imports_full``) or being read
                (``land_imports_busy``).
            StorageFull: the disk does not take it.
        """
        if self._receiving >= MOST_WAITING:
            raise _busy()
        self._receiving += 1
        try:
            upload = self._shelf.add(name, author)
            try:
                async with asyncio.timeout(RECEIVING_S):
                    await self._write(upload, body)
                await self._read(upload)
            except BaseException:
                self._shelf.drop(upload)
                raise
        except TimeoutError as error:
            raise InputRefused(
                "The file did not come within ten minutes.",
                remedy="Try it from a computer that is nearer to the server.",
                code="land_import_slow",
            ) from error
        except OSError as error:
            raise _disk(error) from error
        finally:
            self._receiving -= 1
        return upload

    def upload(self, upload_id: str, author: str) -> Upload:
        """A file that its author has sent.

        Raises:
            NotFound: it is not here any more; ``land_import_gone``.
        """
        return self._shelf.get(upload_id, author)

    def forget(self, upload_id: str, author: str) -> None:
        """Remove a file; one that is not here is no fault."""
        try:
            self._shelf.drop(self._shelf.get(upload_id, author))
        except NotFound:
            return

    async def read_as(self, upload: Upload, encoding: str | None) -> None:
        """Read a file once more, its texts in another encoding; drafts of it are forgotten.

        Raises:
            InputRefused: it cannot be read so; the file stays as it was read before.
            Conflict: others are being read.
        """
        before, upload.encoding = upload.encoding, encoding
        try:
            await self._read(upload)
        except BaseException:
            upload.encoding = before
            raise

    async def check(self, upload: Upload, layer_number: int, mapping: Mapping) -> Draft:
        """Say what would become of a layer of a file; changes nothing.

        Raises:
            NotFound: the file has no such layer; ``land_import_layer``.
            InputRefused: the mapping cannot be.
            Conflict: others are being checked.
        """
        if not 0 <= layer_number < len(upload.layers):
            raise NotFound("The file has no such layer.", code="land_import_layer")
        raw = upload.layers[layer_number]
        features, report, there, district = await self.aside(lambda: self._check(raw, mapping))
        upload.drafts += 1
        upload.draft = Draft(
            upload.drafts, layer_number, mapping, features, report, there, district
        )
        return upload.draft

    async def apply(
        self, upload_id: str, author: str, *, draft: int, mode: Mode, note: str, key: str
    ) -> Applied:
        """Take a draft, as one change; with the same key a second time, nothing more is done.

        The file goes when all its layers are taken.

        Raises:
            NotFound: the file is not here any more.
            Conflict: another draft was made since (``land_draft_old``), or the layer was changed
                since (``land_changed``).
            InputRefused: the store refuses a feature, naming it.
        """
        async with self._applying:
            known = await self.aside(lambda: self._known(key))
            if known is not None:
                return known
            upload = self.upload(upload_id, author)
            found = upload.draft
            if found is None or found.number != draft:
                raise Conflict(
                    "The file was checked anew since.",
                    remedy="Look at the newer report.",
                    code="land_draft_old",
                )
            edits = await self.aside(lambda: self._edits(found, mode))
            change = None
            if edits:
                source = upload.name
                change = await self.aside(
                    lambda: self._store.land.apply(
                        edits, kind=ChangeKind.IMPORTED, author=author, source=source, note=note
                    )
                )
                number, report = change.change_id, kept_report(found, upload, change, mode)
                await self.aside(lambda: self.reports.put(number, key, report))
            else:
                self._changed_nothing.add(key)
            upload.draft = None
            upload.applied.add(found.layer_number)
            if len(upload.applied) == len(upload.layers):
                self._shelf.drop(upload)
            return Applied(change)

    async def aside(self, job: Callable[[], _T]) -> _T:
        """Do something long in the desk's thread, in its turn.

        Raises:
            Conflict: too many wait already; ``land_imports_busy``.
        """
        if self._waiting >= MOST_WAITING:
            raise _busy()
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, job)
        finally:
            self._waiting -= 1

    def export_path(self, name: str) -> Path:
        """Where a file that goes out is made; whoever asks removes it, and the next start does."""
        self._exports.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._exports / name

    def effect(self, draft: Draft, mode: Mode) -> Effect:
        """What a draft would do; for the desk's thread."""
        return effect_of(edits_for(draft.features, draft.there, mode=mode), len(draft.features))

    async def _write(self, upload: Upload, body: AsyncIterable[bytes]) -> None:
        if free_bytes(self._data_dir) < self._spare_bytes + MOST_LAND_BYTES:
            raise OSError(errno.ENOSPC, "the rest of the disk is kept for alerts")
        pending = bytearray()
        with upload.path.open("xb") as file:
            async for piece in body:
                pending += piece
                upload.size_bytes += len(piece)
                if len(pending) >= _CHUNK_BYTES:
                    await asyncio.to_thread(file.write, bytes(pending))
                    pending.clear()
            await asyncio.to_thread(file.write, bytes(pending))
        if upload.size_bytes == 0:
            raise InputRefused(
                "The file is empty.", remedy="Choose another file.", code="file_empty"
            )

    async def _read(self, upload: Upload) -> None:
        path, name, encoding = upload.path, upload.name, upload.encoding
        layers = await self.aside(lambda: tuple(read_file(path, name=name, encoding=encoding)))
        upload.layers, upload.draft = layers, None
        upload.applied.clear()

    def _check(
        self, raw: RawLayer, mapping: Mapping
    ) -> tuple[tuple[LandFeature, ...], ImportReport, tuple[LandFeature, ...], BaseGeometry | None]:
        land = self._store.land.all()
        district = _district(land)
        features, report = prepare(raw, mapping, district=district, there=land)
        there = tuple(feature for feature in land if feature.layer is mapping.layer)
        return features, report, there, district

    def _edits(self, draft: Draft, mode: Mode) -> Sequence[LandEdit]:
        # What is added is compared by the store, feature by feature; what goes is all the others.
        if mode == "replace" and tuple(self._store.land.all(draft.mapping.layer)) != draft.there:
            raise Conflict(
                "The layer was changed since the report was made.",
                remedy="Check the file again, and look at the report.",
                code="land_changed",
            )
        return edits_for(draft.features, draft.there, mode=mode)

    def _known(self, key: str) -> Applied | None:
        if key in self._changed_nothing:
            return Applied(None, again=True)
        number = self.reports.change_of(key)
        if number is None:
            return None
        return Applied(self._store.land.change(number), again=True)


def _district(land: Sequence[LandFeature]) -> BaseGeometry | None:
    townships = [feature.geometry for feature in land if feature.layer is Layer.TOWNSHIP]
    return shapely.union_all(townships) if townships else None


def _busy() -> Conflict:
    return Conflict(
        "Other files are being read or written.",
        remedy="Wait a moment, then try again.",
        code="land_imports_busy",
    )


def _disk(error: OSError) -> StorageFull:
    _logger.warning("a file to import is not taken: %s", error)
    return StorageFull(
        "The disk does not take the file.",
        remedy="Make room on the server's disk.",
        code="land_import_disk",
    )
