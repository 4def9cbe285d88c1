"""Recordings that people have boxed, as a set to train and judge a detector on.

``index.csv``, ``images/`` and ``labels/`` are what :mod:`detector.evaluate.labelled_set` and
``training/`` read; ``data.yaml`` with a list of pictures for each part is for trainers of YOLO, and
``coco_PART.json`` for others. ``provenance.csv`` says of each picture whose it is, under which
licence, from which recording and moment, and its sha256.

Only boxed frames are taken, only of footage that may be trained on, and none in which a region is
ignored: there the label would be silent about what may be smoke. What is left out is told.
"""

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from camera_gateway.pictures import picture_size
from detector.evaluate.footage import Recording
from detector.footage.boxed_frames import BoxedFrame, boxed_frames
from detector.footage.files import write_whole
from detector.footage.labelled import Labelled, LabelledBox
from detector.footage.splits import SHARES, check_shares, split_of
from detector.footage.write_coco import write_coco
from detector.footage.write_yolo import label_lines
from models.errors import InputRefused
from models.footage import Conditions, Rights, Truth
from models.frame import FrameMode

__all__ = ["Exported", "Labelling", "export_for_training"]

_INDEX: Final = ("name", "group", "source", "view", "split")
_PROVENANCE: Final = (
    "name",
    "recording",
    "group",
    "at_s",
    "sha256",
    "licence",
    "owner",
    "labelled_by",
    "may_leave",
)
_DATA_YAML: Final = "path: .\n{parts}names:\n  0: smoke\n  1: flame\n"


@dataclass(frozen=True, slots=True)
class Labelling:
    """A recording and what people know of it.

    Attributes:
        recording: whose frames they are.
        scene: of it; all recordings of a scene land in one part. Empty: a scene of its own.
        truth: with the frames that were boxed.
        rights: what may be done with it.
        conditions: under which it was taken.
        view: ``tower``, ``ground`` or ``drone``.
        labelled_by: who drew the boxes; empty when nobody says.
    """

    recording: Recording
    scene: str
    truth: Truth
    rights: Rights = field(default_factory=Rights)
    conditions: Conditions = field(default_factory=Conditions)
    view: str = "tower"
    labelled_by: str = ""

    @property
    def group(self) -> str:
        """What lands in one part."""
        return self.scene or self.recording.name


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds.

    Attributes:
        pictures: of each part, by its name.
        scenes: of each part, by its name.
        boxes: smoke and flame together.
        left_out: boxed frames that were not taken, by the reason: ``ignored``, ``damaged``,
            ``missing``.
    """

    pictures: Mapping[str, int]
    scenes: Mapping[str, int]
    boxes: int
    left_out: Mapping[str, int]


def export_for_training(
    footage: Iterable[Labelling],
    out: Path,
    *,
    shares: Mapping[str, float] = SHARES,
    draw: str = "",
    on_refused: Callable[[InputRefused], None] = lambda _error: None,
    on_picture: Callable[[int], None] = lambda _done: None,
) -> Exported:
    """Write a set; footage that cannot be taken is told and the rest is written.

    Args:
        footage: recordings with different names.
        out: an empty folder, or one that is not there yet.
        shares: of the parts.
        draw: another word draws the parts anew; to let a set grow, keep it.
        on_refused: is told of each recording that was left out, of what broke off in one, and of a
            part to which no scene fell.
        on_picture: is told how many pictures are written.

    Raises:
        InputRefused: the shares cannot be, ``out`` holds something, or no picture is left.
        StorageFull: the disk takes no more; ``index.csv`` is written last, so that without one
            the folder is no set.
    """
    check_shares(shares)
    _check_empty(out)
    written: list[_Written] = []
    left_out: Counter[str] = Counter()
    names: dict[str, str] = {}
    for one in footage:
        try:
            source = _source_of(one, names)
        except InputRefused as error:
            on_refused(error)
            continue
        split = split_of(one.group, shares, salt=draw)
        for frame in boxed_frames(one.recording, one.truth, left_out, on_refused):
            written.append(_write(out, source, split, frame, one))
            on_picture(len(written))
    if not written:
        raise InputRefused(
            "There is no boxed picture that may be trained on.",
            remedy="Draw boxes, and say in the rights of the footage that it may be trained on.",
            code="nothing_to_export",
        )
    _write_lists(out, written, list(shares))
    for part in shares:
        if all(each.split != part for each in written):
            on_refused(_no_scene(part, len({each.group for each in written})))
    return Exported(
        {part: sum(each.split == part for each in written) for part in shares},
        {part: len({each.group for each in written if each.split == part}) for part in shares},
        sum(len(each.label.boxes) for each in written),
        dict(+left_out),
    )


@dataclass(frozen=True, slots=True)
class _Written:
    """One picture that lies in the folder."""

    label: Labelled
    group: str
    source: str
    view: str
    split: str
    origin: tuple[str, ...]

    @property
    def row(self) -> tuple[str, ...]:
        return (self.label.name, self.group, self.source, self.view, self.split)


def _write(out: Path, source: str, split: str, frame: BoxedFrame, one: Labelling) -> _Written:
    name = f"{source}/{round(frame.at_s * 1000):+010d}"
    write_whole(out / "images" / f"{name}.jpg", frame.jpeg)
    boxes = tuple(
        LabelledBox(box.label, (box.x_min, box.y_min, box.x_max, box.y_max), box.fire)
        for box in frame.boxes
    )
    write_whole(out / "labels" / f"{name}.txt", label_lines(boxes).encode())
    label = Labelled(name, picture_size(frame.jpeg), frame.at_s, boxes)
    group = f"g{hashlib.sha256(one.group.encode('utf-8', 'replace')).hexdigest()[:12]}"
    return _Written(label, group, source, _view(one, boxes), split, _origin(frame, one))


def _write_lists(out: Path, written: list[_Written], parts: list[str]) -> None:
    taken = [part for part in parts if any(each.split == part for each in written)]
    for part in taken:
        mine = [each.label for each in written if each.split == part]
        listed = "".join(f"./images/{label.name}.jpg\n" for label in mine)
        write_whole(out / f"{part}.txt", listed.encode())
        write_coco(
            [replace(label, name=f"{label.name}.jpg") for label in mine], out / f"coco_{part}.json"
        )
    lines = "".join(f"{part}: {part}.txt\n" for part in taken)
    write_whole(out / "data.yaml", _DATA_YAML.format(parts=lines).encode())
    origins = [(each.label.name, *each.origin) for each in written]
    write_whole(out / "provenance.csv", _table(_PROVENANCE, origins))
    write_whole(out / "index.csv", _table(_INDEX, [each.row for each in written]))


def _source_of(one: Labelling, names: dict[str, str]) -> str:
    """The folder of a recording's pictures; unique."""
    name = one.recording.name
    if not one.rights.may_train:
        raise InputRefused(
            f"{name} may not be used for training.",
            remedy="Ask its owner, and then say so in its rights.",
            code="footage_not_for_training",
        )
    if not one.truth.boxed_at_s:
        raise InputRefused(
            f"No frame of {name} is boxed.", remedy="Draw boxes first.", code="nothing_to_export"
        )
    if name in names:
        raise InputRefused(
            f"{name} stands twice.", remedy="Name each recording once.", code="footage_twice"
        )
    plain = _plain(name)
    if plain in names.values():  # of names that differ only in letters that no file takes
        plain = f"{plain}_{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}"
    names[name] = plain
    return plain


