"""Whatever can be the matter with a camera has words in both languages, and so has what to do."""

import json
import re
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

import pytest
from raised_codes import raised_in

from api.cameras import list_faults
from api.cameras.exchange import changes_of
from api.cameras.words import COLUMNS
from api.land import editing
from api.notices.trouble import Trouble
from camera_gateway.http_words import _REFUSED_STATUS
from camera_gateway.sources.stream_open import _REFUSALS
from camera_gateway.status import GatewayState
from camera_gateway.truth import Fault
from models.camera_link import Adapter, CameraLink, Credential
from models.camera_setup import CameraSetup
from models.condition import Condition
from models.dual import AgreementRule, RegistrationSource, RegistrationState, VoteWord
from models.incident import (
    DismissReason,
    EntryKind,
    IncidentState,
    Level,
    LinkReason,
    UrgencyReason,
)
from models.land import ATTRIBUTES, Layer
from models.notice import ChannelKind, DeliveryState, Occasion, SkipReason
from models.observation import ObservationSource
from models.recording import ClearingCause, KeptKind, RecordingState
from models.site import Camera, CameraKind, HeightDatum, Position
from models.suppression import Holder, Release
from models.user import Role, TokenScope

ROOT = Path(__file__).resolve().parents[2]
NOT_READING = {
    "scene": "draws the drill",
    "sources/drill.py": "the demo's own scene",
    "sources/isapi_events.py": "events, to which nothing listens yet",
    "sources/pacing.py": "settings of a replay, given by a program",
    "bus.py": "between our own floors",
    "patrol/desk.py": "answers a browser that steers",
    "clip.py": "makes clips",
    "vault.py": "keeps evidence",
    "recording": "writes what was read",
    "video/live.py": "shows what others read",
    "sources/video_seeking.py": "shows a frame of the library",
    "thermal": "of the command line; no camera sends such pictures yet",
}
PASSED_ON = {
    "camera_gateway/gateway.py: code",
    "camera_gateway/gateway.py: known",
    "camera_gateway/gateway.py: error.code",
    "camera_gateway/gateway.py: judgement.fault",
    "camera_gateway/http_words.py: code",
    "camera_gateway/probe.py: told.code",
    "camera_gateway/sources/stream_open.py: code",
    "camera_gateway/sources/stream_reader.py: error.code",
}
"""Where a code is handed on that is written elsewhere; the tables of it are read below."""

NEVER_SEEN = {
    "frame_corrupt": "the gateway calls it corrupt",
    "source_ended": "the gateway calls it stream_ended, or a recording is over",
}
IN_TABLES = {row[2] for row in _REFUSED_STATUS.values()} | {row[3] for row in _REFUSALS}
OF_ENTRIES = set(list_faults._CODES.values()) | {"entry_range", "entry_other"}
OF_ADDRESSES = {"address_scheme", "address_unreadable", "address_ambiguous"}
FROM_A_BROWSER = [
    *("api/errors.py", "api/auth", "api/alerts", "api/cameras", "api/candidates", "api/ledger"),
    *("api/live_view", "camera_gateway/video/live.py"),
    *("api/maps", "api/sweeps", "drone_jobs", "models/alert.py", "models/store", "models/incident"),
    *("api/crossings", "api/observations", "models/observation.py", "geo/directions.py"),
    *("api/heat", "api/nodes"),
    *("api/dual", "detector/dual"),
    *("api/incidents", "api/paging.py", "api/etags.py", "api/exports"),
    *("api/notices/routes.py", "models/notice"),
    *("api/people", "models/user.py"),
    "api/flights",
    "api/imagery",
    "api/learning",
    *("api/footage", "models/footage.py", "detector/footage"),
    "api/replays",
    "api/drone_live",
    "api/releases",
    *("api/patrols", "models/patrol.py", "api/masks", "models/mask.py"),
    "camera_gateway/patrol/desk.py",
    "api/land",
    *("api/weather", "models/weather.py"),
    *("api/gates", "models/passage.py", "api/sheets.py"),
    *("api/duty", "models/duty", "api/orders", "models/order"),
    "api/field",
    *("api/handovers", "models/handover.py", "models/ledger.py"),
    "api/exchange",
    *("api/calibration", "geo/calibration", "geo/crs", "geo/camera.py"),
]
NOT_FROM_A_BROWSER = {
    "alert_mismatch": "a fault of the watch itself",
    "audit_broken": "of the command line",
    "author_missing": "every request has its user",
    "camera_list": "of the command line",
    "drone_link": "the watch opens links itself, and its log says why it cannot",
    "evidence_unusable": "told on the phone page, which has words of its own",
    "landmarks_line": "of the command line",
    "landmarks_table": "of the command line",
    "mask_time_without_zone": "the API takes times with their zone only",
    "node_disk": "a node's program is told of it",
    "node_sequence": "likewise",
    "node_list": "of the command line",
    "node_list_line": "of the command line",
    "node_list_size": "of the command line",
    "node_secret": "the watch makes the keys of nodes itself",
    "no_terrain": "the map does not ask for relief that is not there",
    "recording_span": "a fault of the watch itself",
    "reason_unexpected": "the console sends a reason with a dismissal only",
    "store_damaged": "the watch does not start",
    "store_absent": "of the command line",
    "store_first": "of the command line",
    "store_not_copied": "of the command line",
    "vehicle_home": "of the command line, of a simulated aircraft",
    "vehicle_speedup": "of the command line, of a simulated aircraft",
    "vehicle_url": "of the command line, of a simulated aircraft",
}
LANGUAGES = {
    language: json.loads((ROOT / f"console/src/i18n/{language}.json").read_text(encoding="utf-8"))
    for language in ("zh", "en")
}
CHINESE = re.compile("[\u4e00-\u9fff]")


