"""Schemathesis against the application behind a real socket, with something of everything in it.

It is an administrator's session that asks, with all of its checks. What is left out, and why:

- ``/api/events``, ``/api/wall`` and live pictures have no end, and a request would wait for it;
- ``/api/session``: whoever signs out, or changes the password, asks no more;
- ``/api/openapi.json`` is what it reads itself.

What its checks are told of our refusals stands in ``CONFIG`` with its reasons.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx
from api_rig import PASSWORDS, ApiRig
from crossing_rig import alert_of, fix_of, tower
from dual_rig import PAIR, head
from field_rig import called, order_at
from heat_rig import propose
from order_rig import on_duty
from run_rig import keep_schedule, keep_sweep, lead, window
from served import served

from api.auth.roles import COOKIE
from drone_jobs.fleet import find_aircraft
from models.crossing import Bearing, Report
from models.footage import FootageKind
from models.footage_library import FootageDraft, FootageResult, FootageState
from models.observation import ObservationDraft, ObservationSource
from models.replay_run import ReplayDraft
from models.site import HeightDatum, Position
from models.user import Role

__all__ = ["Findings", "fill", "fuzzed"]

TOWER, PLUME = tower("t3-drill", -84.3725, 36.2225), (-84.3061900, 36.2463033)

LEFT_OUT = r"/api/(events|session.*|openapi.json|wall|cameras/.*/live.mp4)$"
RULED = (
    r"^/api/(aircraft|alerts|audit|calibration|candidates|drones|duty|exchange|exports|field|flights|footage|gates"
    r"|handovers|imagery|incidents|land|learning|ledger|looks|masks|models|nodes|observations|orders|replays|reports"
    r"|schedules|sweeps|tokens|users|weather|wind|evidence/cameras|notices/channels"
    r"|patrols/[^/]+/(goto|lease|presets|steer)|patrols/[^/]+$"
    r"|cameras/(?![^/]+$)|cameras/(place|test|import)$)"
)
CONFIG = """
[auth.openapi.session]
api_key = "{token}"

# Right by its schema is not right: the state of things may refuse it (404, 409).
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "304", "401", "403", "404", "409", "429"]

# What is said of a recording, and its truth, may have been changed since (the first rule counts).
[[operations]]
include-path-regex = "^/api/footage/[^/]+(/truth)?$"
[operations.checks.positive_data_acceptance]
expected-statuses = ["2xx", "304", "403", "404", "409", "412", "422"]

# Rules that no schema states: another continent, an unknown photo, an area that crosses itself, a
# name of blanks, a span that ends before it begins, a cursor of no page, a camera at rest.
[[operations]]
include-path-regex = "{ruled}"
[operations.checks.positive_data_acceptance]
expected-statuses = ["2xx", "304", "401", "403", "404", "409", "412", "422", "429"]

# Its own list, without 5xx and 429, with what a path that leads elsewhere (405), a tag (412) and a
# body that is none of the kinds (413, 415) are answered.
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422"]

# OGC API Features has 400 for a box or a moment that is none.
[[operations]]
include-path-regex = "^/api/ogc"
[operations.checks.positive_data_acceptance]
expected-statuses = ["2xx", "304", "400", "404"]
# A setup that was changed since gets 412.
[[operations]]
include-path = "/api/cameras/{{camera_id}}"
[operations.checks.positive_data_acceptance]
expected-statuses = ["2xx", "403", "404", "409", "412", "422"]