def _view(one: Labelling, boxes: tuple[LabelledBox, ...]) -> str:
    """As the index has it; of pictures without fire, which kind of negative they are."""
    mode = one.conditions.mode
    if boxes:
        return "thermal" if mode is FrameMode.THERMAL else one.view
    if mode in {FrameMode.INFRARED, FrameMode.THERMAL}:
        return "neg_ir"
    return "neg_tower" if one.view == "tower" else "neg_forest"


def _origin(frame: BoxedFrame, one: Labelling) -> tuple[str, ...]:
    return (
        _cell(one.recording.name),
        _cell(one.group),
        f"{frame.at_s:.3f}",
        hashlib.sha256(frame.jpeg).hexdigest(),
        _cell(one.rights.licence),
        _cell(one.rights.owner),
        _cell(one.labelled_by),
        "yes" if one.rights.may_leave else "no",
    )


def _cell(text: str) -> str:
    """Words of strangers, so that no spreadsheet takes them for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_")[:80] or "recording"


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8", "replace")


def _no_scene(part: str, scenes: int) -> InputRefused:
    return InputRefused(
        f"None of the {scenes} scenes fell to {part}.",
        remedy="Add scenes, or draw anew with another word.",
        code="split_empty",
    )


def _check_empty(out: Path) -> None:
    try:
        is_taken = out.exists() and (not out.is_dir() or any(out.iterdir()))
    except OSError as error:
        raise InputRefused(
            f"{out} cannot be looked into: {error.strerror}.",
            remedy="Name another folder.",
            code="file_unreadable",
        ) from error
    if is_taken:
        raise InputRefused(
            f"{out} holds something already.",
            remedy="Name an empty folder, or one that is not there yet.",
            code="folder_not_empty",
        )
