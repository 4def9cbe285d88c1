"""``firewatch duals``: pairs of cameras of light and of heat, from the machine itself."""

import re
from contextlib import closing
from pathlib import Path
from typing import Annotated, Final

import typer

from api.commands.terminal import speakable
from api.commands.user import ACTOR, SettingsFile, open_store
from api.dual.desk import by_targets, by_two_pictures
from camera_gateway.pictures import read_picture
from camera_gateway.thermal import read_thermal
from models.clock import SystemClock
from models.dual import AgreementRule, DualPair, PairRegistration
from models.errors import InputRefused
from models.store import Store
from models.thermal import ThermalEncoding, ThermalImage

__all__ = ["duals"]

duals = typer.Typer(
    help="Pairs of a camera of light and one of heat on one head: listed, made, registered.",
    no_args_is_help=True,
)

Visible = Annotated[str, typer.Argument(metavar="VISIBLE", help="Key of the visible camera.")]
Preset = Annotated[int, typer.Argument(min=0, max=9999, help="Number of the preset; 0 counts.")]

_NUMBER: Final = r"([0-9]*\.?[0-9]+)"
_TARGET: Final = re.compile(f"{_NUMBER},{_NUMBER}={_NUMBER},{_NUMBER}")
_MOST_BYTES: Final = 32 * 2**20


@duals.command("list")
def list_pairs(settings_file: SettingsFile = None) -> None:
    """List the pairs, their rules, and where each preset was registered."""
    with closing(open_store(settings_file)) as store:
        for pair in store.duals.pairs():
            typer.echo(speakable(f"{pair.visible_id} with {pair.thermal_id}, rule {pair.rule}"))
            for found in store.duals.registrations(pair.visible_id):
                typer.echo(f"  {_told(found)}")


@duals.command("pair")
def pair_cameras(
    visible_id: Visible,
    thermal_id: Annotated[str, typer.Argument(metavar="THERMAL", help="Key of that of heat.")],
    *,
    rule: Annotated[
        AgreementRule, typer.Option(help="What of both makes an alert.")
    ] = AgreementRule.ANY,
    settings_file: SettingsFile = None,
) -> None:
    """Make two cameras a pair, or change its rule; another camera of heat drops registrations."""
    pair = DualPair(visible_id, thermal_id, rule)
    with closing(open_store(settings_file)) as store:
        store.duals.put(pair, ACTOR)
    typer.echo(f"{visible_id} is a pair with {thermal_id}, rule {rule}.")


@duals.command("unpair")
def unpair(visible_id: Visible, settings_file: SettingsFile = None) -> None:
    """Part a pair: each camera alarms by itself, and its registrations go."""
    with closing(open_store(settings_file)) as store:
        store.duals.remove(visible_id, ACTOR)
    typer.echo(f"{visible_id} is in no pair any more.")


@duals.command("register")
def register(
    visible_id: Visible,
    preset: Preset,
    *,
    target: Annotated[
        list[str] | None,
        typer.Option(
            metavar="X,Y=X,Y",
            help="A thing in the picture of heat and in the visible one, shares of width and "
            "height from the upper left corner; four times or more.",
        ),
    ] = None,
    visible: Annotated[Path | None, typer.Option(help="Visible picture of the preset.")] = None,
    thermal: Annotated[Path | None, typer.Option(help="Picture of heat of the preset.")] = None,
    settings_file: SettingsFile = None,
) -> None:
    """Say where the picture of heat lies in the visible one: by targets, or by two pictures."""
    targets = [_target(one) for one in target or ()]
    if bool(targets) == (visible is not None or thermal is not None):
        raise InputRefused(
            "Targets or two pictures are needed, and not both.",
            remedy="Give --target four times or more, or --visible and --thermal.",
        )
    clock = SystemClock()
    with closing(open_store(settings_file)) as store:
        pair = store.duals.pair(visible_id)
        if targets:
            found = by_targets(store, clock, visible_id, preset, targets, author=ACTOR)
        else:
            if visible is None or thermal is None:
                raise InputRefused(
                    "Both pictures are needed.", remedy="Give --visible and --thermal."
                )
            pictures = read_picture(visible), _read_heat(store, pair, thermal)
            before = store.duals.registration(visible_id, preset)
            found = by_two_pictures(
                store, clock, pair, preset, pictures, author=ACTOR, before=before
            )
    typer.echo(_told(found))


def _told(found: PairRegistration) -> str:
    checked = "not confirmed since"
    if found.checked_at is not None:
        checked = f"confirmed {found.checked_at:%Y-%m-%d %H:%M} UTC"
    return (
        f"preset {found.preset}: {found.state}, by {found.source}, "
        f"doubt {found.doubt_share:.2%} of the width, score {found.score:.2f}, "
        f"made {found.made_at:%Y-%m-%d %H:%M} UTC, {checked}"
    )


def _target(text: str) -> tuple[tuple[float, float], tuple[float, float]]:
    found = _TARGET.fullmatch(text.strip()) if len(text) <= 100 else None
    if found is None:
        raise InputRefused(
            f"{text[:40]!r} is no target.",
            remedy="Write 0.25,0.5=0.31,0.48: heat first, shares from the upper left corner.",
            code="dual_targets",
        )
    a, b, c, d = (float(one) for one in found.groups())
    return (a, b), (c, d)


def _read_heat(store: Store, pair: DualPair, file: Path) -> ThermalImage:
    link = store.links.get(pair.thermal_id).link
    encoding = ThermalEncoding.AS_TOLD if link is None else link.encoding
    try:
        with file.open("rb") as opened:
            data = opened.read(_MOST_BYTES)
    except OSError as error:
        raise InputRefused(
            f"{file} cannot be read: {error.strerror}.", remedy="Name a picture of heat."
        ) from error
    return read_thermal(data, file.name, encoding)
