"""Labels that people drew with other tools, as a new version of a recording's truth."""

import tempfile
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from starlette.concurrency import run_in_threadpool

from api.context import Context
from api.footage.service import shelf_of
from api.footage.shelf import FootageShelf, FrameIndex, on_disk
from detector.footage import FrameTimes, LabelFormat, Meaning, read_labels, truth_of
from models.errors import InputRefused
from models.footage_library import KeptTruth
from models.store import Store

__all__ = ["Taken", "classes_of", "receive_labels", "take_labels"]

MOST_TOLD: Final = 50
_ENDINGS: Final = {
    LabelFormat.COCO: ".json",
    LabelFormat.VOC: ".xml",
    LabelFormat.FURG: ".xml",
    LabelFormat.CVAT: ".xml",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a file of labels.

    Attributes:
        kept: the new version.
        refused: labels that could not be taken, the first 50.
        refused_count: of all of them.
    """

    kept: KeptTruth
    refused: tuple[InputRefused, ...]
    refused_count: int


async def receive_labels(
    context: Context,
    footage_id: int,
    name: str,
    body: AsyncIterable[bytes],
    kind: LabelFormat,
    *,
    classes: Mapping[str, Meaning],
    base: int,
    author: str,
    note: str,
) -> Taken:
    """Take a file of labels in; see :func:`take_labels`."""
    shelf = shelf_of(context.settings)
    with (
        context.footage.receiving(),
        on_disk(),
        tempfile.TemporaryDirectory(dir=shelf.workplace()) as place,
    ):
        path = Path(place) / f"labels{_ending(name) or _ENDINGS.get(kind, '')}"
        with path.open("wb") as file:
            async for chunk in body:
                await run_in_threadpool(file.write, chunk)
        return await run_in_threadpool(
            lambda: take_labels(
                context.store,
                shelf,
                footage_id,
                path,
                kind,
                name=name,
                classes=classes,
                base=base,
                author=author,
                note=note,
            )
        )


def take_labels(
    store: Store,
    shelf: FootageShelf,
    footage_id: int,
    path: Path,
    kind: LabelFormat,
    *,
    name: str,
    classes: Mapping[str, Meaning],
    base: int,
    author: str,
    note: str,
) -> Taken:
    """Read labels and say that they are the truth of a recording; what was said before stays kept.

    Args:
        store: of the watch.
        shelf: where the recording lies.
        footage_id: of it.
        path: of the labels: a file, a folder or a zip of them.
        kind: which tool wrote them.
        name: of the file, for messages.
        classes: what names of classes mean.
        base: version of the truth that was read; 0 for none.
        author: who hands them in.
        note: in their words.

    Raises:
        NotFound: no such recording, or its files are gone.
        InputRefused: nothing of the file can be taken.
        Conflict: somebody said something since; code ``truth_changed``.
    """
    footage = store.footage.get(footage_id)
    index = shelf.index(footage.draft)
    refused: list[InputRefused] = []
    try:
        labels = read_labels(path, kind, classes=classes, on_refused=refused.append)
        truth = truth_of(labels, _times(index), on_refused=refused.append)
    except InputRefused as error:
        # Where nothing is left, why the first one was refused says more than that none is left.
        why = refused[0] if refused and error.code == "no_labels" else error
        raise _named(why, path, name) from error
    kept = store.footage.put_truth(
        footage_id, truth, base=base, author=author, note=note or f"{kind}: {name}"[:500]
    )
    told = tuple(_named(error, path, name) for error in refused[:MOST_TOLD])
    return Taken(kept, told, len(refused))


def classes_of(said: str) -> dict[str, Meaning]:
    """What names of classes mean, of ``smog=smoke,cloud=nothing``.

    Raises:
        InputRefused: it is not written so; code ``label_classes``.
    """
    found: dict[str, Meaning] = {}
    for part in said.split(",") if said.strip() else ():
        name, sign, meaning = part.rpartition("=")
        if not sign or not name.strip() or meaning.strip() not in set(Meaning):
            raise InputRefused(
                f"{part.strip()[:80]!r} does not say what a class means.",
                remedy=f"Write name=meaning, with {', '.join(Meaning)}.",
                code="label_classes",
            )
        found[name.strip()] = Meaning(meaning.strip())
    return found


def _times(index: FrameIndex) -> FrameTimes:
    stems = {PurePosixPath(name).stem: place for place, name in enumerate(index.names)}
    return FrameTimes(tuple(float(at_s) for at_s in index.at_s), stems)


def _named(error: InputRefused, path: Path, name: str) -> InputRefused:
    told = error.message.replace(f"{path}", name).replace(f"{path.parent}/", "")
    return InputRefused(told, remedy=error.remedy, code=error.code)


def _ending(name: str) -> str:
    ending = PurePosixPath(name).suffix.lower()
    return ending if ending[1:].isalnum() and len(ending) <= 6 and ending.isascii() else ""
