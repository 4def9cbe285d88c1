"""What goes through a channel and when: rules that make it quiet and never swallow a fire.

Nothing that a rule holds back is thrown away. What is not wanted of a fire waits until the fire is
settled, for it may grow; what comes in quiet hours is told at their end; what comes during a
cool-down is told together after it. A cool-down begins when something was sent, never when
something was held back (a cool-down that began with a filtered event silenced the next real one
elsewhere). What is urgent waits for none of it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from models.errors import InputRefused
from models.incident import FIRE_STATES, OPEN_STATES, IncidentState, Level, Urgency
from models.notice.occasion import URGENT_OCCASIONS, USUAL_OCCASIONS, Occasion
from models.times import Times

__all__ = [
    "RANK_WAIT",
    "USUAL_RULES",
    "Case",
    "Hold",
    "Later",
    "Rules",
    "Ruling",
    "Send",
    "Skip",
    "check_rules",
    "rule",
]

RANK_WAIT: Final = timedelta(seconds=3)
"""For so long a new fire waits to be ranked; one that nobody ranked is then taken for urgent."""

LONGEST_COOL_DOWN_S: Final = 86400.0


@dataclass(frozen=True, slots=True)
class Rules:
    """What a channel tells, and when.

    Attributes:
        occasions: what is told.
        drills: whether drills are told; every text of one says so.
        townships: codes; only fires that may be in one of them. Empty for all; a fire of which
            nobody knows the township is told everywhere.
        least_points: urgency below which a fire is not told until somebody confirms it, 0 to 100.
        urgent_points: urgency from which a fire waits for nothing, 0 to 100.
        urgent_level: level from which it does.
        quiet_from_minute: minute of the day at which quiet hours begin, on the site's clock; None
            without any.
        quiet_to_minute: at which they end; before the other one it means the next morning.
        cool_down_s: after a message was sent, what is not urgent waits so long and is then told
            together; 0 for never.
    """

    occasions: tuple[Occasion, ...] = USUAL_OCCASIONS
    drills: bool = False
    townships: tuple[str, ...] = ()
    least_points: float = 0.0
    urgent_points: float = 60.0
    urgent_level: Level = Level.CORROBORATED
    quiet_from_minute: int | None = None
    quiet_to_minute: int | None = None
    cool_down_s: float = 60.0

    def wants(self, occasion: Occasion, *, is_drill: bool) -> bool:
        """Whether the rules want such a notice of any fire at all."""
        return occasion in self.occasions and (self.drills or not is_drill)


USUAL_RULES: Final = Rules()


@dataclass(frozen=True, slots=True)
class Case:
    """What a ruling looks at.

    Attributes:
        occasion: of the notice.
        created_at: UTC, of the notice.
        state: of the fire.
        urgency: of the fire; None before it was ranked.
        townships: codes of those that it may be in; empty when nobody knows.
        told: the channel was told of this fire before.
        last_sent_at: UTC, when the channel sent last; None for never.
    """

    occasion: Occasion
    created_at: datetime
    state: IncidentState
    urgency: Urgency | None
    townships: frozenset[str] = frozenset()
    told: bool = False
    last_sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """Now."""


@dataclass(frozen=True, slots=True)
class Later:
    """At a moment (UTC), whatever happens until then."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """Not as the fire stands; it is asked again while the fire is not settled."""


@dataclass(frozen=True, slots=True)
class Skip:
    """Never: the fire was settled before anybody wanted to be told of it."""


Ruling = Send | Later | Hold | Skip


def check_rules(rules: Rules) -> None:
    """Refuse rules that cannot be.

    Raises:
        InputRefused: code ``channel_rules``.
    """
    quiet = Times(rules.quiet_from_minute, rules.quiet_to_minute)
    fine = quiet.are_possible and bool(rules.occasions)
    fine = fine and len(set(rules.occasions)) == len(rules.occasions)
    fine = fine and 0.0 <= rules.least_points <= 100.0 and 0.0 <= rules.urgent_points <= 100.0
    fine = fine and 0.0 <= rules.cool_down_s <= LONGEST_COOL_DOWN_S
    fine = fine and len(rules.townships) <= 1000
    fine = fine and all(0 < len(code) <= 40 and code.isprintable() for code in rules.townships)
    if not fine:
        raise InputRefused(
            "The rules of the channel cannot be kept.",
            remedy="Choose some occasion, points of 0 to 100, two minutes of the day that differ or"
            " none, and a cool-down of at most a day.",
            code="channel_rules",
        )


def rule(rules: Rules, case: Case, now: datetime, zone: ZoneInfo) -> Ruling:
    """What is to become of a notice now.

    Args:
        rules: of the channel.
        case: what is known.
        now: UTC.
        zone: of the site's clock.
    """
    ranked = case.urgency is not None
    waits = not ranked and case.state is IncidentState.OPEN and not case.told
    if waits and case.occasion not in URGENT_OCCASIONS and now < case.created_at + RANK_WAIT:
        return Later(case.created_at + RANK_WAIT)
    if not _wanted(rules, case):
        return Hold() if case.state in OPEN_STATES else Skip()
    if _urgent(rules, case):
        return Send()
    quiet_until = _quiet_until(rules, now, zone)
    if quiet_until is not None:
        return Later(quiet_until)
    if case.last_sent_at is not None:
        over_at = case.last_sent_at + timedelta(seconds=rules.cool_down_s)
        # A clock that was set back must not make a cool-down of a day.
        if case.last_sent_at <= now < over_at:
            return Later(over_at)
    return Send()


def _wanted(rules: Rules, case: Case) -> bool:
    if case.told:
        return True
    if rules.townships and case.townships and not case.townships & set(rules.townships):
        return False
    if case.state in FIRE_STATES or case.urgency is None:
        return True
    return case.urgency.points >= rules.least_points


def _urgent(rules: Rules, case: Case) -> bool:
    if case.occasion in URGENT_OCCASIONS:
        return True
    if case.state not in OPEN_STATES:
        return False  # nobody is woken to hear that it is over
    if case.urgency is None:
        return True
    levels = list(Level)
    return case.urgency.points >= rules.urgent_points or levels.index(
        case.urgency.level
    ) >= levels.index(rules.urgent_level)


def _quiet_until(rules: Rules, now: datetime, zone: ZoneInfo) -> datetime | None:
    if rules.quiet_from_minute is None or rules.quiet_to_minute is None:
        return None
    if not Times(rules.quiet_from_minute, rules.quiet_to_minute).cover(now, zone):
        return None
    local = now.astimezone(zone)
    minute = local.hour * 60 + local.minute
    ahead = (rules.quiet_to_minute - minute) % (24 * 60)
    end = local.replace(second=0, microsecond=0, fold=0) + timedelta(minutes=ahead)
    return max(end.astimezone(now.tzinfo), now + timedelta(seconds=1))
