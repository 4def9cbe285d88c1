"""The rules of a pair as values, and that no blind sensor ever has a say against anything."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.dual.agreement import adds_up, is_night, opens_alone, renewed, saw_heat, waits
from models.dual import AgreementRule, HeatVote, VoteWord
from models.light import Light

NOW = datetime(2026, 4, 5, 16, 0, tzinfo=UTC)
words = st.sampled_from(VoteWord)
rules = st.none() | st.sampled_from(AgreementRule)
odds = st.floats(-20.0, 20.0)


def vote(says: VoteWord, log_odds: float | None = None, camera_id: str = "h") -> HeatVote:
    return HeatVote(camera_id, says, NOW, log_odds)


@given(rules, words, st.none() | odds)
def test_smoke_waits_only_by_the_rule_of_both_and_only_where_none_was_seen(
    rule: AgreementRule | None, says: VoteWord, log_odds: float | None
) -> None:
    held = waits(rule, vote(says, log_odds))
    assert held == (rule is AgreementRule.BOTH and says is VoteWord.NOTHING)
    assert not waits(rule, None)


@given(odds, odds, words, st.floats(0.1, 10.0))
def test_what_both_see_adds_up_and_neither_alone(
    visible: float, heat: float, says: VoteWord, threshold: float
) -> None:
    adds = adds_up(visible, vote(says, heat), threshold)
    if adds:
        assert visible > 0.0
        assert heat > 0.0
        assert visible + heat >= threshold
        assert says in {VoteWord.FIRE, VoteWord.WARM}
        assert adds_up(visible + 1.0, vote(says, heat + 1.0), threshold), "more is no less"
    assert not adds_up(visible, None, threshold)
    assert not adds_up(visible, vote(VoteWord.NOTHING), threshold)


def test_the_threshold_itself_is_reached() -> None:
    assert adds_up(0.5, vote(VoteWord.WARM, 1.5), 2.0)
    assert not adds_up(0.5, vote(VoteWord.WARM, 1.49), 2.0)
    assert not adds_up(0.0, vote(VoteWord.FIRE, 9.0), 2.0), "that would be heat alone"
    assert saw_heat(vote(VoteWord.WARM))
    assert not saw_heat(None)


@pytest.mark.parametrize(
    ("sun_deg", "light", "expected"),
    [
        (-6.1, Light.DAY, True),  # a long exposure of a lit town
        (-5.9, Light.DAY, False),
        (-5.9, None, False),
        (-5.9, Light.INFRARED, True),
        (9.0, Light.NIGHT, True),  # under a storm
        (10.0, Light.INFRARED, False),  # a monochrome camera in the sun
        (-40.0, None, True),
    ],
)
def test_night_is_by_the_sun_or_by_the_picture_while_the_sun_is_low(
    *, sun_deg: float, light: Light | None, expected: bool
) -> None:
    assert is_night(sun_deg, light) is expected


@given(rule=rules, is_due=st.booleans(), by_night=st.booleans())
def test_heat_alone_is_a_fire_only_where_that_was_chosen(
    *, rule: AgreementRule | None, is_due: bool, by_night: bool
) -> None:
    opens = opens_alone(rule, is_due=is_due, by_night=by_night)
    assert opens == (rule is AgreementRule.HEAT_FIRST and is_due and by_night)


@given(words, words)
def test_a_sensor_that_has_gone_blind_takes_nothing_back(before: VoteWord, now: VoteWord) -> None:
    looked = {VoteWord.FIRE, VoteWord.WARM, VoteWord.NOTHING}
    (kept,) = renewed((vote(before, 1.0),), (vote(now, 2.0),))
    assert kept.says is (before if before in looked and now not in looked else now)


def test_each_sensor_has_one_vote() -> None:
    other = vote(VoteWord.FIRE, 1.0, "g")
    assert renewed((), ()) == ()
    assert renewed((other,), ()) == (other,), "a pair that was parted has voted"
    both = renewed((other,), (vote(VoteWord.BLIND),))
    assert [one.camera_id for one in both] == ["g", "h"]
