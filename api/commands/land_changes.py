"""``firewatch land history`` and ``land undo``: who changed what, and setting it back."""

from contextlib import closing
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from api.commands.terminal import speakable
from api.commands.user import ACTOR, SettingsFile, open_store
from models.config import load_settings
from models.errors import NotFound
from models.land import Fact, LandChange, LandEdit, LandFeature, Layer

__all__ = ["history", "undo"]


def history(
    layer: Annotated[Layer | None, typer.Argument(help="Layer of one feature.")] = None,
    code: Annotated[str | None, typer.Argument(help="Code of that feature.")] = None,
    most: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 30,
    settings_file: SettingsFile = None,
) -> None:
    """Changes of the land, newest first; of one feature with what became of it."""
    if layer is not None and code is None:
        raise typer.BadParameter("A feature has a layer and a code.")  # as typer's own
    zone = ZoneInfo(load_settings(settings_file).time_zone)
    with closing(open_store(settings_file)) as store:
        if layer is None or code is None:
            lines = [_told(change, zone) for change in store.land.changes(limit=most)]
            lines = lines or ["The land was never changed."]
        else:
            found = store.land.history(layer, code)
            if not found and store.land.get(layer, code) is None:
                raise NotFound(
                    f"There is no {layer} with the code {code!r}, and never was.",
                    remedy="See `firewatch land history`.",
                )
            lines = [
                line
                for change, edit in found[:most]
                for line in (_told(change, zone), *(f"    {each}" for each in _differences(edit)))
            ]
            lines = lines or [f"No change has touched {layer}/{code} since it is kept here."]
    for line in lines:
        typer.echo(speakable(line))


def undo(
    change: Annotated[int, typer.Argument(min=1, help="Number of the change.")],
    note: Annotated[str, typer.Option(help="Why.")] = "",
    settings_file: SettingsFile = None,
) -> None:
    """Set a change back, whole or not at all; a running watch follows within seconds."""
    with closing(open_store(settings_file)) as store:
        done = store.land.undo(change, author=ACTOR, note=note)
    typer.echo(f"Change {change} is set back by change {done.change_id}: {_counts(done)}.")


def _told(change: LandChange, zone: ZoneInfo) -> str:
    at = change.at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    parts = [
        f"{change.change_id:>5}  {at}  {change.author}: {change.kind}",
        ", ".join(change.layers),
        _counts(change),
    ]
    if change.source:
        parts.append(f"from {change.source}")
    if change.note:
        parts.append(f"“{change.note}”")
    if change.undoes is not None:
        parts.append(f"sets back {change.undoes}")
    if change.undone_by is not None:
        parts.append(f"SET BACK by {change.undone_by}")
    return "; ".join(parts)


def _counts(change: LandChange) -> str:
    counts = {name: getattr(change, name) for name in ("added", "changed", "removed")}
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count > 0)


def _differences(edit: LandEdit) -> list[str]:
    """What of a feature is otherwise, a line each."""
    before, after = edit.before, edit.after
    if before is None or after is None:
        known = edit.feature
        facts = [f"{key} {value}" for key, value in known.properties.items()]
        head = "new" if before is None else "taken away"
        return [f"{head}: {known.name}, {_shape(known)}", *facts]
    lines = []
    if before.name != after.name:
        lines.append(f"name {before.name} -> {after.name}")
    if before.drill != after.drill:
        lines.append(f"drill {before.drill} -> {after.drill}")
    if before.geometry.wkb != after.geometry.wkb:
        lines.append(f"shape {_shape(before)} -> {_shape(after)}")
    for key in dict.fromkeys((*before.properties, *after.properties)):
        old, new = _fact(before, key), _fact(after, key)
        if old != new:
            lines.append(f"{key} {old} -> {new}")
    return lines


def _fact(feature: LandFeature, key: str) -> str:
    if key not in feature.properties:
        return "(none)"
    value: Fact = feature.properties[key]
    return repr(value) if not isinstance(value, str) else value


def _shape(feature: LandFeature) -> str:
    middle = feature.geometry.representative_point()
    return f"{feature.geometry.geom_type} at {middle.y:.5f}, {middle.x:.5f}"
