"""Schemathesis on every operation of the running application, all checks.

By the areas of the API, so that workers share them; always with the same seed, and so with the
same cases. ``FIREWATCH_SCHEMA_EXAMPLES=50 ./run servers -k schema_all`` looks much further, for up
to an hour: at every bound of every schema, and at other cases each time.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from api_rig import ApiRig, build_api
from field_rig import Phone
from schema_rig import fill, fuzzed

from api.app import create_app
from api.field.devices import COOKIE
from api.openapi import document_of

pytestmark = pytest.mark.servers

SEED, EXAMPLES = 11, 6
AREAS = (
    ("incidents", "exports", "alerts", "crossings", "observations", "map", "weather", "people"),
    ("land", "ledger", "masks", "candidates", "audit", "health", "session", "openapi", "feed"),
    ("notices", "patrols", "aircraft", "sweeps", "evidence", "coverage", "live view"),
    ("schedules", "flights", "imagery", "footage", "learning", "replays", "models"),
    ("cameras", "calibration", "duals", "nodes", "ogc", "looks"),
    ("duty", "gates", "orders", "handovers", "reports", "field", "exchange"),
)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[ApiRig]:
    made = build_api(tmp_path)
    fill(made)
    yield made
    made.context.store.close()


def amount() -> tuple[str, ...]:
    further = os.environ.get("FIREWATCH_SCHEMA_EXAMPLES")
    if further is None:
        return ("--phases", "fuzzing", "-n", str(EXAMPLES), "--seed", str(SEED))
    return ("--phases", "coverage,fuzzing", "-n", further)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("areas", AREAS, ids=lambda areas: areas[0])
def test_no_operation_answers_otherwise_than_it_says(
    rig: ApiRig, tmp_path: Path, areas: tuple[str, ...]
) -> None:
    tags = [part for area in areas for part in ("--include-tag", area)]
    found = fuzzed(rig, tmp_path, [*amount(), *tags], seconds=3500.0)
    assert found.passed, found.text
    assert found.statuses.get(200, 0) > 10, "it must have been let in, or it proves nothing"
    assert not [status for status in found.statuses if status >= 500]


@pytest.mark.timeout(3600)
def test_the_page_of_a_phone_answers_as_it_says(rig: ApiRig, tmp_path: Path) -> None:
    phone = Phone(rig)
    phone.open()
    cookie = f"{COOKIE}={phone.client.cookies[COOKIE]}"
    found = fuzzed(
        rig, tmp_path, [*amount(), "--include-tag", "field"], seconds=3500.0, cookie=cookie
    )
    assert found.passed, found.text
    assert found.statuses.get(200, 0) > 5, "its order must have been there, or it proves nothing"
    assert not [status for status in found.statuses if status >= 500]


def test_no_area_is_left_out(rig: ApiRig) -> None:
    paths = document_of(create_app(rig.context, console_dir=None))["paths"]
    found = {one["tags"][0] for methods in paths.values() for one in methods.values()}
    assert found == {area for areas in AREAS for area in areas}
