"""What is known of a recording: from its truth file, else from ``events.csv`` in or beside it."""

import re
from pathlib import Path

from detector.evaluate.events import EVENTS_FILE, FireEvent, read_events
from detector.evaluate.footage import PictureSequence, VideoSequence
from detector.footage.truth_file import TruthFile, read_truth, truth_path
from detector.replay.run_file import FootageEntry
from models.errors import InputRefused
from models.footage import TrueFire, Truth

__all__ = ["EventBook", "known_of", "path_of", "scene_of"]

_DATE = re.compile(
    r"(?<!\d)(?:19|20)\d{2}[-_.]?[01]\d[-_.]?[0-3]\d"
    r"(?:[T_ -]?[0-2]\d[-_.:]?[0-5]\d(?:[-_.:]?[0-5]\d)?Z?)?(?!\d)"
)
_SEPARATORS = " -_.,"


class EventBook:
    """Reads each ``events.csv`` once."""

    def __init__(self) -> None:
        self._read = dict[Path, dict[str, FireEvent]]()

    def of(self, names: tuple[str, ...], folders: tuple[Path, ...]) -> FireEvent | None:
        """The fire of a recording.

        Args:
            names: that the recording may have there.
            folders: where a file may lie, the first one that names it counts.

        Raises:
            InputRefused: one of the files cannot be trusted.
        """
        for folder in folders:
            file = folder / EVENTS_FILE
            if file not in self._read:
                self._read[file] = dict(read_events(file)) if file.is_file() else {}
            for name in names:
                if name in self._read[file]:
                    return self._read[file][name]
        return None


def path_of(recording: PictureSequence | VideoSequence) -> Path:
    """Its video, or the folder of its pictures."""
    if isinstance(recording, VideoSequence):
        return recording.path
    return recording.pictures[0][1].parent


def scene_of(name: str) -> str:
    """A recording's own name without the date in it.

    >>> scene_of("towers/20180728_FIRE_rm-w-mobo-c"), scene_of("ridge_2024-05-01T1200Z.mp4")
    ('FIRE_rm-w-mobo-c', 'ridge')
    """
    own = name.rsplit("/", 1)[-1]
    own = own.rsplit(".", 1)[0] if re.search(r"\.[A-Za-z]\w{1,4}$", own) else own
    return (_DATE.sub("", own).strip(_SEPARATORS) or own)[:120]


def known_of(
    recording: PictureSequence | VideoSequence,
    entry: FootageEntry,
    events: EventBook,
    *,
    alone: bool,
) -> TruthFile:
    """What is known of a recording.

    Args:
        recording: that was found.
        entry: of the run, under which it was found.
        events: read so far.
        alone: it is the only one of its entry.

    Raises:
        InputRefused: a file of truth cannot be trusted, or one is named for several recordings.
    """
    path = path_of(recording)
    own = recording.name.rsplit("/", 1)[-1]
    beside = truth_path(path)
    files = [beside, path.with_name(f"{own}.truth.json")]
    if entry.truth:
        named = Path(entry.truth)
        if named.is_dir():
            files = [named / beside.name, named / f"{own}.truth.json", *files]
        else:
            known = read_truth(named)
            # That nothing burns may be said of many at once; a time or a box belongs to one.
            if alone or known.truth == Truth():
                return known
            raise InputRefused(
                f"The truth {named} is named for several recordings of {entry.path}.",
                remedy="Name a folder of NAME.truth.json, or each recording by itself.",
                code="replay_truth",
            )
    for file in files:
        if file.is_file():
            return read_truth(file)
    folder = path if path.is_dir() else path.parent
    event = events.of((recording.name, own), (folder, folder.parent, Path(entry.path)))
    return TruthFile() if event is None else TruthFile(_truth(event))


def _truth(event: FireEvent) -> Truth:
    """One fire; times of ``events.csv`` count from its ignition, where that came first."""
    ignition_s = 0.0 if event.first_visible_s >= 0.0 else None
    fire = TrueFire("fire", event.first_visible_s, ignition_s=ignition_s, clear_s=event.clear_s)
    return Truth((fire,))
