"""``firewatch model``: models, the sets that judge them, releases, and what is in force."""

from contextlib import closing
from typing import Annotated

import typer

from api.commands.terminal import speakable
from api.commands.user import ACTOR, SettingsFile, open_store
from api.releases.service import freeze as freeze_footage
from api.releases.service import propose as propose_release
from detector.core import Detector
from detector.release.cards import card_named, find_cards
from detector.release.in_force import card_of
from detector.swapping import Outfit
from models.config import Settings, load_settings
from models.detection import ModelReference
from models.release import Activation, FrozenSet, Release, ReleaseDraft
from models.store import Store

__all__ = ["models"]

models = typer.Typer(help="Models, the release gate, and what is in force.", no_args_is_help=True)

Note = Annotated[str, typer.Option(help="Why, in your words; up to 500 letters.")]
ReleaseId = Annotated[int, typer.Argument(metavar="RELEASE", min=1, help="Number of it.")]


@models.command("list")
def list_(settings_file: SettingsFile = None) -> None:
    """The models there are, and what was in force, the newest first."""
    settings = load_settings(settings_file)
    with closing(open_store(settings_file)) as store:
        activations = store.releases.activations()
        in_force = _in_force(settings, store)
    for found in find_cards(settings):
        mark = "*" if found.card is not None and found.card.reference == in_force else " "
        told = found.problem or found.sha256[:12]
        typer.echo(speakable(f"{mark} {found.name} {found.version}  {found.origin}  {told}"))
    for one in activations:
        typer.echo(speakable(_activation(one)))


@models.command("sets")
def sets(settings_file: SettingsFile = None) -> None:
    """Frozen sets and releases with their verdicts, the newest first."""
    with closing(open_store(settings_file)) as store:
        for one in store.releases.sets():
            typer.echo(speakable(_set(one)))
        for release in store.releases.releases():
            for line in _release(release):
                typer.echo(speakable(line))


@models.command("freeze")
def freeze(
    name: Annotated[str, typer.Argument(help="Of the set.")],
    *,
    footage: Annotated[
        list[int] | None, typer.Option(min=1, help="Number of a recording; may come again.")
    ] = None,
    drill_fires: Annotated[int, typer.Option(min=0, max=1000, help="Fires of the drill.")] = 0,
    drill_seed: Annotated[int, typer.Option(min=0, help="Of what is drawn for them.")] = 0,
    note: Note = "",
    settings_file: SettingsFile = None,
) -> None:
    """Freeze recordings, with what is true of them now, as what models are judged by."""
    with closing(open_store(settings_file)) as store:
        kept = freeze_footage(
            store,
            name=name,
            footage_ids=footage or [],
            drill_fires=drill_fires,
            drill_seed=drill_seed,
            note=note,
            author=ACTOR,
        )
    typer.echo(speakable(_set(kept)))


@models.command("propose")
def propose(
    set_id: Annotated[int, typer.Argument(metavar="SET", min=1, help="Number of the set.")],
    candidate: Annotated[int, typer.Argument(min=1, help="Replay of the new model on it.")],
    incumbent: Annotated[int, typer.Argument(min=1, help="That of the model in force.")],
    *,
    note: Note = "",
    settings_file: SettingsFile = None,
) -> None:
    """Have the gate judge a model; the exit code is 1 when it holds it back."""
    settings = load_settings(settings_file)
    with closing(open_store(settings_file)) as store:
        release = propose_release(
            settings,
            store,
            _in_force(settings, store),
            ReleaseDraft(set_id, candidate, incumbent, note),
            author=ACTOR,
        )
    for line in _release(release):
        typer.echo(speakable(line))
    if not all(one.passes for one in release.checks):
        raise typer.Exit(1)


@models.command("sign")
def sign(release_id: ReleaseId, *, note: Note = "", settings_file: SettingsFile = None) -> None:
    """Sign a release that the gate has let pass; none that it holds back."""
    with closing(open_store(settings_file)) as store:
        done = store.releases.decide(release_id, signs=True, author=ACTOR, note=note)
    typer.echo(speakable(_release(done)[0]))


@models.command("activate")
def activate(release_id: ReleaseId, settings_file: SettingsFile = None) -> None:
    """Put a signed release into force; a watch that runs follows within seconds."""
    settings = load_settings(settings_file)
    with closing(open_store(settings_file)) as store:
        _try(settings, store.releases.get_release(release_id).candidate)
        done = store.releases.activate(
            release_id, in_force=_in_force(settings, store), author=ACTOR
        )
    typer.echo(speakable(_activation(done)))


@models.command("roll-back")
def roll_back(
    activation_id: Annotated[
        int, typer.Argument(metavar="ACTIVATION", min=1, help="That is to be in force again.")
    ],
    *,
    note: Annotated[str, typer.Option(help="Why, in your words; 1 to 500 letters.")],
    settings_file: SettingsFile = None,
) -> None:
    """Go back to a model that was in force before; a watch that runs follows within seconds."""
    settings = load_settings(settings_file)
    with closing(open_store(settings_file)) as store:
        _try(settings, store.releases.get_activation(activation_id).model)
        done = store.releases.go_back(activation_id, note=note, author=ACTOR)
    typer.echo(speakable(_activation(done)))


def _try(settings: Settings, model: ModelReference) -> None:
    """Load the weights and look at a picture with them, as the watch will."""
    card = card_of(settings, model)
    Outfit.of(Detector.open(card, device="cpu", threads=1), settings.attention).try_on()


def _in_force(settings: Settings, store: Store) -> ModelReference:
    newest = store.releases.activations(limit=1)
    return newest[0].model if newest else card_named(settings, settings.model_card).reference


def _activation(one: Activation) -> str:
    by = "of the settings" if one.release_id is None and not one.note else one.author
    note = f": {one.note}" if one.note else ""
    return (
        f"activation {one.activation_id}  {one.at.isoformat()}  {one.model.name} "
        f"{one.model.version}  {by}{note}"
    )


def _set(one: FrozenSet) -> str:
    retired = f"  retired by {one.retired_by}" if one.retired_by else ""
    draft = one.draft
    return (
        f"set {one.gate_id}  {draft.name}  {len(draft.footage)} recordings, {draft.drill_fires} "
        f"drill fires  {one.sha256[:12]}{retired}"
    )


def _release(one: Release) -> list[str]:
    head = (
        f"release {one.release_id}  {one.candidate.name} {one.candidate.version} against "
        f"{one.incumbent.name} {one.incumbent.version} on set {one.draft.gate_id}: {one.state}"
    )
    lines = [head]
    for check in one.checks:
        values = ", ".join(
            f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"
            for name, value in check.values.items()
            if value is not None
        )
        names = f" [{'; '.join(check.names[:5])}]" if check.names else ""
        word = "kept" if check.passes else "NOT KEPT"
        lines.append(f"  {check.rule}: {word}, {check.code} ({values}){names}")
    return lines
