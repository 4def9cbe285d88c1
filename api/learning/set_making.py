"""Pictures of judged alerts as they may leave, with their truth, written as a set to train on."""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from api.footage.exporting import CHECKED_EVERY
from api.footage.shelf import FootageShelf
from api.learning.sorting import Picture, View
from camera_gateway.masks import MaskBook, painted
from camera_gateway.vault import EvidenceVault
from detector.evaluate.footage import PictureSequence
from detector.footage import Exported, Labelling, export_for_training
from models.errors import FrameCorrupt, InputRefused, NotFound
from models.footage import Rights, TrueFire, Truth
from models.mask import ViewMask

__all__ = ["SetMaker"]

LABELLED_BY: Final = "verdict"
"""Who drew the boxes of a set: the detector did, and a person said what it is."""


class SetMaker:
    """Writes a set of views: pictures as they may leave, with their truth."""

    def __init__(
        self,
        vault: EvidenceVault,
        shelf: FootageShelf,
        book: MaskBook,
        place: Path,
        left_out: Counter[str],
    ) -> None:
        self._vault = vault
        self._shelf = shelf
        self._book = book
        self._place = place
        self._left_out = left_out
        self._done = 0

    def write(
        self,
        views: Iterable[View],
        out: Path,
        rights: Rights,
        val_share: float,
        notes: list[str],
    ) -> Exported | None:
        """Write the set; None when no picture is left for it."""
        labellings = [
            labelling for view in views if (labelling := self._labelling(view, rights)) is not None
        ]
        if not labellings:
            return None
        made = export_for_training(
            labellings,
            out,
            shares={"train": 1.0 - val_share, "val": val_share},
            on_refused=lambda error: notes.append(f"{out.name}: {error}"),
            on_picture=self._check,
        )
        self._left_out.update(made.left_out)
        return made

    def rows(self, views: Iterable[View], out: Path, part: str) -> list[dict[str, Any]]:
        """The pictures that were written, with their alerts."""
        with (out / "index.csv").open(encoding="utf-8", newline="") as file:
            splits = {row["name"]: row["split"] for row in csv.DictReader(file)}
        with (out / "provenance.csv").open(encoding="utf-8", newline="") as file:
            written = {(row["recording"], row["at_s"]): row for row in csv.DictReader(file)}
        found = []
        for view in views:
            for at_s, picture in _timed(view):
                row = written.get((view.name, f"{at_s:.3f}"))
                if row is not None:
                    found.append(
                        {
                            "alert_ids": picture.alert_ids,
                            "name": f"{part}/images/{row['name']}.jpg",
                            "split": splits[row["name"]],
                            "sha256": row["sha256"],
                            "stored_sha256": picture.kept.sha256,
                            "captured_at": picture.kept.captured_at.isoformat(),
                        }
                    )
        return found

    def _labelling(self, view: View, rights: Rights) -> Labelling | None:
        paths = dict[datetime, Path]()
        for captured_at, picture in sorted(view.pictures.items()):
            path = self._path_of(view, picture)
            if path is None:
                del view.pictures[captured_at]
            else:
                paths[captured_at] = path
        if not paths:
            return None
        timed = _timed(view)
        fires = {
            box.fire: TrueFire(box.fire, at_s)
            for at_s, picture in reversed(timed)
            for box in picture.boxes
        }
        truth = Truth(
            tuple(fires.values()),
            tuple(replace(box, at_s=at_s) for at_s, picture in timed for box in picture.boxes),
            tuple(at_s for at_s, _ in timed),
        )
        sequence = PictureSequence(view.name, tuple(sorted(paths.items())))
        return Labelling(sequence, view.camera_id, truth, rights, labelled_by=LABELLED_BY)

    def _path_of(self, view: View, picture: Picture) -> Path | None:
        """Where the picture lies as it may leave; None, and counted, when it may not or is gone."""
        kept = picture.kept
        try:
            path = self._vault.path(kept.key)
            data = path.read_bytes()
        except (NotFound, InputRefused, OSError):
            self._left_out["missing"] += 1
            return None
        if hashlib.sha256(data).hexdigest() != kept.sha256:
            self._left_out["changed"] += 1
            return None
        masks = self._book.private(view.camera_id, view.preset, picture.fov_deg, kept.captured_at)
        if not masks:
            return path
        if any(_is_hidden(picture, mask) for mask in masks):
            self._left_out["hidden"] += 1
            return None
        try:
            clean = painted(data, masks, view.camera_id)
        except (FrameCorrupt, ValueError):
            self._left_out["damaged"] += 1
            return None
        self._check(self._done)
        self._done += 1
        self._place.mkdir(exist_ok=True)
        new = self._place / f"painted{self._done:06d}.jpg"
        new.write_bytes(clean)
        return new

    def _check(self, done: int) -> None:
        if done % CHECKED_EVERY == 0:
            self._shelf.check_room(0)


def _timed(view: View) -> list[tuple[float, Picture]]:
    """Pictures with their seconds from the first one, as a sequence of them counts."""
    pictures = sorted(view.pictures.items())
    return [((at - pictures[0][0]).total_seconds(), picture) for at, picture in pictures]


def _is_hidden(picture: Picture, mask: ViewMask) -> bool:
    """Whether the middle or the foot of a box lies under a mask: then its label lies."""
    return any(
        mask.covers((box.x_min + box.x_max) / 2.0, y)
        for box in picture.boxes
        for y in ((box.y_min + box.y_max) / 2.0, box.y_max)
    )
