"""Limits of the gates in the settings."""

import pytest
from pydantic import ValidationError

from models.config.flight_gates import FlightGatesRule
from models.flight import Gate, GateLimits


def test_the_settings_begin_with_the_limits_themselves() -> None:
    assert FlightGatesRule().limits == GateLimits()


def test_gates_may_be_passed_by_name() -> None:
    rule = FlightGatesRule(most_wind_ms=8.0, may_pass_unknown=" rain, ,storage")
    assert rule.limits.most_wind_ms == 8.0
    assert rule.limits.may_pass_unknown == {Gate.RAIN, Gate.STORAGE}
    assert FlightGatesRule(may_pass_unknown="").limits.may_pass_unknown == frozenset()


@pytest.mark.parametrize("names", ["wind", "rain,registration", "release", "no such gate"])
def test_no_other_gate_may_pass_unknown(names: str) -> None:
    with pytest.raises(ValidationError, match="may not pass unknown"):
        FlightGatesRule(may_pass_unknown=names)