def readers() -> list[str]:
    found = []
    for file in sorted((ROOT / "camera_gateway").rglob("*.py")):
        name = file.relative_to(ROOT / "camera_gateway").as_posix()
        if not any(name == part or name.startswith(f"{part}/") for part in NOT_READING):
            found.append(f"camera_gateway/{name}")
    return found


RAISED = raised_in(ROOT, readers())
TROUBLES = (RAISED.codes | IN_TABLES | {fault.value for fault in Fault}) - set(NEVER_SEEN)


@pytest.fixture(params=["zh", "en"])
def words(request: pytest.FixtureRequest) -> dict[str, dict[str, str]]:
    return LANGUAGES[request.param]  # type: ignore[no-any-return]


def without_words(codes: set[str] | frozenset[str], section: dict[str, str]) -> set[str]:
    return {code for code in codes if not section.get(code, "").strip()}


def test_the_walk_sees_every_code_or_says_where_it_does_not() -> None:
    assert len(TROUBLES) > 50
    assert RAISED.unclear == PASSED_ON, "a code is raised where this test cannot read it"
    assert set(NEVER_SEEN) <= RAISED.codes


def test_every_trouble_has_words_and_what_to_do(words: dict[str, dict[str, str]]) -> None:
    assert without_words(TROUBLES, words["trouble"]) == set()
    assert without_words(TROUBLES, words["todo"]) == set()


def test_no_words_are_kept_for_what_cannot_happen(words: dict[str, dict[str, str]]) -> None:
    defaults = {"source_unavailable", "source_refused", "input_refused"}
    assert set(words["trouble"]) - TROUBLES - defaults == set()
    others = {each.value for each in Condition} | {each.value for each in GatewayState}
    assert set(words["todo"]) - TROUBLES - defaults - others == {"disabled_unlinked", "hanging"}


@pytest.mark.parametrize(
    ("enumeration", "sections"),
    [
        (Condition, ("condition", "todo")),
        (Fault, ("trouble", "todo", "drop")),
        (GatewayState, ("camera_state",)),
        (RecordingState, ("recording_state",)),
        (KeptKind, ("kept_kind",)),
        (ClearingCause, ("clearing_cause",)),
        (Trouble, ("notice_trouble",)),
        (Occasion, ("occasion",)),
        (ChannelKind, ("channel_kind",)),
        (DeliveryState, ("delivery_state",)),
        (SkipReason, ("skip_reason",)),
        (IncidentState, ("state",)),
        (DismissReason, ("reason",)),
        (EntryKind, ("entry_kind",)),
        (LinkReason, ("link", "link_short")),
        (Level, ("level",)),
        (UrgencyReason, ("urgency_name",)),
        (ObservationSource, ("observed_by",)),
        (Role, ("role",)),
        (TokenScope, ("token_scope",)),
        (AgreementRule, ("dual_rule", "dual_rule_does", "dual_rule_risks")),
        (RegistrationSource, ("dual_source",)),
        (RegistrationState, ("dual_state",)),
        (VoteWord, ("vote_says", "vote_means")),
        (Holder, ("holder",)),
        (Release, ("release",)),
    ],
)
def test_every_condition_fault_and_state_has_words(
    words: dict[str, dict[str, str]], enumeration: type[StrEnum], sections: tuple[str, ...]
) -> None:
    for section in sections:
        assert without_words({each.value for each in enumeration}, words[section]) == set()


def test_a_state_without_a_trouble_of_its_own_has_a_sentence(
    words: dict[str, dict[str, str]],
) -> None:
    told_by_trouble = {GatewayState.LOST, GatewayState.DEGRADED}
    assert without_words(set(GatewayState) - told_by_trouble, words["health"]) == set()
    needs_somebody = {"connecting", "stale", "disabled", "disabled_unlinked", "hanging"}
    assert without_words(needs_somebody, words["todo"]) == set()


