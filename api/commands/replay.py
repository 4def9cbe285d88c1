"""``firewatch replay``: play recorded footage through the watch, and say how good it was."""

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from api.commands.held import end_with_input
from api.commands.replay_lines import ProgressLines
from api.commands.terminal import say, speakable
from detector.replay.conducting import RunListener, Wish, conduct
from detector.replay.run_file import MOST_WORKERS, read_run
from models.errors import InputRefused, WatchError
from models.replay import Played

__all__ = ["in_words", "replay"]

INTERRUPTED = 130
"""As a shell says it of a command that Ctrl-C ended."""


def replay(
    run: Annotated[Path, typer.Argument(metavar="RUN.toml", help="What is played, and by what.")],
    *,
    out: Annotated[
        Path, typer.Option(help="Folder for result.json, report.html, figures.csv and the parts.")
    ],
    workers: Annotated[
        int,
        typer.Option(
            min=0, max=MOST_WORKERS, help="Processes; 0 for the run's own, else one a core."
        ),
    ] = 0,
    rate: Annotated[
        float,
        typer.Option(min=0.0, help="At most so many times as fast as life; 0 for the run's own."),
    ] = 0.0,
    fresh: Annotated[bool, typer.Option("--fresh", help="Play again what is finished.")] = False,
    progress: Annotated[
        bool,
        typer.Option(
            "--progress",
            help="Tell how it goes as lines of JSON; it ends when standard input closes.",
        ),
    ] = False,
) -> None:
    """Play footage through the watch: what does it find, how soon, how often for nothing.

    A run that was interrupted goes on where it stopped. What cannot be judged is named on standard
    error, the rest is, and the exit code is 1.
    """
    if not math.isfinite(rate):
        raise typer.BadParameter(f"--rate must be a finite number, not {rate}.")
    wish = Wish(workers=workers, rate=rate, fresh=fresh)
    if progress:
        _in_lines(run, out, wish)
        return
    refused: list[str] = []
    with _progress() as (bar, listener):

        def refuse(name: str, error: InputRefused) -> None:
            refused.append(name)
            say(f"firewatch: {name}: {error}", bar.console)

        try:
            conduct(
                read_run(run),
                out,
                wish,
                listener(refuse),
            )
        except WatchError as error:
            say(f"firewatch: {error}", bar.console)
            raise typer.Exit(1) from error
        except KeyboardInterrupt as error:
            say("firewatch: interrupted; the same command goes on from here.", bar.console)
            raise typer.Exit(INTERRUPTED) from error
    if refused:
        raise typer.Exit(1)


def _in_lines(run: Path, out: Path, wish: Wish) -> None:
    """For another program; see :mod:`api.commands.replay_lines`."""
    lines = ProgressLines(lambda line: print(line, flush=True))  # noqa: T201  # its output
    end_with_input()
    try:
        conduct(read_run(run), out, wish, lines.listener)
    except WatchError as error:
        lines.failed(error)
        raise typer.Exit(1) from error
    except KeyboardInterrupt as error:
        raise typer.Exit(INTERRUPTED) from error
    lines.done()


class _RateColumn(ProgressColumn):
    """Frames a second."""

    def render(self, task: Task) -> Text:
        return Text("" if task.speed is None else f"{task.speed:.1f} frames/s")


@contextmanager
def _progress() -> Iterator[
    tuple[Progress, Callable[[Callable[[str, InputRefused], None]], RunListener]]
]:
    """A bar on a terminal, silence elsewhere; with what makes a listener of it."""
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed} of {task.fields[all]} frames", markup=False),
        _RateColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
    with bar:
        task = bar.add_task("planning", total=None, all="?")

        def planned(count: int, kept: int, frames: int | None) -> None:
            told = f"{count} recordings" + (f", {kept} finished before" if kept > 0 else "")
            bar.update(task, description=told, total=frames, all="?" if frames is None else frames)

        def finished(played: Played) -> None:
            typer.echo(speakable(in_words(played)))

        yield (
            bar,
            lambda refuse: RunListener(
                on_planned=planned,
                on_frames=lambda frames: bar.update(task, completed=frames),
                on_refused=refuse,
                on_finished=finished,
            ),
        )


def in_words(played: Played) -> str:
    """What came of a recording, in one line."""
    looked_at = sum(not frame.refused for frame in played.frames)
    alerts = [f"{alert.label.word} at {alert.at_s:+g} s" for alert in played.alerts]
    line = f"{played.name}: {looked_at} frames, "
    line += f"alerts: {', '.join(alerts)}" if alerts else "no alert"
    refused = len(played.frames) - looked_at
    return line + (f", {refused} frames refused" if refused > 0 else "")
