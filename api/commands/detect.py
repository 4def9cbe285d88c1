"""``firewatch detect``: look for smoke and flame in pictures and videos."""

import math
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from api.commands.terminal import say
from detector.core import Detector, Device
from detector.files import FileProgress, detect_files
from models.config import Settings
from models.errors import FrameCorrupt, InputRefused, WatchError
from models.zoo import ModelCard, load_card, read_card

__all__ = ["detect", "open_card"]


def detect(
    inputs: Annotated[
        list[Path],
        typer.Argument(metavar="IMAGE_OR_VIDEO", help="Pictures, videos, folders of them."),
    ],
    *,
    out: Annotated[
        Path,
        typer.Option(
            help="Folder for detections.json and the annotated pictures: new, empty, or "
            "of an earlier run."
        ),
    ],
    model: Annotated[
        str, typer.Option(metavar="CARD", help="Name of a model card, or its TOML file.")
    ] = Settings().model_card,
    floor: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Leave out detections below this score.")
    ] = 0.1,
    every_s: Annotated[
        float,
        typer.Option(min=0.0, help="Seconds between two frames of a video; 0 takes every frame."),
    ] = 1.0,
    device: Annotated[Device, typer.Option(help="Where the network runs.")] = "auto",
    width_px: Annotated[
        int,
        typer.Option(min=0, help="Longer side of the network's input; 0 for the card's own."),
    ] = 0,
) -> None:
    """Look for smoke and flame in pictures and videos.

    Writes OUT/detections.json and annotated pictures. A file that cannot be read is named on
    standard error, the others are done, and the exit code is 1.
    """
    for name, value in (("--floor", floor), ("--every-s", every_s)):
        if not math.isfinite(value):
            raise typer.BadParameter(f"{name} must be a finite number, not {value}.")
    console = Console(stderr=True)
    on_terminal = sys.stderr.isatty()
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not on_terminal,
        transient=True,
    )

    def refused(error: InputRefused | FrameCorrupt) -> None:
        say(f"firewatch: {error}", console)

    try:
        card = open_card(model)
        detector = Detector.open(
            card, device=device, width_px=width_px if width_px > 0 else card.operating.width_px
        )
        with bar:
            task = bar.add_task("starting", total=None)

            def progressed(progress: FileProgress) -> None:
                at = f" {progress.time_s:.0f} s" if progress.time_s > 0.0 else ""
                bar.update(
                    task,
                    total=progress.total,
                    completed=progress.done,
                    description=f"{progress.name[-40:]}{at}",
                )

            summary = detect_files(
                detector,
                inputs,
                out,
                floor_score=floor,
                every_s=every_s,
                on_progress=progressed,
                on_refused=refused,
            )
    except WatchError as error:
        say(f"firewatch: {error}", console)
        raise typer.Exit(1) from error
    if on_terminal:
        say(
            f"{summary.detections} detections in {summary.pictures} pictures of {summary.files} "
            f"files, {detector.provider}; see {out / 'detections.json'}",
            console,
        )
    if summary.refused > 0:
        raise typer.Exit(1)


def open_card(model: str) -> ModelCard:
    """The card of that name, or in that TOML file."""
    return read_card(Path(model)) if model.endswith(".toml") else load_card(model)
