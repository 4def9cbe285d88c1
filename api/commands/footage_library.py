"""``firewatch footage``: the library of recordings of the watch, from the machine itself."""

import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer

from api.commands.footage import footage
from api.commands.terminal import speakable
from api.commands.user import ACTOR, SettingsFile, open_store
from api.footage.importing import Importer
from api.footage.room import FootageRoom
from api.footage.service import remove as remove_footage
from api.footage.service import shelf_of, take_file
from api.footage.shelf import FootageShelf, on_disk
from detector.evaluate.footage import PictureSequence, VideoSequence, find_recordings
from detector.footage import TruthFile, read_truth, truth_path, write_truth
from models.config import load_settings
from models.errors import InputRefused
from models.footage import Conditions, Light, Rights, Season, Sky
from models.footage_library import Footage, FootageState
from models.frame import FrameMode
from models.store import Store

__all__ = ["footage"]

Number = Annotated[int, typer.Argument(metavar="ID", min=1, help="Number of the recording.")]
_SOME_DAY: Final = (1980, 1, 1, 0, 0, 0)  # the same pictures are the same zip, whenever packed


@footage.command("import")
def import_(
    inputs: Annotated[
        list[Path], typer.Argument(metavar="FOLDER|FILE", help="Videos, and folders of pictures.")
    ],
    *,
    scene: Annotated[str, typer.Option(help="Whose pictures look alike.")] = "",
    light: Annotated[Light | None, typer.Option(help="How light it is.")] = None,
    mode: Annotated[FrameMode | None, typer.Option(help="What light made the pictures.")] = None,
    sky: Annotated[Sky | None, typer.Option(help="What stands before the land.")] = None,
    season: Annotated[Season | None, typer.Option(help="Of the year.")] = None,
    range_m: Annotated[float | None, typer.Option(help="Distance of the fire, metres.")] = None,
    licence: Annotated[str, typer.Option(help="Its name, or who allowed it.")] = "",
    owner: Annotated[str, typer.Option(help="Who made it.")] = "",
    may_train: Annotated[bool, typer.Option(help="A detector may be trained on it.")] = False,
    may_leave: Annotated[bool, typer.Option(help="It may be handed to others.")] = False,
    settings_file: SettingsFile = None,
) -> None:
    """Take recordings into the library and look them through; also while the watch runs.

    What NAME.truth.json beside a recording says is taken as its first truth; options go before
    what it says otherwise. What is refused is named on standard error, the others are taken, and
    the exit code is 1.
    """
    stated = _Stated(
        scene,
        Conditions(light, mode, sky, season, range_m),
        Rights(licence, owner, may_train=may_train, may_leave=may_leave),
    )
    settings, refused = load_settings(settings_file), 0
    shelf = shelf_of(settings)
    with closing(open_store(settings_file)) as store:
        for found in _recordings(inputs):
            try:
                if isinstance(found, InputRefused):
                    raise found
                kept = _taken(store, shelf, found, stated)
            except InputRefused as error:
                refused += 1
                typer.echo(speakable(f"firewatch: {error}"), err=True)
                continue
            if kept.state is FootageState.REFUSED:
                refused += 1
                told = "" if kept.result is None else f"{kept.result.message} {kept.result.remedy}"
                typer.echo(speakable(f"firewatch: {told.rstrip()}"), err=True)
            typer.echo(speakable(_line(kept)))
    if refused > 0:
        raise typer.Exit(1)


@footage.command("list")
def list_(
    *,
    scene: Annotated[str | None, typer.Option(help="Only those of it.")] = None,
    settings_file: SettingsFile = None,
) -> None:
    """The recordings of the library, the newest first: number, name, kind, state, scene, frames."""
    with closing(open_store(settings_file)) as store:
        before: int | None = None
        while page := store.footage.page(before=before, limit=200, scene=scene):
            for one in page:
                typer.echo(speakable(_line(one)))
            before = page[-1].footage_id


@footage.command("show")
def show(number: Number, settings_file: SettingsFile = None) -> None:
    """All that is known of a recording, and where it lies for ``firewatch replay``."""
    settings = load_settings(settings_file)
    with closing(open_store(settings_file)) as store:
        found = store.footage.get(number)
        truths = store.footage.truths(number)
    draft, result = found.draft, found.result
    said = [
        _line(found),
        f"from        {found.author}, {found.entered_at.isoformat()}",
        f"sha256      {draft.sha256}, {draft.size_bytes} bytes",
        f"conditions  {_words(draft.conditions)}",
        f"rights      {draft.rights.licence or 'nobody says'}; {_allowed(draft.rights)}",
    ]
    if result is not None and result.facts is not None:
        facts = result.facts
        rate = "" if facts.rate_hz is None else f", {facts.rate_hz:.3g} frames a second"
        said += [
            f"frames      {facts.frames} of {facts.width_px} x {facts.height_px}{rate}",
            f"begins      {'nobody knows' if facts.begins_at is None else facts.begins_at}",
            f"lies at     {shelf_of(settings).playable(draft)}",
        ]
        said += [f"damage      {facts.damage}"] if facts.damage else []
    elif result is not None:
        said.append(f"refused     {result.message}")
    for kept in truths:
        truth = kept.truth
        said.append(
            f"truth {kept.version}     {kept.author}, {kept.at.isoformat()}: {len(truth.fires)} "
            f"fires, {len(truth.boxes)} boxes. {kept.note}".rstrip()
        )
    for line in said:
        typer.echo(speakable(line))


