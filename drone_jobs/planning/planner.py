"""Plans a sweep: lines that see the target, shared out to batteries, at a height that is allowed.

The order of thought: is the wish possible (:mod:`.wishes`), what must be seen and where may one fly
(:mod:`.ground`), which lines see it (:mod:`.area_lines`, :mod:`.belt_lines`), who flies what
(:mod:`.fitting`, :mod:`.flying`), what is really seen (:mod:`.seen`), what is told of it
(:mod:`.reporting`). Lines are laid closer and all of it is done anew while less is seen than
:data:`SEEN_ENOUGH`; the shortest plan that sees enough is given out. What nobody flies is told.
"""

from typing import Final, TypeAlias

from drone_jobs.planning.area_lines import area_lines
from drone_jobs.planning.belt_lines import belt_lines
from drone_jobs.planning.fitting import fitting
from drone_jobs.planning.flying import Flown, fly
from drone_jobs.planning.ground import SweepGround, sweep_ground
from drone_jobs.planning.reporting import Laid, report
from drone_jobs.planning.seen import Seen, seen
from drone_jobs.planning.swath import Swath, spacing_for
from drone_jobs.planning.target import coarse
from drone_jobs.planning.wishes import check_wishes
from geo.terrain import Terrain
from models.errors import InputRefused
from models.mission import SweepPlan, SweepTask

__all__ = ["plan_sweep"]

SEEN_ENOUGH: Final = 0.997  # by our own account; an independent one holds 0.995 against it
MOST_LINES: Final = 150  # more take a minute to share out, and a week to fly
CLOSER: Final = (1.0, 0.97, 0.93, 0.88)  # of the swath, while too little is seen
_Try: TypeAlias = tuple[Laid, Flown, Seen]


def plan_sweep(task: SweepTask, terrain: Terrain) -> SweepPlan:
    """Plan flights that see a target.

    Args:
        task: the wish.
        terrain: elevation model that holds the whole flight.

    Returns:
        A plan without a finding that forbids flying. ``figures.outside_fence_s`` is 0.

    Raises:
        InputRefused: nothing of it can be flown: the wish (see :func:`.wishes.check_wishes` and
            :func:`.wishes.allowed_band`), the target (:func:`.target.read_target`), home or the
            whole target in a zone (``sweep_home_no_fly``, ``sweep_home_outside_fence``,
            ``sweep_all_no_fly``), no line that any battery reaches (``sweep_no_battery``,
            ``sweep_no_way``), voids of the elevation model below it (``sweep_terrain_void``).
    """
    check_wishes(task)
    ground = sweep_ground(task, terrain)
    tries: list[_Try] = []
    angle_deg = task.angle_deg
    for closer in CLOSER:
        found = [_try(ground, closer, angle_deg)]
        if not tries and angle_deg is None:
            found += _across(ground, found[0])
        tries += found
        shortest = min(found, key=lambda each: each[1].length_m)
        if _is_enough(shortest):
            break
        angle_deg = shortest[0].angle_deg
    return report(ground, *_best(tries))


def _try(ground: SweepGround, closer: float, angle_deg: float | None) -> _Try:
    laid = _laid(ground, closer, angle_deg)
    flown = fly(ground, laid.lines)
    looked = seen(
        ground.target.ground_m,
        ground.target.frame,
        flown.looking_m,
        ground.camera,
        ground.task.gimbal_pitch_deg,
        ground.reach_m,
        ground.pricing.terrain,
    )
    return laid, flown, looked


def _across(ground: SweepGround, first: _Try) -> list[_Try]:
    """The same with lines across: what they cost with the ways from home and back is known then."""
    angle_deg = first[0].angle_deg
    if angle_deg is None or len(first[0].lines) == 1:
        return []
    return [_try(ground, CLOSER[0], (angle_deg + 90.0) % 180.0)]


def _is_enough(found: _Try) -> bool:
    """Whether laying lines closer would bring nothing but longer flights."""
    laid, flown, looked = found
    return looked.share >= SEEN_ENOUGH or bool(laid.dropped) or bool(flown.dropped)


def _best(tries: list[_Try]) -> _Try:
    """The shortest that sees enough, else the one that sees most."""
    enough = [each for each in tries if each[2].share >= SEEN_ENOUGH]
    if enough:
        return min(enough, key=lambda each: each[1].length_m)
    return max(tries, key=lambda each: each[2].share)


def _laid(ground: SweepGround, closer: float, angle_deg: float | None) -> Laid:
    """Lines that can be flown; ``closer`` as if the camera saw that share of its swath."""
    narrow = _narrowed(ground.swath, closer)
    overlap = ground.task.side_overlap
    shape = ground.target.shape
    if shape is None:
        spacing_m = (narrow.left_m + narrow.right_m) * (1.0 - overlap)
        laid = area_lines(coarse(ground.target.ground_m), narrow, spacing_m, angle_deg)
        lines, angle_deg = laid.lines, laid.angle_deg
    else:
        spacing_m, angle_deg = spacing_for(2.0 * shape.half_width_m, narrow, overlap), None
        alone = len(ground.task.aircraft) == 1  # then its lines may join at the far end
        home_m = ground.pricing.home_m if alone else None
        lines = belt_lines(shape, narrow, spacing_m, home_m=home_m)
    if len(lines) > MOST_LINES:
        raise InputRefused(
            f"{ground.task.name} takes {len(lines)} lines, more than {MOST_LINES}.",
            remedy="Plan it in parts, or draw its outline simpler.",
            code="sweep_too_many_lines",
        )
    kept, dropped = fitting(lines, ground.pricing)
    if not kept:
        raise _unreachable(ground, battery=any(code == "dropped_battery" for _, code in dropped))
    return Laid(kept, dropped, angle_deg, spacing_m)


def _narrowed(swath: Swath, share: float) -> Swath:
    """As if less were seen, to the sides and along the way."""
    middle_m, half_m = (swath.far_m + swath.near_m) / 2.0, (swath.far_m - swath.near_m) / 2.0
    return Swath(
        swath.left_m * share,
        swath.right_m * share,
        middle_m - half_m * share,
        middle_m + half_m * share,
    )


def _unreachable(ground: SweepGround, *, battery: bool) -> InputRefused:
    name = ground.task.name
    if battery:
        fleet = ", ".join(aircraft.name for aircraft in ground.task.aircraft)
        return InputRefused(
            f"No battery of {fleet} reaches any line of {name} and home again.",
            remedy="Start nearer, or take an aircraft that flies longer.",
            code="sweep_no_battery",
        )
    return InputRefused(
        f"No way leads from home to {name}.",
        remedy="Move home, open the fence, or look at the no-fly zones and the wind.",
        code="sweep_no_way",
    )
