"""Files of replays on the disk.

Under the number of each lies

- ``RUN.toml``, ``settings.toml`` and ``truth/``: what is played, as it was fixed when it was begun;
- ``parts/``: what is finished of it, by which it goes on after whatever ended it;
- ``result.json``, ``cost.json``, ``figures.csv`` and, written last, ``report.html``;
- ``log.txt``: what its process said beside.

``compared/FIRST-SECOND`` beside them holds comparisons, which can be made again.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from models.errors import NotFound, StorageFull

__all__ = ["COMPARED", "REPORT", "RESULT_FILES", "RUN_FILE", "ReplayShelf", "replay_disk"]

RUN_FILE: Final = "RUN.toml"
REPORT: Final = "report.html"
RESULT_FILES: Final = ("result.json", "cost.json", "figures.csv", REPORT)
COMPARED: Final = "compared"


class ReplayShelf:
    """The folder of replays; any thread may use it.

    Args:
        folder: of all of them.
        spare_bytes: that the disk keeps free.
    """

    def __init__(self, folder: Path, *, spare_bytes: int = 0) -> None:
        self._folder = folder
        self._spare_bytes = spare_bytes

    def folder_of(self, run_id: int) -> Path:
        """Where the files of a replay lie; it need not be there."""
        return self._folder / str(run_id)

    def is_whole(self, run_id: int) -> bool:
        """Whether every file of its result is there."""
        folder = self.folder_of(run_id)
        return all((folder / name).is_file() for name in RESULT_FILES)

    def file(self, run_id: int, name: str) -> Path:
        """One file of its result.

        Raises:
            NotFound: somebody removed it from the disk; code ``replay_gone``.
        """
        path = self.folder_of(run_id) / name
        if not path.is_file():
            raise NotFound(
                f"The file {name} of replay {run_id} is not on the disk any more.",
                remedy="Play it again.",
                code="replay_gone",
            )
        return path

    def compared(self, first: int, second: int) -> Path:
        """Where the comparison of two replays lies, when it was made."""
        return self._folder / COMPARED / f"{first}-{second}"

    def check_room(self) -> None:
        """Refuse to go on when the disk would have less free than the watch keeps for itself.

        Raises:
            StorageFull: code ``replay_disk``.
        """
        with replay_disk():
            self._folder.mkdir(parents=True, exist_ok=True)
            free_bytes = shutil.disk_usage(self._folder).free
        if free_bytes < self._spare_bytes or free_bytes == 0:
            raise _full()

    def attempt(self, run_id: int) -> int:
        """Count a start of its process; how many there were since one got any further."""
        path = self.folder_of(run_id) / "attempts"
        with replay_disk():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as file:
                file.write(b".")
            return path.stat().st_size

    def forget_attempts(self, run_id: int) -> None:
        """Its process got further, or was ended by us."""
        with suppress(OSError):
            (self.folder_of(run_id) / "attempts").unlink(missing_ok=True)

    def remove(self, run_id: int) -> None:
        """Remove the files of a replay, and comparisons with it.

        Raises:
            StorageFull: they cannot be removed; code ``replay_disk``.
        """
        gone = [self.folder_of(run_id)]
        with suppress(OSError):
            beside = (self._folder / COMPARED).iterdir()
            gone += [path for path in beside if str(run_id) in path.name.split("-")]
        with replay_disk():
            for path in gone:
                if path.exists():
                    shutil.rmtree(path)


@contextmanager
def replay_disk() -> Iterator[None]:
    """Within it, faults of the disk are told as such.

    Raises:
        StorageFull: code ``replay_disk``.
    """
    try:
        yield
    except OSError as error:
        raise StorageFull(
            f"The folder of replays cannot be written: {error.strerror}.",
            remedy="Look at the disk and at whom the folder belongs to, then have it go on.",
            code="replay_disk",
        ) from error


def _full() -> StorageFull:
    return StorageFull(
        "The disk has no room for replays.",
        remedy="Make room on the disk of the watch, then have it go on.",
        code="replay_disk",
    )