@footage.command("truth")
def truth(
    number: Number,
    *,
    out: Annotated[Path | None, typer.Option(help="New file NAME.truth.json.")] = None,
    put: Annotated[Path | None, typer.Option(help="Truth file that is to be in force.")] = None,
    note: Annotated[str, typer.Option(help="In your words, with --put.")] = "",
    settings_file: SettingsFile = None,
) -> None:
    """Write what is true of a recording to a file, or take it from one as a new version."""
    if (out is None) == (put is None):
        raise InputRefused("Say what to do with the truth.", remedy="--out FILE, or --put FILE.")
    with closing(open_store(settings_file)) as store:
        found = store.footage.get(number)
        if out is not None:
            kept = store.footage.truth(number)
            draft = found.draft
            known = TruthFile(
                None if kept is None else kept.truth, draft.conditions, draft.rights, draft.scene
            )
            write_truth(out, known)
            typer.echo(speakable(f"version {found.truth_version}  {out}"))
            return
        read = read_truth(put or Path())
        if read.truth is None:
            raise InputRefused(
                f"{put} does not say what burns.", remedy='Add "fires".', code="truth_file"
            )
        taken = store.footage.put_truth(
            number, read.truth, base=found.truth_version, author=ACTOR, note=note
        )
        typer.echo(f"version {taken.version}")


@footage.command("remove")
def remove(number: Number, settings_file: SettingsFile = None) -> None:
    """Take a recording out of the library and its files from the disk; its truth stays kept."""
    shelf = shelf_of(load_settings(settings_file))
    with closing(open_store(settings_file)) as store:
        remove_footage(store, shelf, FootageRoom(), number, author=ACTOR)
    typer.echo(f"{number} is removed.")


_Found = PictureSequence | VideoSequence | Path


def _recordings(inputs: Sequence[Path]) -> Iterator[_Found | InputRefused]:
    for path in inputs:
        if path.is_dir():
            yield from find_recordings([path], leave_out=path / "-")
        else:
            yield path


@dataclass(frozen=True, slots=True)
class _Stated:
    """What is said of a recording."""

    scene: str
    conditions: Conditions
    rights: Rights

    def or_else(self, said: TruthFile) -> "_Stated":
        """With what a truth file says where nothing was stated."""
        return _Stated(
            self.scene or said.scene,
            self.conditions if self.conditions != Conditions() else said.conditions,
            self.rights if self.rights != Rights() else said.rights,
        )


def _taken(store: Store, shelf: FootageShelf, found: _Found, stated: _Stated) -> Footage:
    path = _path_of(found)
    beside = truth_path(path)
    said = read_truth(beside) if beside.is_file() else TruthFile()
    stated = stated.or_else(said)
    if isinstance(found, PictureSequence):
        with on_disk(), tempfile.TemporaryDirectory(dir=shelf.workplace()) as place:
            packed = Path(place) / "pictures.zip"
            _pack(found, packed, shelf)
            kept = _take(store, shelf, packed, f"{path.name[:100]}.zip", stated)
    else:
        kept = _take(store, shelf, path, path.name, stated)
    if kept.state is FootageState.QUEUED:
        Importer(store, shelf).work(kept)
    if said.truth is not None and kept.truth_version == 0:
        store.footage.put_truth(
            kept.footage_id, said.truth, base=0, author=ACTOR, note=beside.name[:500]
        )
    return store.footage.get(kept.footage_id)


def _take(store: Store, shelf: FootageShelf, path: Path, name: str, stated: _Stated) -> Footage:
    return take_file(
        store,
        shelf,
        path,
        name=name,
        scene=stated.scene,
        author=ACTOR,
        conditions=stated.conditions,
        rights=stated.rights,
    )


def _path_of(found: _Found) -> Path:
    if isinstance(found, PictureSequence):
        return found.pictures[0][1].parent
    return found.path if isinstance(found, VideoSequence) else found


def _pack(sequence: PictureSequence, out: Path, shelf: FootageShelf) -> None:
    paths = [path for _, path in sequence.pictures]
    shelf.check_room(sum(path.stat().st_size for path in paths))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for path in paths:
            archive.writestr(zipfile.ZipInfo(path.name, _SOME_DAY), path.read_bytes())


def _line(one: Footage) -> str:
    facts = None if one.result is None else one.result.facts
    frames = "" if facts is None else f"  {facts.frames} frames"
    draft = one.draft
    return f"{one.footage_id}  {draft.name}  {draft.kind}  {one.state}  {draft.scene}{frames}"


def _words(conditions: Conditions) -> str:
    said = [conditions.light, conditions.mode, conditions.sky, conditions.season]
    words = [str(one) for one in said if one is not None]
    if conditions.range_m is not None:
        words.append(f"{conditions.range_m:g} m")
    return ", ".join(words) or "nobody says"


def _allowed(rights: Rights) -> str:
    return (
        ", ".join(
            word
            for word, is_so in (("training", rights.may_train), ("handing on", rights.may_leave))
            if is_so
        )
        or "nothing but looking"
    )
