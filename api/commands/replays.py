"""``firewatch replays``: what the watch is asked to play, from the machine itself."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from api.commands.terminal import speakable
from api.commands.user import ACTOR, SettingsFile, open_store
from api.replays.service import Wanted, ask, shelf_of
from api.replays.service import remove as remove_replay
from models.config import load_settings
from models.errors import InputRefused
from models.replay_run import ReplayHeadline, ReplayRun
from models.store import Store

__all__ = ["replays"]

replays = typer.Typer(
    help="Replays of the watch: ask, follow, cancel, remove. The watch plays them.",
    no_args_is_help=True,
)

Number = Annotated[int, typer.Argument(min=1, help="Of the replay.")]


@replays.command("list")
def list_replays(
    *,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 30,
    settings_file: SettingsFile = None,
) -> None:
    """The newest first, a line each."""
    with closing(open_store(settings_file)) as store:
        for run in store.replays.page(limit=limit):
            typer.echo(speakable(_line(run)))


@replays.command("show")
def show(number: Number, settings_file: SettingsFile = None) -> None:
    """All of one: what is played, how far it is, what came of it, where its files lie."""
    settings = load_settings(settings_file)
    with closing(open_store(settings_file)) as store:
        run = store.replays.get(number)
    draft = run.draft
    weights = draft.model if run.model is None else f"{run.model.name} {run.model.version}"
    said = [
        _line(run),
        f"asked       {run.author}, {run.asked_at.isoformat()}",
        f"model       {weights}",
        f"frames      one in {draft.every}"
        + ("" if draft.fps is None else f", at most {draft.fps:g} a second"),
        f"drill       {draft.drill_fires} fires of seed {draft.drill_seed}",
    ]
    if draft.gate_id is not None:
        said.append(f"frozen set  {draft.gate_id}")
    said += [
        f"footage     {one.footage_id}  {one.name}  truth {one.truth_version or 'unknown'}"
        for one in draft.footage
    ]
    if run.headline is not None:
        said += [
            f"came of it  {_headline(run.headline)}",
            f"lies at     {shelf_of(settings).folder_of(number)}",
        ]
    if run.code:
        said.append(f"refused     {run.code}: {run.message} {run.remedy}".rstrip())
    for line in said:
        typer.echo(speakable(line))


@replays.command("start")
def start(
    name: Annotated[str, typer.Argument(help="What it is called.")],
    *,
    footage: Annotated[
        list[int], typer.Option("--footage", min=1, help="Recording of the library; repeat.")
    ] = [],  # noqa: B006  # typer reads it, nobody writes it
    all_labelled: Annotated[
        bool, typer.Option("--all-labelled", help="Every recording of which the truth is known.")
    ] = False,
    drill: Annotated[int, typer.Option(min=0, max=1000, help="Fires of the drill scene.")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Of everything drawn for them.")] = 0,
    model: Annotated[
        str, typer.Option(help="Name of a card; the one of the settings when left out.")
    ] = "",
    every: Annotated[int, typer.Option(min=1, help="Each so manieth frame.")] = 1,
    fps: Annotated[float, typer.Option(min=0.0, help="At most so many a second; 0 for all.")] = 0.0,
    frozen_set: Annotated[
        int, typer.Option("--set", min=0, help="Number of a frozen set; 0 for none.")
    ] = 0,
    settings_file: SettingsFile = None,
) -> None:
    """Have the watch play footage in its turn; it needs to run for that."""
    settings = load_settings(settings_file)
    with closing(open_store(settings_file)) as store:
        chosen = _labelled(store) if all_labelled else footage
        wanted = Wanted(
            name,
            chosen,
            drill,
            seed,
            model,
            every,
            fps if fps > 0.0 else None,
            frozen_set if frozen_set > 0 else None,
        )
        run = ask(store, settings, wanted, in_force=_in_force(store, settings_file), author=ACTOR)
    typer.echo(speakable(_line(run)))


@replays.command("cancel")
def cancel(number: Number, settings_file: SettingsFile = None) -> None:
    """Play it no further; what is finished of it is kept."""
    with closing(open_store(settings_file)) as store:
        typer.echo(speakable(_line(store.replays.cancel(number, author=ACTOR))))


@replays.command("resume")
def resume(number: Number, settings_file: SettingsFile = None) -> None:
    """Have one that was refused or cancelled go on."""
    with closing(open_store(settings_file)) as store:
        typer.echo(speakable(_line(store.replays.resume(number, author=ACTOR))))


@replays.command("remove")
def remove(number: Number, settings_file: SettingsFile = None) -> None:
    """Take it out of the list, and its files from the disk."""
    shelf = shelf_of(load_settings(settings_file))
    with closing(open_store(settings_file)) as store:
        remove_replay(store, shelf, number, author=ACTOR)
    typer.echo(f"{number} is removed.")


def _in_force(store: Store, settings_file: Path | None) -> str:
    """The model that the watch runs with: the newest activation's, else the settings'."""
    newest = store.releases.activations(limit=1)
    return newest[0].model.name if newest else load_settings(settings_file).model_card


def _labelled(store: Store) -> list[int]:
    found: list[int] = []
    before: int | None = None
    while page := store.footage.page(before=before, limit=200):
        found += [one.footage_id for one in page if one.truth_version > 0]
        before = page[-1].footage_id
    if not found:
        raise InputRefused(
            "Of no recording in the library the truth is known.",
            remedy="Label some first, or name recordings with --footage.",
            code="replay_empty",
        )
    return sorted(found)


def _line(run: ReplayRun) -> str:
    progress, draft = run.progress, run.draft
    told = f"{run.run_id}  {draft.name}  {run.state}"
    if run.headline is not None:
        return f"{told}  {_headline(run.headline)}"
    told += f"  {progress.finished} of {progress.recordings} recordings, {progress.frames} frames"
    if progress.left_s is not None:
        told += f", about {progress.left_s:.0f} s left"
    return told


def _headline(headline: ReplayHeadline) -> str:
    told = (
        f"{headline.found} of {headline.fires} fires found, {headline.false_alarms} false alarms "
        f"in {headline.camera_days:g} camera-days"
    )
    if headline.frames_per_s is not None:
        told += f", {headline.frames_per_s:.3g} frames a second"
    return told + (f", {headline.refused} not judged" if headline.refused > 0 else "")
