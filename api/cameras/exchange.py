"""Camera lists in and out; one is taken as a whole or, when asked, as far as it is good."""

from dataclasses import dataclass
from pathlib import Path

from api.cameras.csv_list import Listed, read_csv, write_csv
from api.cameras.schemas import read_entry
from api.cameras.toml_list import read_toml, write_toml
from models.camera_setup import CameraSetup
from models.errors import InputRefused
from models.store import Store

__all__ = ["ImportReport", "Line", "import_cameras", "write_cameras"]


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one camera of a list.

    Attributes:
        line: where it stands, see :class:`Listed`.
        camera_id: its key; empty when it has none that can be read.
        outcome: ``added``, ``changed``, ``same`` or ``refused``.
        why: it was refused.
    """

    line: int
    camera_id: str
    outcome: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a list.

    Attributes:
        lines: of every camera, in the list's order.
        written: whether the good ones are in the database now.
    """

    lines: tuple[Line, ...]
    written: bool

    @property
    def refused(self) -> int:
        """How many cannot be taken."""
        return sum(line.outcome == "refused" for line in self.lines)


def import_cameras(
    store: Store, data: bytes, *, toml: bool, actor: str, take_good: bool = False
) -> ImportReport:
    """Bring a list into the store.

    Cameras that the list does not name stay as they are, and so do credentials that it leaves out.

    Args:
        store: that takes it.
        data: the file.
        toml: else a table.
        actor: user name, for the audit log.
        take_good: take the good cameras of a list that has bad ones; else it is all or nothing.

    Raises:
        InputRefused: the file is no such list.
        WatchError: the store failed; nothing was taken.
    """
    known = {setup.camera.camera_id: setup for setup in store.links.all()}
    lines: list[Line] = []
    good: list[CameraSetup] = []
    for listed in read_toml(data) if toml else read_csv(data):
        try:
            setup, before = _setup_of(listed, known)
        except InputRefused as error:
            lines.append(Line(listed.line, _key_of(listed), "refused", str(error)))
            continue
        good.append(setup)
        outcome = "added" if before is None else "same" if setup == before else "changed"
        lines.append(Line(listed.line, setup.camera.camera_id, outcome))
    all_good = len(good) == len(lines)
    written = bool(good) and (all_good or take_good)
    if written:
        store.links.put_all(good, actor=actor)
    return ImportReport(tuple(lines), written)


def write_cameras(
    setups: list[CameraSetup], path: Path, *, chinese: bool, with_passwords: bool
) -> bytes:
    """The list in the form that the path's suffix names.

    Raises:
        InputRefused: neither ``.toml`` nor ``.csv``.
    """
    suffix = path.suffix.lower()
    if suffix == ".toml":
        return write_toml(setups, with_passwords=with_passwords)
    if suffix == ".csv":
        return write_csv(setups, chinese=chinese, with_passwords=with_passwords)
    raise InputRefused(f"{path} is neither .toml nor .csv.", remedy="Choose one of the two.")


def _setup_of(
    listed: Listed, known: dict[str, CameraSetup]
) -> tuple[CameraSetup, CameraSetup | None]:
    if listed.trouble:
        raise InputRefused(listed.trouble)
    entry = read_entry(listed.values)
    before = known.get(entry.camera_id)
    setup = entry.setup(entry.camera_id, before)
    if len({preset.number for preset in setup.camera.presets}) < len(setup.camera.presets):
        raise InputRefused("A preset number comes twice.")
    if before is None or setup.credential is not None or setup.link is None:
        return setup, before
    return CameraSetup(setup.camera, setup.link, before.credential), before


def _key_of(listed: Listed) -> str:
    key = listed.values.get("camera_id", "")
    return key if isinstance(key, str) else ""
