"""``firewatch footage``: what a recording is, labels of other tools, sets to train on."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from api.commands.terminal import say, speakable
from detector.evaluate.footage import PictureSequence, VideoSequence, find_recordings
from detector.footage import (
    FootageFacts,
    LabelFormat,
    Labelled,
    Labelling,
    Meaning,
    TruthFile,
    export_for_training,
    frame_times,
    probe,
    read_labels,
    read_truth,
    truth_of,
    truth_path,
    write_truth,
)
from detector.footage.probing import MOST_S
from detector.footage.splits import SHARES
from detector.footage.write_coco import write_coco
from detector.footage.write_yolo import write_yolo
from detector.replay.truths import path_of, scene_of
from models.errors import InputRefused
from models.footage import Truth

__all__ = ["footage", "in_one_line"]

footage = typer.Typer(
    help="Recorded footage: what it is, what is known of it, sets to train on.",
    no_args_is_help=True,
)


class Written(StrEnum):
    """What labels are turned into."""

    TRUTH = "truth"
    COCO = "coco"
    YOLO = "yolo"


@footage.command("probe")
def probe_footage(
    inputs: Annotated[
        list[Path],
        typer.Argument(metavar="PATH", help="Videos, pictures, folders of the pictures of a view."),
    ],
    *,
    as_json: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write what was found there.")
    ] = None,
    most_s: Annotated[
        float, typer.Option(min=1.0, help="Seconds to look at each; then what is known is told.")
    ] = MOST_S,
) -> None:
    """Decode recordings and tell what they really are, beside what their headers say.

    One that cannot be read is named on standard error, the others are looked at, and the exit code
    is 1.
    """
    rows: list[dict[str, Any]] = []
    refused = _Refused()
    for path in inputs:
        try:
            facts = probe(path, most_s=most_s)
        except InputRefused as error:
            refused.tell(error)
            continue
        rows.append({"path": str(path)} | asdict(facts))
        typer.echo(speakable(in_one_line(path, facts)))
    if as_json is not None:
        _write_json(as_json, rows)
    refused.finish()


@footage.command("convert")
def convert(
    labels: Annotated[Path, typer.Argument(help="File of labels, folder or zip of them.")],
    *,
    kind: Annotated[LabelFormat, typer.Option("--from", help="Whose labels they are.")],
    out: Annotated[Path, typer.Option(help="File, or folder for yolo; truth: NAME.truth.json.")],
    to: Annotated[Written, typer.Option(help="What to write.")] = Written.TRUTH,
    recording: Annotated[
        Path | None, typer.Option(help="The video or folder that was labelled; for a truth.")
    ] = None,
    classes: Annotated[
        list[str] | None,
        typer.Option(
            "--class",
            metavar="NAME=MEANING",
            help="What a class is: smoke, flame, ignored or nothing. Repeat it.",
        ),
    ] = None,
    replace: Annotated[bool, typer.Option(help="Write over a truth that is there.")] = False,
) -> None:
    """Turn labels of another tool into the truth about a recording, or into COCO or YOLO.

    A picture with a wrong label is named on standard error, the others are taken, and the exit code
    is 1.
    """
    refused = _Refused()
    found = read_labels(labels, kind, classes=_meanings(classes or []), on_refused=refused.tell)
    if to is Written.TRUTH:
        written = _convert_to_truth(found, recording, out, refused, replace=replace)
    elif to is Written.COCO:
        written = f"{write_coco(found, out)} pictures"
    else:
        written = f"{write_yolo(found, out)} pictures"
    typer.echo(speakable(f"{out}: {written}"))
    refused.finish()


@footage.command("split")
def split(
    inputs: Annotated[
        list[Path],
        typer.Argument(metavar="PATH", help="Recordings with NAME.truth.json beside them."),
    ],
    *,
    out: Annotated[Path, typer.Option(help="Folder for the set; empty or not there yet.")],
    share: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=SHARE", help="A part of the set. [default: train 0.8, val 0.2]"),
    ] = None,
    draw: Annotated[
        str, typer.Option(help="Another word draws the parts anew; keep it while a set grows.")
    ] = "",
    view: Annotated[str, typer.Option(help="tower, ground or drone.")] = "tower",
    labelled_by: Annotated[str, typer.Option(help="Who drew the boxes.")] = "",
) -> None:
    """Write a set for training from boxed recordings; a scene lands in one part only.

    Footage whose rights do not allow training is named on standard error and left out.
    """
    refused = _Refused()
    bar = Progress(
        TextColumn("{task.description} {task.completed}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
    with bar:
        task = bar.add_task("pictures", total=None)
        done = export_for_training(
            _labellings(inputs, out, view, labelled_by, refused),
            out,
            shares=_shares(share or []) or SHARES,
            draw=draw,
            on_refused=refused.tell,
            on_picture=lambda count: bar.update(task, completed=count),
        )
    for part, pictures in done.pictures.items():
        typer.echo(f"{part}: {pictures} pictures of {done.scenes[part]} scenes")
    for why, count in sorted(done.left_out.items()):
        typer.echo(f"{count} boxed frames left out: {why}")
    refused.finish()


def in_one_line(path: Path, facts: FootageFacts) -> str:
    """What a recording is, for a terminal."""
    width, height = facts.size_px
    turned = f", turned by {facts.turned_deg} degrees" if facts.turned_deg > 0 else ""
    words = [f"{facts.kind} {facts.codec or '?'} {width} x {height}{turned}"]
    words.append(f"{facts.frames} frames from {facts.first_s:g} s to {facts.last_s:.3f} s")
    pace = facts.pace
    if pace.fps is not None and pace.longest_gap_s is not None:
        uneven = f", uneven: up to {pace.longest_gap_s:.3f} s apart" if pace.is_variable else ""
        words.append(f"{pace.fps:.4g} a second{uneven}")
    if not facts.claims_are_true:
        words.append(f"its header claims {facts.claims.frames} frames")
    if facts.starts_at is not None:
        words.append(f"begun {facts.starts_at.isoformat()} by its {facts.start_told_by}")
    if facts.damaged > 0:
        words.append(f"{facts.damaged} damaged: {facts.damage}")
    if not facts.is_complete:
        words.append("not looked at to its end")
    return f"{path}: {'; '.join(words)}"


class _Refused:
    """Tells what cannot be taken, and ends with 1 if there was any."""

    def __init__(self) -> None:
        self._count = 0
        self._console = Console(stderr=True)

    def tell(self, error: InputRefused) -> None:
        self._count += 1
        say(f"firewatch: {error}", self._console)

    def finish(self) -> None:
        if self._count > 0:
            raise typer.Exit(1)


def _convert_to_truth(
    found: list[Labelled], recording: Path | None, out: Path, refused: _Refused, *, replace: bool
) -> str:
    if recording is None:
        raise InputRefused(
            "Which recording was labelled is not known.",
            remedy="Name it with --recording.",
            code="no_recording",
        )
    is_there = os.path.exists(out)  # noqa: PTH110  # answers for any path
    if is_there and not replace:
        raise InputRefused(
            f"{out} is there already, and somebody may have corrected it.",
            remedy="Name another file, or give --replace.",
            code="truth_is_there",
        )
    truth = truth_of(found, frame_times(_one_recording(recording)), on_refused=refused.tell)
    earlier = read_truth(out) if is_there else TruthFile()
    write_truth(out, TruthFile(truth, earlier.conditions, earlier.rights, earlier.scene))
    return f"{len(truth.fires)} fires, {len(truth.boxes)} boxes in {len(truth.boxed_at_s)} frames"


def _one_recording(path: Path) -> PictureSequence | VideoSequence:
    found = list(find_recordings([path], leave_out=path))
    for one in found:
        if isinstance(one, InputRefused):
            raise one
        if len(found) == 1:
            return one
    raise InputRefused(
        f"{path} holds {len(found)} recordings.",
        remedy="Name the one that was labelled.",
        code="several_recordings",
    )


def _labellings(
    inputs: Sequence[Path], out: Path, view: str, labelled_by: str, refused: _Refused
) -> Iterator[Labelling]:
    for found in find_recordings(inputs, leave_out=out):
        if isinstance(found, InputRefused):
            refused.tell(found)
            continue
        try:
            known = read_truth(_truth_beside(found))
        except InputRefused as error:
            refused.tell(error)
            continue
        yield Labelling(
            found,
            known.scene or scene_of(found.name),
            known.truth or Truth(),  # which has no boxed frame, and is refused by that
            known.rights,
            known.conditions,
            view,
            labelled_by,
        )


def _truth_beside(recording: PictureSequence | VideoSequence) -> Path:
    """Its file: beside the folder or video, or, of one view of several, under its own name."""
    path = path_of(recording)
    own = path.with_name(f"{recording.name.rsplit('/', 1)[-1]}.truth.json")
    return own if own.is_file() else truth_path(path)


def _meanings(pairs: Sequence[str]) -> dict[str, Meaning]:
    meanings: dict[str, Meaning] = {}
    for pair in pairs:
        name, mark, word = pair.rpartition("=")
        if not mark or not name or word not in set(Meaning):
            raise InputRefused(
                f"--class {pair}: not NAME=MEANING.",
                remedy=f"A meaning is {', '.join(Meaning)}.",
                code="class_meaning",
            )
        meanings[name] = Meaning(word)
    return meanings


def _shares(pairs: Sequence[str]) -> dict[str, float]:
    shares: dict[str, float] = {}
    for pair in pairs:
        name, _, number = pair.partition("=")
        try:
            shares[name] = float(number)
        except ValueError:
            raise InputRefused(
                f"--share {pair}: not NAME=SHARE.",
                remedy="Such as --share train=0.8 --share val=0.2.",
                code="split_shares",
            ) from None
    return shares


def _write_json(path: Path, rows: list[dict[str, Any]]) -> None:
    def as_text(value: object) -> str:
        return value.isoformat() if isinstance(value, datetime) else str(value)

    try:
        path.write_text(json.dumps(rows, indent=1, default=as_text), encoding="utf-8")
    except OSError as error:
        raise InputRefused(
            f"{path} cannot be written: {error.strerror}.", remedy="Name another file."
        ) from error
