"""What ``firewatch sweep`` prints, and the files that it writes."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import typer
from shapely.geometry import mapping

from api.commands.terminal import speakable
from drone_jobs.checks import MissionCheck
from drone_jobs.heights import HeightDesk
from drone_jobs.missions.formats import MissionFormat, ending_of
from drone_jobs.missions.writing import write_mission
from drone_jobs.sweeping import Sweep
from geo.terrain import Terrain
from models.mission import Autopilot, Finding, Gravity, Mission

__all__ = ["formats_for", "tell_check", "tell_plan", "write_plan"]

_FOR: Final = {
    Autopilot.DJI: (MissionFormat.WPML, MissionFormat.GEOJSON, MissionFormat.KML),
    Autopilot.PX4: (MissionFormat.QGC_PLAN, MissionFormat.GEOJSON, MissionFormat.KML),
    Autopilot.ARDUPILOT: (
        MissionFormat.WAYPOINTS,
        MissionFormat.QGC_PLAN,
        MissionFormat.GEOJSON,
        MissionFormat.KML,
    ),
}
_MARKS: Final = {Gravity.REFUSED: "refused", Gravity.WARNING: "look", Gravity.NOTE: "note"}


def formats_for(autopilot: Autopilot) -> tuple[MissionFormat, ...]:
    """Formats that an aircraft reads, and those for people's maps."""
    return _FOR[autopilot]


def tell_plan(sweep: Sweep) -> None:
    """Print a plan: figures with their bounds, flights, what is not flown, findings."""
    figures = sweep.plan.figures
    hectares, least_km = figures.target_m2 / 1e4, figures.bound_m / 1000.0
    high = f"{figures.least_above_ground_m:.1f} to {figures.most_above_ground_m:.1f} m"
    lines = [
        f"{sweep.plan.name}: {figures.covered_share:.1%} of {hectares:.1f} ha seen",
        f"  length    {figures.length_m / 1000.0:.2f} km, bound {least_km:.2f} km",
        f"  ratio     {figures.length_ratio:.2f}",
        f"  flights   {figures.sorties}, at least {figures.sorties_bound}",
        f"  takes     {figures.makespan_s / 60.0:.0f} min, at least {figures.bound_s / 60.0:.0f}",
        f"  height    {high} above the ground, {figures.least_clearance_m:.0f} m above crowns",
        f"  fence     {figures.outside_fence_s:.0f} s outside",
        f"  planned   in {sweep.took_s:.2f} s",
    ]
    lines += [
        f"  flight {sortie.number}: {sortie.aircraft}, {len(sortie.points)} points, "
        f"{sortie.length_m / 1000.0:.2f} km, {sortie.duration_s / 60.0:.1f} min, "
        f"{sortie.energy_share:.0%} of a battery"
        for sortie in sweep.plan.sorties
    ]
    lines += [f"  not flown: {line.message}" for line in sweep.plan.dropped]
    for line in lines:
        typer.echo(speakable(line))
    _tell([*sweep.plan.findings, *(each for check in sweep.checks for each in check.findings)])


def tell_check(mission: Mission, format_: MissionFormat, check: MissionCheck) -> None:
    """Print what the rules say of a mission."""
    minutes = "" if check.duration_s is None else f", {check.duration_s / 60.0:.1f} min"
    may = "may fly" if check.may_fly else "must not fly as it is"
    typer.echo(
        speakable(
            f"{mission.name or 'mission'} ({format_.value}): {len(mission.points)} points, "
            f"{check.length_m / 1000.0:.2f} km{minutes}: {may}"
        )
    )
    _tell([*mission.notes, *check.findings])


def _tell(findings: Sequence[Finding]) -> None:
    for finding in findings:
        remedy = f" {finding.remedy}" if finding.remedy else ""
        typer.echo(speakable(f"  {_MARKS[finding.gravity]}: {finding.message}{remedy}"))


def write_plan(
    sweep: Sweep, terrain: Terrain, formats: Sequence[MissionFormat], folder: Path
) -> list[Path]:
    """Write each flight in each format, the ground as GeoJSON, and a summary; every file's path."""
    folder.mkdir(parents=True, exist_ok=True)
    desk = HeightDesk(terrain, sweep.plan.take_off_above_sea_m)
    fleet = {aircraft.name: aircraft for aircraft in sweep.task.aircraft}
    written = []
    for sortie, mission in zip(sweep.plan.sorties, sweep.missions, strict=True):
        for format_ in formats or formats_for(fleet[sortie.aircraft].autopilot):
            path = folder / f"flight-{sortie.number}{ending_of(format_)}"
            path.write_bytes(write_mission(mission, format_, desk))
            written.append(path)
    ground = folder / "sweep.geojson"
    ground.write_text(json.dumps(_ground(sweep), ensure_ascii=False), encoding="utf-8")
    summary = folder / "summary.json"
    summary.write_text(
        json.dumps(_summary(sweep, written), ensure_ascii=False, indent=1), encoding="utf-8"
    )
    return [*written, ground, summary]


def _ground(sweep: Sweep) -> dict[str, Any]:
    plan = sweep.plan
    shapes: list[tuple[str, Any, dict[str, Any]]] = [
        ("target", mapping(sweep.task.target), {}),
        ("seen", mapping(plan.strip), {}),
        ("unseen", mapping(plan.unseen), {}),
        ("fence", mapping(plan.fence), {}),
    ]
    shapes += [
        (
            "flight",
            {"type": "LineString", "coordinates": [[p.lon_deg, p.lat_deg] for p in sortie.points]},
            {"flight": sortie.number, "aircraft": sortie.aircraft},
        )
        for sortie in plan.sorties
    ]
    shapes += [
        (
            "not_flown",
            {"type": "LineString", "coordinates": [list(place) for place in line.lonlat]},
            {"line": line.line, "code": line.code, "message": line.message},
        )
        for line in plan.dropped
    ]
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {"what": what, **facts}, "geometry": geometry}
            for what, geometry, facts in shapes
        ],
    }


def _summary(sweep: Sweep, written: Sequence[Path]) -> dict[str, Any]:
    plan = sweep.plan
    findings = [*plan.findings, *(each for check in sweep.checks for each in check.findings)]
    return {
        "name": plan.name,
        "kind": plan.kind.value,
        "figures": asdict(plan.figures),
        "flights": [{**asdict(sortie), "points": len(sortie.points)} for sortie in plan.sorties],
        "not_flown": [asdict(line) for line in plan.dropped],
        "findings": [{**asdict(each), "facts": dict(each.facts)} for each in findings],
        "take_off_above_sea_m": plan.take_off_above_sea_m,
        "wind": asdict(sweep.task.wind),
        "home": asdict(sweep.task.home),
        "files": [path.name for path in written],
        "planned_in_s": round(sweep.took_s, 3),
    }
