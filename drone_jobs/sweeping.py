"""A plan with its missions, each held against the rules that a stranger's mission is held against.

The planner keeps the rules while it plans. That it did is found out here by other code, on what
would be written into files, before anybody gets them.
"""

from dataclasses import dataclass
from time import perf_counter

from drone_jobs.checks import FlightRules, MissionCheck, check_mission
from drone_jobs.missions.of_plan import missions_of
from drone_jobs.planning import plan_sweep
from drone_jobs.planning.look_plan import LookPlace, plan_look
from geo.terrain import Terrain
from models.errors import InputRefused
from models.mission import Aircraft, Gravity, Mission, SweepPlan, SweepTask

__all__ = ["Sweep", "looked", "planned", "rules_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """A plan that may fly, with one mission and one check for each of its flights.

    Attributes:
        task: that it answers.
        plan: flights and figures.
        missions: one for each flight.
        checks: one for each mission.
        took_s: to plan and to check.
    """

    task: SweepTask
    plan: SweepPlan
    missions: tuple[Mission, ...]
    checks: tuple[MissionCheck, ...]
    took_s: float


def planned(task: SweepTask, terrain: Terrain) -> Sweep:
    """Plan a sweep and check it.

    Raises:
        InputRefused: see :func:`drone_jobs.planning.plan_sweep`, or the checks refuse a flight.
    """
    start = perf_counter()
    return _reviewed(task, plan_sweep(task, terrain), terrain, start)


def looked(task: SweepTask, place: LookPlace, terrain: Terrain) -> Sweep:
    """Plan a flight that looks at a place, and check it.

    Raises:
        InputRefused: see :func:`drone_jobs.planning.look_plan.plan_look`, or the checks refuse it.
    """
    start = perf_counter()
    return _reviewed(task, plan_look(task, place, terrain), terrain, start)


def rules_of(task: SweepTask, aircraft: Aircraft) -> FlightRules:
    """The rules that a task's flights are held against."""
    return FlightRules(
        ceiling_m=task.ceiling_m,
        canopy_m=task.canopy_m,
        ground=task.ground,
        least_clearance_m=task.least_clearance_m,
        fence=task.fence,
        no_fly=task.no_fly,
        aircraft=aircraft,
        wind=task.wind,
        home=task.home,
    )


def _reviewed(task: SweepTask, plan: SweepPlan, terrain: Terrain, start_s: float) -> Sweep:
    """Check a plan.

    Raises:
        InputRefused: a rule refuses one of its flights; nothing of it is given out.
    """
    fleet = {aircraft.name: aircraft for aircraft in task.aircraft}
    missions = missions_of(plan, task, terrain)
    checks = tuple(
        check_mission(mission, rules_of(task, fleet[sortie.aircraft]), terrain)
        for mission, sortie in zip(missions, plan.sorties, strict=True)
    )
    for number, check in enumerate(checks, start=1):
        for finding in check.findings:
            if finding.gravity is Gravity.REFUSED:
                raise InputRefused(
                    f"Flight {number} of {plan.name}: {finding.message}",
                    remedy=finding.remedy,
                    code="sweep_check",
                )
    return Sweep(task, plan, missions, checks, perf_counter() - start_s)
