"""Camera lists in and out; one is taken as a whole or, when asked, as far as it is good."""

from dataclasses import dataclass, fields, replace
from pathlib import PurePath

from api.cameras.answers import link_shown
from api.cameras.csv_list import Listed, in_system, read_csv, write_csv
from api.cameras.keeping import check_same_host, completed
from api.cameras.list_faults import ListFault
from api.cameras.schemas import CameraEntry, read_entry
from api.cameras.toml_list import read_toml, write_toml
from api.patrols.addresses import mover_address
from camera_gateway.redaction import shown_address
from models.camera_setup import CameraSetup
from models.errors import InputRefused
from models.patrol import Patrol, check_patrol
from models.store import Store

__all__ = ["ImportReport", "Line", "changes_of", "import_cameras", "write_cameras"]


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of one camera of a list.

    Attributes:
        line: where it stands, see :class:`Listed`.
        camera_id: its key; empty when it has none that can be read.
        outcome: ``added``, ``changed``, ``same`` or ``refused``.
        name: of the camera; empty when it has none that can be read.
        changes: columns in which a changed camera differs from the stored one.
        fault: why it is refused.
    """

    line: int
    camera_id: str
    outcome: str
    name: str = ""
    changes: tuple[str, ...] = ()
    fault: InputRefused | None = None

    @property
    def why(self) -> str:
        """Why it is refused, in English; empty otherwise."""
        return "" if self.fault is None else str(self.fault)


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
    store: Store,
    data: bytes,
    *,
    toml: bool,
    actor: str,
    take_good: bool = False,
    write: bool = True,
    coordinates: str = "",
) -> ImportReport:
    """Bring a list into the store.

    Cameras that the list does not name stay as they are, and so do credentials that it leaves out.

    Args:
        store: that takes it.
        data: the file.
        toml: else a table.
        actor: user name, for the audit log.
        take_good: take the good cameras of a list that has bad ones; else it is all or nothing.
        write: else only say what would become of each.
        coordinates: system of a list that states none; WGS 84 when left empty.

    Raises:
        ListFault: the file is no such list.
        WatchError: the store failed; nothing was taken.
    """
    known = {setup.camera.camera_id: setup for setup in store.links.all()}
    lines: list[Line] = []
    good: list[CameraSetup] = []
    for listed in read_toml(data) if toml else read_csv(data):
        try:
            setup, before = _setup_of(in_system(listed, coordinates), known)
        except InputRefused as error:
            key, name = (_text(listed, word) for word in ("camera_id", "name"))
            lines.append(Line(listed.line, key, "refused", name, fault=error))
            continue
        good.append(setup)
        camera, changes = setup.camera, () if before is None else changes_of(before, setup)
        outcome = "added" if before is None else "changed" if changes else "same"
        lines.append(Line(listed.line, camera.camera_id, outcome, camera.name, changes))
    all_good = len(good) == len(lines)
    written = write and bool(good) and (all_good or take_good)
    if written:
        store.links.put_all(good, actor=actor)
    return ImportReport(tuple(lines), written)


def changes_of(before: CameraSetup, after: CameraSetup) -> tuple[str, ...]:
    """Columns in which two setups of a camera differ; ``presets`` for all of theirs."""
    was, is_now = _facts(before), _facts(after)
    return tuple(key for key in was | is_now if was.get(key) != is_now.get(key))


def write_cameras(
    setups: list[CameraSetup], path: PurePath, *, chinese: bool, with_passwords: bool
) -> bytes:
    """The list in the form that the path's suffix names.

    Without passwords an address comes without its secret parameters; read back, it stays as it is.

    Raises:
        InputRefused: neither ``.toml`` nor ``.csv``.
    """
    if not with_passwords:
        setups = [_shown(setup) for setup in setups]
    suffix = path.suffix.lower()
    if suffix == ".toml":
        return write_toml(setups, with_passwords=with_passwords)
    if suffix == ".csv":
        return write_csv(setups, chinese=chinese, with_passwords=with_passwords)
    raise InputRefused(f"{path} is neither .toml nor .csv.", remedy="Choose one of the two.")


def _setup_of(
    listed: Listed, known: dict[str, CameraSetup]
) -> tuple[CameraSetup, CameraSetup | None]:
    if listed.fault is not None:
        raise listed.fault
    entry = read_entry(listed.values)
    before = known.get(entry.camera_id)
    entry = completed(entry, before)
    setup = entry.setup(entry.camera_id, before)
    if len({preset.number for preset in setup.camera.presets}) < len(setup.camera.presets):
        raise ListFault("A preset number comes twice.", code="preset_twice", field="preset")
    if before is not None and setup.credential is None and setup.link is not None:
        if before.credential is not None:
            check_same_host(before, setup.link)
        setup = replace(setup, credential=before.credential)
    return replace(setup, patrol=_patrol_of(entry, setup, before)), before


def _patrol_of(entry: CameraEntry, setup: CameraSetup, before: CameraSetup | None) -> Patrol | None:
    """What the list says of a patrol; where it says nothing, what the camera has."""
    stored = None if before is None else before.patrol
    if entry.patrol is None:
        return stored
    patrol = entry.patrol.patrol(mover_address(entry.patrol.address, replace(setup, patrol=stored)))
    check_patrol(patrol, [preset.number for preset in setup.camera.presets])
    return patrol


def _shown(setup: CameraSetup) -> CameraSetup:
    if setup.link is None:
        return setup
    patrol = setup.patrol
    if patrol is not None:
        mover = replace(patrol.mover, address=shown_address(patrol.mover.address))
        patrol = replace(patrol, mover=mover)
    return replace(setup, link=replace(setup.link, address=link_shown(setup.link)), patrol=patrol)


def _facts(setup: CameraSetup) -> dict[str, object]:
    camera, link, credential = setup.camera, setup.link, setup.credential
    facts: dict[str, object] = {"name": camera.name, "kind": camera.kind}
    facts |= {field.name: getattr(camera.position, field.name) for field in fields(camera.position)}
    facts["presets"] = camera.presets
    if link is not None:
        facts |= {field.name: getattr(link, field.name) for field in fields(link)}
    if credential is not None:
        facts |= {"user": credential.user, "password": credential.password}
    if setup.patrol is not None:
        facts["patrol"] = setup.patrol
    return facts


def _text(listed: Listed, word: str) -> str:
    text = listed.values.get(word, "")
    return text if isinstance(text, str) else ""
