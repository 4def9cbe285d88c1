"""Run a simulated vehicle: ``python -m drone_jobs.links.simulated --url udpout:HOST:PORT``."""

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Sequence
from random import Random

from drone_jobs.fleet import catalogue, find_aircraft
from drone_jobs.links.simulated.quirks import Quirks, habits_of
from drone_jobs.links.simulated.vehicle import SimulatedVehicle
from models.errors import InputRefused
from models.height import Height, HeightSystem
from models.mission import Aircraft, MissionPlace

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it until it is interrupted.

    Returns:
        0 when it was, 1 when it could not begin; argparse ends the process with 2 for wrong use.
    """
    told = _reader().parse_args(arguments)
    try:
        vehicle = SimulatedVehicle(
            told.url,
            find_aircraft(told.aircraft) if told.aircraft else _flown_by(Quirks(told.quirks)),
            _place(told.home),
            quirks=Quirks(told.quirks),
            speedup=told.speedup,
            random=Random(told.seed),  # noqa: S311 -- which messages are lost is no secret
        )
        if told.loss is not None:
            vehicle.faults.loss_share = told.loss
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(vehicle.run())
    except InputRefused as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{told.url} cannot be had: {error}.\n")
        return 1
    return 0


def _reader() -> argparse.ArgumentParser:
    reader = argparse.ArgumentParser(
        prog="python -m drone_jobs.links.simulated", description="Run a simulated vehicle."
    )
    reader.add_argument(
        "--url", required=True, help="udpout:HOST:PORT, udpin:HOST:PORT, tcp:HOST:PORT, tcpin:..."
    )
    reader.add_argument("--quirks", default=str(Quirks.PX4), choices=[str(each) for each in Quirks])
    reader.add_argument(
        "--aircraft", default="", help="of the catalogue; one of the autopilot when left out"
    )
    reader.add_argument(
        "--home", default="106.55,28.95,390", help="longitude, latitude, metres above sea level"
    )
    reader.add_argument("--speedup", type=float, default=1.0, help="simulated seconds in one")
    reader.add_argument("--loss", type=float, help="share of messages lost each way")
    reader.add_argument("--seed", type=int, help="of the losses")
    return reader


def _flown_by(quirks: Quirks) -> Aircraft:
    autopilot = habits_of(quirks).autopilot
    return next(each for each in catalogue() if each.autopilot is autopilot)


def _place(text: str) -> MissionPlace:
    try:
        lon_deg, lat_deg, above_sea_m = (float(each) for each in text.split(","))
    except ValueError:
        lon_deg = lat_deg = above_sea_m = float("nan")
    if not (abs(lon_deg) <= 180.0 and abs(lat_deg) < 89.0):
        raise InputRefused(
            f"{text!r} is no place.",
            remedy="Give longitude, latitude and metres above sea level: 106.55,28.95,390.",
            code="vehicle_home",
        )
    return MissionPlace(lon_deg, lat_deg, Height(above_sea_m, HeightSystem.EGM96))


if __name__ == "__main__":
    sys.exit(main())
