"""Plans, checks, kept sweeps and their files. Nothing flies from here."""

from api.context import Context
from api.sweeps.answers import CheckAnswer, PlanAnswer
from api.sweeps.fleet import aircraft_of
from api.sweeps.kept import KeptAnswer, KeptPage, KeptRow
from api.sweeps.requests import LookRequest, SaveRequest, SweepRequest
from api.sweeps.wishing import check_rules, look_of, task_of, terrain_of
from drone_jobs.checks import check_mission
from drone_jobs.heights import HeightDesk
from drone_jobs.missions.formats import MissionFormat
from drone_jobs.missions.reading import read_mission, sniffed
from drone_jobs.missions.writing import write_mission
from drone_jobs.sweeping import Sweep, looked, planned
from models.errors import Conflict, InputRefused, NotFound
from models.mission import KeptSweep, Mission, SweepOrigin
from models.user import User

__all__ = ["change", "check", "file_of", "keep", "kept", "look", "page", "plan", "retire", "take"]


def plan(context: Context, asked: SweepRequest) -> PlanAnswer:
    """Plan a wish; nothing is kept."""
    return _answer(planned(task_of(context, asked), terrain_of(context)))


def look(context: Context, asked: LookRequest) -> PlanAnswer:
    """Plan flights that look at a place; nothing is kept."""
    task, place = look_of(context, asked)
    return _answer(looked(task, place, terrain_of(context)))


def _answer(sweep: Sweep) -> PlanAnswer:
    return PlanAnswer.of(sweep.plan, sweep.task, sweep.checks, round(sweep.took_s, 3))


def keep(context: Context, user: User, body: SaveRequest) -> KeptAnswer:
    """Plan a wish and keep it under a number of its own."""
    return _kept(context, user, body.request, sweep_id=None, version=None)


def change(context: Context, user: User, sweep_id: int, body: SaveRequest) -> KeptAnswer:
    """Plan a wish and keep it as the next version; what was kept before stays.

    Raises:
        InputRefused: it does not say which version was seen (``sweep_version_missing``).
        Conflict: somebody was faster (``sweep_changed``).
    """
    if body.version is None:
        raise InputRefused(
            "The version that was seen is missing.",
            remedy="Open the sweep again and change that.",
            code="sweep_version_missing",
        )
    return _kept(context, user, body.request, sweep_id=sweep_id, version=body.version)


def _kept(
    context: Context,
    user: User,
    request: SweepRequest,
    *,
    sweep_id: int | None,
    version: int | None,
) -> KeptAnswer:
    sweep = planned(task_of(context, request), terrain_of(context))
    found = context.store.sweeps.save(
        request.name,
        request.model_dump_json(),
        sweep.missions,
        _answer(sweep).model_dump_json(),
        SweepOrigin.PLANNED,
        author=user.name,
        sweep_id=sweep_id,
        version=version,
    )
    return _told(context, found)


def kept(context: Context, sweep_id: int) -> KeptAnswer:
    """A kept sweep as it is now."""
    return _told(context, context.store.sweeps.get(sweep_id))


def _told(context: Context, found: KeptSweep) -> KeptAnswer:
    return KeptAnswer.whole(found, context.store.sweeps.versions(found.head.sweep_id))


def page(context: Context, before: int | None, limit: int) -> KeptPage:
    """Kept sweeps, newest first."""
    heads = context.store.sweeps.page(before=before, limit=limit + 1)
    return KeptPage(
        sweeps=tuple(KeptRow.of(head) for head in heads[:limit]),
        next_before=heads[limit - 1].sweep_id if len(heads) > limit else None,
    )


def retire(context: Context, user: User, sweep_id: int, version: int) -> None:
    """Take a sweep off the list; it is kept."""
    context.store.sweeps.retire(sweep_id, version=version, author=user.name)


def file_of(
    context: Context, sweep_id: int, format_: MissionFormat, number: int
) -> tuple[bytes, str]:
    """One flight of a kept sweep as a mission file, and the sweep's name.

    Raises:
        NotFound: it has no such flight (``no_such_flight``).
    """
    found = context.store.sweeps.get(sweep_id)
    if not 1 <= number <= len(found.missions):
        raise NotFound(
            f"{found.head.name} has no flight {number}.",
            remedy=f"It has flights 1 to {len(found.missions)}.",
            code="no_such_flight",
        )
    mission = found.missions[number - 1]
    desk = HeightDesk(context.terrain, _take_off_m(context, mission))
    return write_mission(mission, format_, desk), found.head.name


def _take_off_m(context: Context, mission: Mission) -> float | None:
    if context.terrain is None or mission.home is None:
        return None
    return context.terrain.height_at(mission.home.lon_deg, mission.home.lat_deg)


def check(context: Context, data: bytes, name: str, aircraft: str) -> CheckAnswer:
    """Hold a mission from a file against the rules; nothing is kept."""
    return _checked(context, data, name, aircraft)[1]


def take(context: Context, user: User, data: bytes, name: str, aircraft: str) -> KeptAnswer:
    """Keep a mission from a file that may fly.

    Raises:
        Conflict: it must not fly as it is (``mission_must_not_fly``).
    """
    mission, answer = _checked(context, data, name, aircraft)
    if not answer.may_fly:
        raise Conflict(
            f"{name} must not fly as it is.",
            remedy="Look at what was found, mend the mission, and check it again.",
            code="mission_must_not_fly",
        )
    found = context.store.sweeps.save(
        mission.name or name,
        "",
        (mission,),
        answer.model_dump_json(),
        SweepOrigin.IMPORTED,
        author=user.name,
        sweep_id=None,
        version=None,
    )
    return _told(context, found)


def _checked(
    context: Context, data: bytes, name: str, aircraft: str
) -> tuple[Mission, CheckAnswer]:
    mission = read_mission(data, name)
    fleet = aircraft_of(context.store, [aircraft]) if aircraft else ()
    rules = check_rules(context, fleet[0] if fleet else None)
    found = check_mission(mission, rules, terrain_of(context))
    format_ = sniffed(data).value
    return mission, CheckAnswer.of(mission, format_, found, rules.canopy_m, rules.ceiling_m)
