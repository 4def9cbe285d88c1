"""What people have boxed, as a set to train a detector on: one zip with splits by scene."""

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from api.footage.importing import recording_of
from api.footage.shelf import FootageShelf, on_disk
from detector.footage import Exported, Labelling, export_for_training
from models.errors import InputRefused, NotFound
from models.footage import FootageKind
from models.footage_library import Footage, FootageState
from models.store import Store

__all__ = ["CHECKED_EVERY", "MOST_PICTURES", "export_zip", "pack"]

MOST_PICTURES: Final = 50_000
CHECKED_EVERY: Final = 50
_PAGE: Final = 200


def export_zip(
    store: Store,
    shelf: FootageShelf,
    out: Path,
    *,
    numbers: Collection[int] | None,
    val_share: float,
    author: str,
) -> Exported:
    """Write the set; only footage that may be trained on is in it, and it is written down.

    Args:
        store: of the watch.
        shelf: where the recordings lie.
        out: of the new zip.
        numbers: of recordings; None for all.
        val_share: of the scenes that judge, above 0 and below 1.
        author: who wants it.

    Raises:
        NotFound: a recording that was named is not there; code ``no_such_footage``.
        InputRefused: nothing that may be trained on was boxed (``nothing_to_export``), or more
            than fits (``export_size``).
        StorageFull: the disk does not take it; code ``footage_disk``.
    """
    chosen = _chosen(store, numbers)

    def check(done: int) -> None:
        if done > MOST_PICTURES:
            raise _too_much()
        if done % CHECKED_EVERY == 0:
            shelf.check_room(0)

    boxed = 0
    for one in chosen:
        kept = store.footage.truth(one.footage_id)
        boxed += 0 if kept is None else len(kept.truth.boxed_at_s)
    if boxed > MOST_PICTURES:
        raise _too_much()
    with on_disk(), tempfile.TemporaryDirectory(dir=shelf.workplace()) as place:
        folder = Path(place) / "set"
        exported = export_for_training(
            _labellings(store, shelf, chosen),
            folder,
            shares={"train": 1.0 - val_share, "val": val_share},
            on_picture=check,
        )
        pack(folder, out, check=lambda: shelf.check_room(0))
    pictures = sum(exported.pictures.values())
    store.audit.record(
        actor=author,
        action="footage.exported",
        subject="library",
        details={"files": pictures, "count": exported.boxes},
    )
    return exported


def _chosen(store: Store, numbers: Collection[int] | None) -> list[Footage]:
    if numbers is not None:
        return [store.footage.get(number) for number in sorted(set(numbers))]
    found: list[Footage] = []
    before: int | None = None
    while page := store.footage.page(before=before, limit=_PAGE, state=FootageState.READY):
        found += page
        before = page[-1].footage_id
    return found[::-1]


def _labellings(
    store: Store, shelf: FootageShelf, chosen: Collection[Footage]
) -> Iterator[Labelling]:
    for one in chosen:
        kept = store.footage.truth(one.footage_id)
        if kept is None or not kept.truth.boxed_at_s or not one.draft.rights.may_train:
            continue
        try:
            recording = recording_of(shelf, one.draft)
        except (InputRefused, NotFound):
            continue  # its files are gone; the others are exported
        named = replace(recording, name=f"{one.footage_id}-{one.draft.name}")
        yield Labelling(
            named,
            one.draft.scene or named.name,
            kept.truth,
            one.draft.rights,
            one.draft.conditions,
            view="drone" if one.draft.kind is FootageKind.DRONE else "tower",
            labelled_by=kept.author,
        )


def pack(folder: Path, out: Path, *, check: Callable[[], None]) -> None:
    """Pack a folder into one zip; a file that is in it goes, so that no picture is there twice.

    Args:
        folder: it is gone afterwards.
        out: of the zip.
        check: called now and then; refuses when the disk fills.
    """
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for number, path in enumerate(sorted(folder.rglob("*"))):
            if not path.is_file():
                continue
            if number % CHECKED_EVERY == 0:
                check()
            archive.write(path, path.relative_to(folder).as_posix())
            path.unlink()
    shutil.rmtree(folder, ignore_errors=True)


def _too_much() -> InputRefused:
    return InputRefused(
        f"More than {MOST_PICTURES} pictures are boxed.",
        remedy="Name the footage that is to be exported.",
        code="export_size",
    )
