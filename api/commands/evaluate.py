"""``firewatch evaluate``: how good is a detector on pictures, and the watch on sequences."""

import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from api.commands.detect import open_card
from api.commands.terminal import say, speakable
from detector.attention import AttentiveScorer
from detector.core import Detector, Device
from detector.evaluate.events import EVENTS_FILE, FireEvent, read_events
from detector.evaluate.footage import Sampling
from detector.evaluate.images import evaluate_images
from detector.evaluate.recorded_scorer import RecordedScorer
from detector.evaluate.report import in_words
from detector.evaluate.sequences import Listener, evaluate_sequences
from models.config import Settings, load_settings
from models.errors import InputRefused, WatchError

__all__ = ["evaluate", "events_beside", "in_one_line"]

evaluate = typer.Typer(help="How good are the detector and the watch.", no_args_is_help=True)


@evaluate.callback()
def about() -> None:
    """How good is a detector on labelled pictures, and the watch on recorded sequences."""


@evaluate.command("images")
def images(
    *,
    data: Annotated[Path, typer.Option(help="Folder with index.csv, images and labels.")],
    split: Annotated[str, typer.Option(help="Which part of the index.")],
    out: Annotated[Path, typer.Option(help="Folder for metrics.json and detections.json.")],
    model: Annotated[
        str, typer.Option(metavar="CARD", help="Name of a model card, or its TOML file.")
    ] = Settings().model_card,
    device: Annotated[Device, typer.Option(help="Where the network runs.")] = "auto",
    width_px: Annotated[
        int, typer.Option(min=0, help="Longer side of the network's input; 0 for the card's own.")
    ] = 0,
) -> None:
    """Score one split: per view and per kind of negative, with counts and intervals."""
    card = open_card(model)
    detector = Detector.open(card, device=device, width_px=width_px if width_px > 0 else None)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
    with bar:
        task = bar.add_task("pictures", total=None)
        figures = evaluate_images(
            detector,
            data,
            split,
            out,
            on_progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    for row in figures["measures"]:
        typer.echo(in_words(row))
    for row in figures["negatives"]:
        typer.echo(
            "{view} {source}: {false_boxes} false boxes on {pictures} pictures at the budget's "
            "score".format(**row)
        )


@evaluate.command("sequences")
def sequences(
    inputs: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR",
            help="Folders of pictures with capture times in their names, videos, folders of them.",
        ),
    ],
    *,
    out: Annotated[Path, typer.Option(help="Folder for sequences.json.")],
    model: Annotated[
        str,
        typer.Option(metavar="CARD", help="Name of a model card, or its TOML file."),
    ] = "",
    settings: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Settings of the decision, TOML.")
    ] = None,
    events: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="When each fire is first seen and clear, CSV; else events.csv in or beside DIR.",
        ),
    ] = None,
    every: Annotated[int, typer.Option(min=1, help="Look at each so manieth frame.")] = 1,
    fps: Annotated[
        float, typer.Option(min=0.0, help="At most so many frames a second; 0 for all.")
    ] = 0.0,
    video_s: Annotated[
        float,
        typer.Option(
            min=0.0, help="Play videos for so many seconds, short ones in a circle; 0: once."
        ),
    ] = 0.0,
    cache: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep detections here and take them from here."),
    ] = None,
    device: Annotated[Device, typer.Option(help="Where the network runs.")] = "auto",
) -> None:
    """Play recordings through the watch: when does it alert, and why.

    Writes OUT/sequences.json. What cannot be judged is named on standard error, the rest is, and
    the exit code is 1.
    """
    for name, value in (("--fps", fps), ("--video-s", video_s)):
        if not math.isfinite(value):
            raise typer.BadParameter(f"{name} must be a finite number, not {value}.")
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        TextColumn("{task.completed} frames"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
    refused: list[InputRefused] = []

    def refuse(error: InputRefused) -> None:
        refused.append(error)
        say(f"firewatch: {error}", bar.console)

    try:
        chosen = load_settings(settings)
        if model:
            chosen = chosen.model_copy(update={"model_card": model})
        fires = events_beside(inputs) if events is None else read_events(events)
        scorer = AttentiveScorer.open(
            open_card(chosen.model_card),
            chosen.attention,
            device=device,
            threads=chosen.inference_threads,
        )
        kept = None if cache is None else RecordedScorer(scorer, cache, chosen.attention)
        with bar:
            task = bar.add_task("starting", total=None)
            evaluate_sequences(
                kept or scorer,
                inputs,
                out,
                chosen,
                sampling=Sampling(every, fps or None, video_s or None),
                events=fires,
                listener=Listener(
                    on_frame=lambda name, done: bar.update(
                        task, description=name[-40:], completed=done
                    ),
                    on_refused=refuse,
                    on_done=lambda row: typer.echo(speakable(in_one_line(row))),
                ),
            )
    except WatchError as error:
        say(f"firewatch: {error}", bar.console)
        raise typer.Exit(1) from error
    if refused:
        raise typer.Exit(1)


def events_beside(inputs: Sequence[Path]) -> Mapping[str, FireEvent]:
    """The fires of every ``events.csv`` that lies in a named folder or beside it.

    Raises:
        InputRefused: one of them cannot be trusted.
    """
    events: dict[str, FireEvent] = {}
    files = [folder / EVENTS_FILE for path in inputs for folder in (path.resolve().parent, path)]
    for file in files:
        if file.is_file():
            events |= read_events(file)
    return events


def in_one_line(row: Mapping[str, Any]) -> str:
    """What came of a sequence, for a terminal."""
    alerts = [f"{alert['category']} at {alert['at_s']:+g} s" for alert in row["alerts"]]
    line = f"{row['sequence']}: {row['looked_at']} frames, "
    line += f"alerts: {', '.join(alerts)}" if alerts else "no alert"
    if row["damaged"] > 0:
        line += f", {row['damaged']} damaged"
    fire = row.get("fire")
    if fire is None:
        return line
    if fire["alert_at_s"] is None:
        line += "; the fire was missed"
    else:
        line += (
            f"; {fire['from_first_visible']['frames']} frames after it is first visible, "
            f"{fire['from_clear']['frames']} after it is clear"
        )
    return line + f"; {fire['false_alarms']} false alarms before ignition"
