"""``firewatch evaluate``: how good is a detector, on labelled pictures."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.commands.detect import open_card
from detector.core import Detector, Device
from detector.evaluate.images import evaluate_images
from detector.evaluate.report import in_words
from models.config import Settings

__all__ = ["evaluate"]

evaluate = typer.Typer(help="How good is a detector.", no_args_is_help=True)


@evaluate.callback()
def about() -> None:
    """How good is a detector, on labelled pictures."""


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
    detector = Detector.open(
        card, device=device, width_px=width_px if width_px > 0 else card.operating.width_px
    )
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