def test_what_a_browser_may_be_refused_with_has_words(words: dict[str, dict[str, str]]) -> None:
    raised = raised_in(ROOT, FROM_A_BROWSER)
    said = words["problem"] | words["trouble"] | words["import_why"]
    assert without_words(raised.codes - set(NOT_FROM_A_BROWSER), said) == set()
    # These pass on what somebody else has raised.
    passed_on = {"api/cameras/list_faults.py: code", "api/calibration/service.py: error.code"}
    passed_on |= {"api/gates/taking.py: refusal.code", "api/imagery/shelf.py: refused.code"}
    passed_on |= {"api/footage/service.py: error.code", "api/footage/labelling.py: error.code"}
    passed_on |= {"models/footage.py: code", "detector/footage/truth_file.py: error.code"}
    passed_on |= {"models/store/replay_rows.py: code", "api/nodes/listed.py: error.code"}
    of_tables = {
        "api/land/editing.py: _FACT_CODES[faults[0].kind]",
        "api/land/editing.py: _SHAPE_CODES[fault]",
    }
    assert raised.unclear == passed_on | of_tables
    text = (ROOT / "models/footage.py").read_text(encoding="utf-8")
    of_truths = set(re.findall(r'"((?:truth|footage)_[a-z]+)"', text))
    assert {"truth_order", "footage_range"} < of_truths
    stored = {"footage_crashed", "footage_failed"}
    assert without_words(of_truths | stored, words["problem"]) == set()
    in_tables = {*editing._FACT_CODES.values(), *editing._SHAPE_CODES.values()}
    assert without_words(in_tables, words["problem"]) == set()
    assert without_words(OF_ENTRIES, words["import_why"]) == set()
    assert set(words["import_why"]) <= raised.codes | OF_ENTRIES


def test_every_column_of_a_list_has_the_name_that_an_export_writes(
    words: dict[str, dict[str, str]],
) -> None:
    assert without_words(set(COLUMNS), words["column"]) == set()
    assert {key: LANGUAGES["zh"]["column"][key] for key in COLUMNS} == {
        key: others[0] for key, others in COLUMNS.items()
    }
    setup = CameraSetup(
        Camera("a", "a", CameraKind.TOWER, Position(1.0, 2.0, 3.0, HeightDatum.GROUND), ()),
        CameraLink(Adapter.RTSP, "rtsp://h/1"),
        Credential("u", "p"),
    )
    bare = CameraSetup(replace(setup.camera, name="b"))
    assert without_words(set(changes_of(bare, setup)), words["column"]) == set()


def test_every_layer_and_each_of_its_choices_has_words(
    words: dict[str, dict[str, str]],
) -> None:
    assert without_words({layer.value for layer in Layer}, words["layer"]) == set()
    said: dict[str, dict[str, str]] = words["choice"]  # type: ignore[assignment]
    choices = [one for table in ATTRIBUTES.values() for one in table if one.choices]
    assert len(choices) > 10
    for one in choices:
        assert without_words(set(one.choices), said[one.key]) == set(), one.key


def test_the_slow_lane_is_told_for_those_who_are_in_it() -> None:
    text = (ROOT / "console/src/lib/states.ts").read_text(encoding="utf-8")
    lane = re.search(r"SLOW_LANE[^\[]*\[(.*?)\]", text, re.DOTALL)
    assert lane is not None
    told = set(re.findall(r'"(\w+)"', lane[1]))
    assert told == RAISED.refusals | IN_TABLES | OF_ADDRESSES | {"source_refused"}


def test_each_language_is_its_own() -> None:
    for section in ("trouble", "todo", "condition", "health", "problem"):
        for code, text in LANGUAGES["zh"][section].items():
            assert CHINESE.search(text) or text.startswith("{"), f"zh {section}.{code}"
            assert not CHINESE.search(LANGUAGES["en"][section][code]), f"en {section}.{code}"


def test_every_way_in_which_a_row_of_weather_is_refused_has_words(
    words: dict[str, dict[str, str]],
) -> None:
    codes = {"weather_moment", "weather_missing", "weather_number"}
    codes |= raised_in(ROOT, ["models/weather.py"]).codes
    assert without_words(codes, words["weather_row"]) == set()


def test_every_way_in_which_a_row_of_a_gate_is_refused_has_words(
    words: dict[str, dict[str, str]],
) -> None:
    codes = {"gate_moment", "gate_way", "gate_kind"} | raised_in(ROOT, ["models/passage.py"]).codes
    assert without_words(codes, words["problem"]) == set()
