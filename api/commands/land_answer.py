"""``firewatch land answer``: what the land says of a fire at a place."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer

from api.commands.terminal import speakable
from api.commands.user import SettingsFile, open_store
from api.land.answers import FARTHEST_M, FullAnswer, PlaceAsked
from api.land.shelf import AskerShelf
from geo.dem import read_terrain
from geo.land import LandBook, round_place
from models.config import load_settings
from models.errors import InputRefused
from models.land import Asset, AtRisk, LandReport, Layer, WaterOption
from models.wind import Wind, check_wind

__all__ = ["answer"]

FRESH_M_S: Final = 5.0
_WINDS: Final = (
    "N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE",
    "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW",
)  # fmt: skip
_MONTHS: Final = range(1, 13)


def answer(
    lon_deg: Annotated[float, typer.Argument(help="Longitude, WGS 84.")],
    lat_deg: Annotated[float, typer.Argument(help="Latitude, WGS 84.")],
    *,
    radius_m: Annotated[float, typer.Option(help="The fire lies within it.")] = 100.0,
    month: Annotated[int | None, typer.Option(help="1 to 12; the month of now.")] = None,
    wind_from: Annotated[
        float | None, typer.Option(help="Degrees; what a monitor entered last.")
    ] = None,
    wind_speed: Annotated[float, typer.Option(help="m/s, beside --wind-from.")] = FRESH_M_S,
    as_json: Annotated[bool, typer.Option("--json", help="As GET /api/land/answer.")] = False,
    settings_file: SettingsFile = None,
) -> None:
    """Say whose land a place is, what stands between it and villages, which water, who is near."""
    _check(lon_deg, lat_deg, radius_m, month)
    settings = load_settings(settings_file)
    now = datetime.now(UTC)
    place = round_place(lon_deg, lat_deg, radius_m)
    with closing(open_store(settings_file)) as store:
        wind = store.winds.last()
        if wind_from is not None:
            check_wind(wind_from, wind_speed)
            wind = Wind(wind_from, wind_speed, now, "command line")
        asker = AskerShelf().asker(
            LandBook(store.land), settings.helicopter, read_terrain(settings.data_dir / "terrain")
        )
        report = asker.report(
            [place],
            wind=wind,
            at=now,
            month=now.astimezone(ZoneInfo(settings.time_zone)).month if month is None else month,
            burns=store.ledger.unended(now),
        )
    if as_json:
        asked = PlaceAsked(
            lon_deg=lon_deg, lat_deg=lat_deg, r90_m=place.r90_m, count=1, source="asked"
        )
        typer.echo(FullAnswer(place=asked, report=report).model_dump_json(indent=1))
        return
    for line in _told(report):
        typer.echo(speakable(line))


def _check(lon_deg: float, lat_deg: float, radius_m: float, month: int | None) -> None:
    if not (-180.0 <= lon_deg <= 180.0 and -90.0 <= lat_deg <= 90.0):
        raise InputRefused(
            f"{lon_deg}, {lat_deg} is no place.",
            remedy="Longitude comes first, then latitude, in degrees.",
            code="place_refused",
        )
    if not 0.0 <= radius_m <= FARTHEST_M or (month is not None and month not in _MONTHS):
        raise InputRefused(
            f"The radius is 0 to {FARTHEST_M:.0f} m, the month 1 to 12.", code="place_refused"
        )


def _told(report: LandReport) -> Iterator[str]:
    if report.drill:
        yield "DRILL 演练: something of this is invented."
    for layer, shares in report.units.items():
        for share in shares:
            yield f"{layer:<14} {100.0 * share.probability:5.1f} %  {share.name}  ({share.code})"
    if report.elsewhere > 0.0:
        yield f"{'elsewhere':<14} {100.0 * report.elsewhere:5.1f} %  in no known township"
    yield _wind(report)
    for one in report.at_risk:
        yield from _at_risk(one)
    yield f"water for helicopters, month {report.water.month}:"
    yield from (_water(option) for option in (*report.water.best, *report.water.lost))
    told: Layer | None = None
    for asset in report.nearest:
        if asset.layer is not told:
            told = asset.layer
            yield f"{told}:"
        yield f"  {_asset(asset)}{_route(asset)}"
    for burn in report.burns:
        yield (
            f"registered burn {burn.entry_id}: {_km(burn.distance_m)} "
            f"[{burn.distance_min_m / 1000.0:.2f} to {_km(burn.distance_max_m)}], "
            f"{burn.reported_by}, until {burn.until_at:%Y-%m-%d %H:%M} UTC"
        )
    yield f"land {report.land_version}, {report.took_ms:.0f} ms"


def _wind(report: LandReport) -> str:
    wind = report.wind
    if wind is None:
        return "wind: nobody has entered one; villages by distance:"
    used = "villages downwind first:" if report.wind_used else "not used (old or calm):"
    hours = (report.at - wind.at).total_seconds() / 3600.0
    return f"wind from {wind.from_deg:.0f} at {wind.speed_m_s:g} m/s, {hours:.1f} h old; {used}"


def _at_risk(one: AtRisk) -> Iterator[str]:
    off = "" if one.downwind_deg is None else f", {one.downwind_deg:.0f} degrees off the wind's way"
    yield f"  {_asset(one.village)}{off}; open {100.0 * one.open_share:.0f} %"
    for barrier in one.barriers:
        width = "width unknown" if barrier.width_m is None else f"{barrier.width_m:.0f} m wide"
        gap = f", gap {barrier.gap_m:.0f} m" if barrier.gap_m > 0.0 else ""
        why = "the fire lies in it" if barrier.inside else barrier.state
        holds = "holds" if barrier.holds else f"does not hold ({why})"
        yield (
            f"    {barrier.name} ({barrier.code}) at {_km(barrier.from_fire_m)}: "
            f"{width}, {holds}{gap}"
        )


def _water(option: WaterOption) -> str:
    said = (
        ", ".join(option.because)
        if option.because
        else f"{option.litres_per_hour:.0f} l/h, round {option.turn_round_minutes:.1f} min"
    )
    return f"  {'+' if option.usable else '-'} {_asset(option.asset)}: {said}"


def _asset(asset: Asset) -> str:
    if asset.bearing_deg is None:
        where = "here"
    else:
        where = f"{_km(asset.distance_m)} {_WINDS[round(asset.bearing_deg / 22.5) % 16]}"
    span = f"{asset.distance_min_m / 1000.0:.2f} to {_km(asset.distance_max_m)}"
    return f"{asset.name} ({asset.code}) {where} [{span}]"


def _route(asset: Asset) -> str:
    if asset.route is None:
        return ", straight line"
    beside = _km(asset.route.off_road_m)
    return f", {asset.route.minutes:.0f} min by road ({_km(asset.route.road_m)}, {beside} beside)"


def _km(distance_m: float) -> str:
    return f"{distance_m / 1000.0:.2f} km"