# ``export.csv`` could be the key of a camera, had keys dots: PUT is refused for its letters.
[[operations]]
include-path = "/api/cameras/export.{{suffix}}"
[operations.checks.unsupported_method]
enabled = false
# Likewise ``file`` and ``import`` and the name of an aircraft.
[[operations]]
include-path-regex = "^/api/aircraft/(file|import)$"
[operations.checks.unsupported_method]
enabled = false
# Likewise ``reports`` and the key of an upload.
[[operations]]
include-path = "/api/land/imports/reports"
[operations.checks.unsupported_method]
enabled = false
"""


@dataclass(frozen=True)
class Findings:
    """What came of it.

    Attributes:
        passed: no check failed.
        statuses: how many answers had each status.
        text: of the report.
    """

    passed: bool
    statuses: dict[int, int]
    text: str


def fill(rig: ApiRig) -> None:
    """Some fires told by people, one of them a mere direction; one that a tower sees; an order.

    A recording in the library, a pair of cameras, and two flights: one of a schedule and one that
    looks at the first fire, with an aircraft.
    """
    alert_of(rig, TOWER, fix_of(TOWER, PLUME))
    for at in range(6):
        stand = Position(-84.3 + 0.02 * at, 36.2, 0.0, HeightDatum.GROUND)
        witness = Bearing(stand, 30.0, 2.0) if at == 3 else Report(stand, 100.0)
        draft = ObservationDraft(ObservationSource.CALL, witness, rig.clock.now(), "t", "冒烟")
        rig.context.store.observations.add(draft, author="m", key=f"fuzz-{at:04}")
    called(rig, order_at(rig), on_duty(rig, "李网格"))
    store, now = rig.context.store, rig.clock.now()
    craft = replace(
        find_aircraft("Matrice 4T"), name="M4T-01", home_lon_deg=-84.3, home_lat_deg=36.2
    )
    store.aircraft.put(craft, version=None, author="m")
    footage, _ = store.footage.add(
        FootageDraft("a.mp4", FootageKind.VIDEO, "a" * 64, 9), author="m"
    )
    store.footage.finish(footage.footage_id, FootageResult(FootageState.READY))
    head(store)
    store.duals.put(PAIR, "m")
    store.replays.ask(ReplayDraft("a", (), drill_fires=1, model="firewatch-yolo26n"), author="m")
    for frame_id in (1, 2):
        propose(rig, frame_id)
    sweep_id = keep_sweep(store)
    store.schedules.make_windows(
        keep_schedule(store, sweep_id),
        [window(now, 60.0)],
        now + timedelta(days=1),
        version=1,
        fence=lead(store),
    )
    store.runs.add_by_hand(
        sweep_id, 1, 1, "M4T-01", due_at=now, until_at=now + timedelta(hours=1),
        key="fuzz-flight", author="m", incident_id=1,
    )  # fmt: skip


def fuzzed(
    rig: ApiRig, folder: Path, arguments: Sequence[str], *, seconds: float, cookie: str = ""
) -> Findings:
    """Ask with schemathesis.

    Args:
        rig: whose application is served.
        folder: for its files.
        arguments: further ones: which operations, phases, examples.
        seconds: after which it counts as failed.
        cookie: ``name=value`` to ask with in place of the session.
    """
    with served(rig) as address:
        with httpx.Client(base_url=address, timeout=60.0) as client:
            body = {"name": "admin", "password": PASSWORDS[Role.ADMIN]}
            assert client.post("/api/session", json=body).status_code == 200
            token = client.cookies[COOKIE]
            document = folder / "openapi.json"
            document.write_bytes(client.get("/api/openapi.json").content)
        config = folder / "schemathesis.toml"
        config.write_text(CONFIG.format(token=token, ruled=RULED), encoding="utf-8")
        report = folder / "report.ndjson"
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config)),
            *("run", str(document), "-u", address, "--exclude-path-regex", LEFT_OUT),
            *("--continue-on-failure", "--warnings", "off", "--no-color"),
            *("--suppress-health-check", "all"),
            *("--request-timeout", "90", "--max-response-time", "90"),  # a busy machine exports
            *("--report", "har", "--report-har-path", str(report)),
            *(("--header", f"Cookie: {cookie}") if cookie else ()),
            *arguments,
        ]
        done = subprocess.run(  # noqa: S603  # a tool of the test environment
            command, capture_output=True, text=True, timeout=seconds, check=False, cwd=folder
        )
    statuses: dict[int, int] = {}
    for entry in json.loads(report.read_text(encoding="utf-8"))["log"]["entries"]:
        status = int(entry["response"]["status"])
        statuses[status] = statuses.get(status, 0) + 1
    return Findings(done.returncode == 0, statuses, done.stdout[-6000:] + done.stderr[-2000:])
