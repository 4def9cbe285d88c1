"""``firewatch land network``: what the facilities lack, on screen or as a file for the plan."""

from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from api.commands.geo_coverage import network_of
from api.commands.terminal import speakable
from api.commands.user import SettingsFile, open_store
from api.coverage.desk import towers_of
from api.land.network.plan import PlanFormat, plan
from api.land.network.words import KINDS, LAYERS, UNITS, Language
from geo.dem import read_terrain
from geo.land.network import Sights, survey
from models.config import Settings, load_settings
from models.errors import InputRefused
from models.land import FindingKind, NetworkFinding, NetworkReport, SeenBy
from models.store import Store

__all__ = ["network"]

_UNSEEN: Final = {
    SeenBy.RELIEF: "over the relief",
    SeenBy.DISTANCE: "by distance only: no relief is imported, or no camera stands on a tower",
}


def network(
    *,
    out: Annotated[
        Path | None, typer.Option(help="Write .xlsx, .csv or .geojson instead of a list.")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0.1, max=600.0, help="Water within so many minutes.")
    ] = None,
    kind: Annotated[list[FindingKind] | None, typer.Option(help="Only these.")] = None,
    township: Annotated[str, typer.Option(help="Only of the township of this code.")] = "",
    language: Annotated[Language, typer.Option(help="Of headings in a file.")] = "zh",
    most: Annotated[int, typer.Option(min=0, max=100_000, help="Lines of each kind.")] = 10,
    settings_file: SettingsFile = None,
) -> None:
    """Tell which stands and facilities lack what, the worst of each kind first."""
    wanted = None if out is None else _format_of(out)
    settings = load_settings(settings_file)
    with closing(open_store(settings_file)) as store:
        report = _surveyed(settings, store, minutes)
    found = [
        each
        for each in report.findings
        if (not kind or each.kind in kind) and township in {"", each.township_code}
    ]
    if out is not None and wanted is not None:
        try:
            out.write_bytes(plan(found, wanted, language))
        except OSError as error:
            raise InputRefused(
                f"{out} cannot be written: {error.strerror}.", remedy="Name another file."
            ) from error
        typer.echo(speakable(f"{len(found)} findings are in {out}"))
        return
    for line in (*_head(report), *_listed(found, most)):
        typer.echo(speakable(line))


def _format_of(out: Path) -> PlanFormat:
    for known in PlanFormat:
        if out.suffix.lower() == f".{known}":
            return known
    raise InputRefused(
        f"{out.name} does not say what to write.", remedy="End it in .xlsx, .csv or .geojson."
    )


def _surveyed(settings: Settings, store: Store, minutes: float | None) -> NetworkReport:
    terrain = read_terrain(settings.data_dir / "terrain")
    towers = towers_of(store.cameras.all())
    relief = None if terrain is None or not towers else network_of(settings, store, terrain)
    version, features = store.land.at_once()
    rule = settings.network
    return survey(
        features,
        rule if minutes is None else rule.model_copy(update={"water_minutes": minutes}),
        settings.helicopter,
        Sights(
            coverage=None if relief is None else relief.coverage,
            eyes=tuple(
                (each.name, each.position.lon_deg, each.position.lat_deg) for each in towers
            ),
            ground_m=None if terrain is None else terrain.height_at,
        ),
        at=datetime.now(UTC),
        land_version=version,
    )


def _head(report: NetworkReport) -> list[str]:
    rests_on = f"land version {report.land_version}, {report.stands} stands"
    lines = [
        f"{rests_on}, water within {report.minutes:g} min; towers {_UNSEEN[report.seen_by]}",
    ]
    if report.drill:
        lines.append("DRILL 演练: something of this land is invented.")
    for each in report.not_judged:
        layers = ", ".join(LAYERS[layer][1].lower() for layer in each.missing)
        lines.append(f"not judged: {_title(each.kind)} - nobody has entered any {layers}")
    return lines


def _listed(found: list[NetworkFinding], most: int) -> list[str]:
    counts = Counter(each.kind for each in found)
    lines = []
    for kind, count in counts.items():
        lines += ["", f"{_title(kind)}: {count}"]
        of_kind = [each for each in found if each.kind is kind]
        lines += [f"  {_told(each)}" for each in of_kind[:most]]
        if count > most:
            lines.append(f"  … and {count - most} more (--most, --out)")
    return lines or ["", "nothing is lacking"]


def _title(kind: FindingKind) -> str:
    return f"{KINDS[kind][1]} {KINDS[kind][0]}"


def _told(finding: NetworkFinding) -> str:
    share = finding.unit == "share"
    if finding.measure is None:
        measure = "-"
    elif share:
        measure = f"{100.0 * finding.measure:.0f} %"
    else:
        measure = f"{finding.measure:.0f} {UNITS[finding.unit][1]}"
    next_to = finding.others[0] if finding.others else None
    parts = [
        f"{measure:>9}",
        f"{finding.lon_deg:.5f}, {finding.lat_deg:.5f}",
        f"{finding.name} ({finding.code})",
        "" if next_to is None else f"-> {next_to.name} {next_to.distance_m:.0f} m",
        finding.township,
        f"months {' '.join(map(str, finding.months))}" if finding.months else "",
        f"{len(finding.members)} mains" if len(finding.members) > 1 else "",
    ]
    return "  ".join(part for part in parts if part)
