"""The outbox: nothing lost, nothing sent twice without its mark; channels and their secrets."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from models.alert import AlertDraft
from models.clock import ManualClock
from models.errors import Conflict, InputRefused, NotFound
from models.frame import Provenance
from models.incident import DismissReason, EntryKind, IncidentState, Level, Urgency
from models.notice import (
    Batch,
    ChannelDraft,
    ChannelKind,
    ChannelOptions,
    DeliveryState,
    Failure,
    Occasion,
    Payload,
    Rules,
    Secrets,
    SkipReason,
)
from models.store import Store

ZONE = ZoneInfo("Asia/Shanghai")
KEY = Secrets({"key": "hush-hush-7788"})
PLAIN = ChannelDraft("群", ChannelKind.WECOM, rules=Rules(cool_down_s=0.0))
FIXTURE = Path(__file__).parents[1] / "fixtures" / "notices" / "cooldown_unsent.json"

Drafts = Callable[..., AlertDraft]


@pytest.fixture
def fire(store: Store, make_draft: Drafts) -> Callable[..., int]:
    def light(key: str = "f", points: float | None = 30.0, **changes: object) -> int:
        number = store.alerts.open_alert(make_draft(key, **changes), [])[0].incident_id
        if points is not None:
            urgency = Urgency(points, Level.SINGLE, (), make_draft().captured_at)
            store.incidents.rank(number, urgency)
        return number

    return light


def claim(store: Store, channel_id: int = 1, holder: str = "p", **changes: Any) -> Batch | None:  # noqa: ANN401
    asked = {"lease_s": 60.0, "zone": ZONE, "most": 10, **changes}
    return store.deliveries.claim(channel_id, holder=holder, **asked)


def told(batch: Batch | None) -> list[tuple[int, Occasion]]:
    assert batch is not None
    return [(one.incident.incident_id, one.delivery.occasion) for one in batch.waiting]


def states(store: Store, incident_id: int = 1) -> list[DeliveryState]:
    return [one.state for one in reversed(store.deliveries.of_incident(incident_id))]


def failure(**changes: object) -> Failure:
    return Failure(**{"code": "notice_timeout", "detail": "slow", "retry_in_s": 5.0, **changes})  # type: ignore[arg-type]


def confirm(store: Store, incident_id: int = 1) -> None:
    store.verdicts.step(
        incident_id,
        expected=store.incidents.get(incident_id).state,
        to_state=IncidentState.CONFIRMED,
        author="li",
    )


def test_a_notice_is_written_with_what_it_tells_for_each_channel_that_wants_it(
    store: Store, fire: Callable[..., int]
) -> None:
    store.channels.add(PLAIN, KEY, actor="a")
    only_closed = Rules(occasions=(Occasion.CLOSED,))
    store.channels.add(replace(PLAIN, name="2", rules=only_closed), KEY, actor="a")
    store.channels.add(replace(PLAIN, name="3", enabled=False), KEY, actor="a")
    fire()
    (one,) = store.deliveries.of_incident(1)
    assert (one.channel_id, one.channel_name, one.occasion) == (1, "群", Occasion.OPENED)
    assert (one.state, one.attempts, one.message_id) == (DeliveryState.PENDING, 0, "")
    assert store.deliveries.due() == [1]


def test_a_channel_tells_nothing_of_before_it_was_there(
    store: Store, fire: Callable[..., int]
) -> None:
    fire()
    store.channels.add(PLAIN, KEY, actor="a")
    assert store.deliveries.newest(10) == []


def test_drills_are_told_only_where_they_are_wanted(store: Store, fire: Callable[..., int]) -> None:
    store.channels.add(PLAIN, KEY, actor="a")
    store.channels.add(replace(PLAIN, name="2", rules=Rules(drills=True)), KEY, actor="a")
    fire(provenance=Provenance.DRILL)
    assert [one.channel_id for one in store.deliveries.of_incident(1)] == [2]


def test_what_is_taken_back_with_its_transaction_is_told_to_nobody(
    store: Store, fire: Callable[..., int]
) -> None:
    store.channels.add(PLAIN, KEY, actor="a")
    fire()
    from models.store.incident_history import write_entry

    def broken_off() -> None:
        with store._database.write() as connection:
            write_entry(connection, store.incidents._clock, 1, EntryKind.REOPENED, author="li")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken_off()
    assert len(store.deliveries.of_incident(1)) == 1


def test_sent_once_is_sent(store: Store, fire: Callable[..., int]) -> None:
    store.channels.add(PLAIN, KEY, actor="a")
    fire()
    batch = claim(store)
    assert told(batch) == [(1, Occasion.OPENED)]
    assert batch is not None
    assert batch.secrets == KEY
    assert claim(store, holder="q") is None, "somebody has it in hand"
    assert store.deliveries.sent(batch.message_id, "errcode 0") == 1
    assert store.deliveries.sent(batch.message_id, "again") == 0
    (one,) = store.deliveries.of_incident(1)
    assert (one.state, one.receipt, one.attempts) == (DeliveryState.SENT, "errcode 0", 1)
    assert one.sent_at is not None
    assert store.deliveries.due() == []


def test_a_sender_that_died_leaves_its_mark_and_the_next_one_uses_it(
    store: Store, fire: Callable[..., int], clock: ManualClock
) -> None:
    store.channels.add(PLAIN, KEY, actor="a")
    fire("a")
    fire("b")
    first = claim(store)
    assert first is not None
    fire("c")  # a third one meanwhile never slips under an old mark
    clock.advance(60.0)
    again = claim(store, holder="q")
    assert again is not None
    assert again.message_id == first.message_id
    assert told(again) == told(first) == [(1, Occasion.OPENED), (2, Occasion.OPENED)]
    assert store.deliveries.failed(first.message_id, "p", failure()) == 0, "it lost its lease"
    assert store.deliveries.sent(first.message_id, "late, and true") == 2
    assert store.deliveries.failed(again.message_id, "q", failure()) == 0
    third = claim(store)
    assert third is not None
    assert third.message_id != first.message_id
    assert told(third) == [(3, Occasion.OPENED)]


def test_what_may_have_arrived_keeps_its_mark_and_what_did_not_gets_a_new_one(
    store: Store, fire: Callable[..., int], clock: ManualClock
) -> None:
    store.channels.add(PLAIN, KEY, actor="a")
    fire()
    first = claim(store)
    assert first is not None
    assert store.deliveries.failed(first.message_id, "p", failure(maybe_sent=True)) == 1
    assert claim(store) is None
    clock.advance(5.0)
    second = claim(store)
    assert second is not None
    assert (second.message_id, second.attempts) == (first.message_id, 1)
    store.deliveries.failed(second.message_id, "p", failure())
    clock.advance(5.0)
    third = claim(store)
    assert third is not None
    assert third.message_id != first.message_id
    assert third.attempts == 2


def test_what_follows_waits_for_what_is_in_hand_of_the_same_fire(
    store: Store, fire: Callable[..., int]
) -> None:
    store.channels.add(PLAIN, KEY, actor="a")
    fire()
    batch = claim(store)
    assert batch is not None
    confirm(store)
    assert claim(store, holder="q") is None
    store.deliveries.sent(batch.message_id, "")
    following = claim(store, holder="q")
    assert told(following) == [(1, Occasion.CONFIRMED)]
    assert following is not None
    assert [one.entry_id for one in following.waiting[0].told] == [
        batch.waiting[0].delivery.entry_id
    ]


def test_a_message_that_was_refused_as_a_whole_is_tried_in_parts(
    store: Store, fire: Callable[..., int], clock: ManualClock
) -> None:
    store.channels.add(PLAIN, KEY, actor="a")
    for number in range(3):
        fire(f"f{number}")
    batch = claim(store)
    assert len(told(batch)) == 3
    assert batch is not None
    store.deliveries.failed(batch.message_id, "p", failure(alone=True))
    clock.advance(5.0)
    fire("new")
    sizes = []
    while (part := claim(store)) is not None:
        sizes.append(len(part.waiting))
        store.deliveries.sent(part.message_id, "")
    assert sizes == [1, 1, 1, 1]


def test_a_channel_that_is_there_again_gets_at_once_what_it_missed_together(
    store: Store, fire: Callable[..., int], clock: ManualClock
) -> None:
    store.channels.add(PLAIN, KEY, actor="a")
    for number in range(5):
        fire(f"f{number}")
    batch = claim(store, most=2)
    assert batch is not None
    store.deliveries.failed(batch.message_id, "p", failure(retry_in_s=300.0))
    (health,) = store.channels.health()
    assert (health.failures, health.failing, health.pending) == (1, 2, 5)
    assert (health.error, health.detail) == ("notice_timeout", "slow")
    assert health.failing_since == clock.now()
    batch = claim(store, most=2)
    assert batch is not None
    store.deliveries.sent(batch.message_id, "")
    (health,) = store.channels.health()
    assert (health.failures, health.failing_since, health.error) == (0, None, "")
    assert health.last_success_at == clock.now()
    assert len(told(claim(store))) == 3, "also the two that had to wait five minutes"


def test_floods_are_bundled_and_nothing_of_them_is_lost(
    store: Store, fire: Callable[..., int], clock: ManualClock
) -> None:
    store.channels.add(replace(PLAIN, rules=Rules(cool_down_s=60.0)), KEY, actor="a")
    fire("first")
    batch = claim(store)
    assert batch is not None
    store.deliveries.sent(batch.message_id, "")
    for number in range(30):
        fire(f"f{number}")
    assert claim(store) is None, "the cool-down runs"
    clock.advance(60.0)
    sizes: list[int] = []
    while (batch := claim(store)) is not None:
        sizes.append(len(batch.waiting))
        store.deliveries.sent(batch.message_id, "")
        clock.advance(60.0)
    assert sizes == [10, 10, 10]
    assert all(states(store, number) == [DeliveryState.SENT] for number in range(1, 32))


def test_an_urgent_fire_takes_no_heed_of_the_cool_down(
    store: Store, fire: Callable[..., int]
) -> None:
    store.channels.add(replace(PLAIN, rules=Rules(cool_down_s=600.0)), KEY, actor="a")
    fire("first")
    batch = claim(store)
    assert batch is not None
    store.deliveries.sent(batch.message_id, "")
    fire("calm")
    fire("urgent", points=80.0)
    assert told(claim(store)) == [(3, Occasion.OPENED)]


def test_a_cool_down_that_began_with_a_filtered_event_does_not_silence_the_next(
    store: Store, fire: Callable[..., int], clock: ManualClock
) -> None:
    recipe = json.loads(FIXTURE.read_text(encoding="utf-8"))
    store.channels.add(replace(PLAIN, rules=Rules(**recipe["rules"])), KEY, actor="a")
    at_s = 0.0
    for number, event in enumerate(recipe["events"]):
        clock.advance(event["at_s"] - at_s)
        at_s = event["at_s"]
        incident_id = fire(f"e{number}", points=event["points"])
        batch = claim(store)
        assert (batch is not None) is event["sent"]
        if batch is not None:
            assert told(batch) == [(incident_id, Occasion.OPENED)]
            store.deliveries.sent(batch.message_id, "")


def test_a_fire_that_was_held_is_told_when_it_grows_and_skipped_when_it_is_settled(
    store: Store, fire: Callable[..., int], clock: ManualClock, make_draft: Drafts
) -> None:
    rules = Rules(least_points=50.0, cool_down_s=0.0)
    store.channels.add(replace(PLAIN, rules=rules), KEY, actor="a")
    grows, fades = fire("a", points=10.0), fire("b", points=10.0)
    assert claim(store) is None
    clock.advance(10.0)
    store.incidents.rank(grows, Urgency(55.0, Level.SINGLE, (), make_draft().captured_at))
    batch = claim(store)
    assert told(batch) == [(grows, Occasion.OPENED)]
    store.verdicts.step(
        fades,
        expected=IncidentState.OPEN,
        to_state=IncidentState.DISMISSED,
        reason=DismissReason.FOG,
        author="li",
    )
    clock.advance(10.0)
    assert claim(store, holder="q") is None
    found = store.deliveries.of_incident(fades)
    assert {one.state for one in found} == {DeliveryState.SKIPPED}
    assert {one.skipped for one in found} == {SkipReason.NOT_WANTED}


def test_townships_hold_a_fire_back_and_never_one_that_nobody_can_place(
    store: Store, fire: Callable[..., int], make_draft: Drafts
) -> None:
    elsewhere = Rules(townships=("999",), cool_down_s=0.0)
    store.channels.add(replace(PLAIN, rules=elsewhere), KEY, actor="a")
    fire("placed")
    draft = make_draft()
    store.alerts.open_alert(
        replace(draft, idempotency_key="lost", land=replace(draft.land, townships=())), []
    )
    store.incidents.rank(2, Urgency(1.0, Level.SINGLE, (), draft.captured_at))
    assert told(claim(store)) == [(2, Occasion.OPENED)]


def test_xml_goes_one_message_for_each_notice_in_order(
    store: Store, fire: Callable[..., int]
) -> None:
    hook = ChannelDraft(
        "hook",
        ChannelKind.WEBHOOK,
        ChannelOptions(address="http://h/", payload=Payload.CAP),
        Rules(cool_down_s=0.0),
    )
    store.channels.add(hook, Secrets({"signing_key": "k"}), actor="a")
    fire()
    confirm(store)
    seen = []
    while (batch := claim(store, most=1)) is not None:
        seen += [(one.delivery.occasion, len(one.told)) for one in batch.waiting]
        store.deliveries.sent(batch.message_id, "")
    assert seen == [(Occasion.OPENED, 0), (Occasion.CONFIRMED, 1)]


def test_tries_of_a_robot_keep_their_distance(
    store: Store, fire: Callable[..., int], clock: ManualClock
) -> None:
    store.channels.add(PLAIN, KEY, actor="a")
    fire("a")
    batch = claim(store, apart_s=3.0)
    assert batch is not None
    store.deliveries.sent(batch.message_id, "")
    fire("b")
    assert claim(store, apart_s=3.0) is None
    clock.advance(3.0)
    assert claim(store, apart_s=3.0) is not None


def test_a_channel_that_is_switched_off_or_removed_skips_what_waits(
    store: Store, fire: Callable[..., int]
) -> None:
    one = store.channels.add(PLAIN, KEY, actor="a")
    fire()
    store.channels.change(one.channel_id, replace(PLAIN, enabled=False), None, actor="a")
    assert store.deliveries.of_incident(1)[0].skipped is SkipReason.CHANNEL_OFF
    assert claim(store) is None
    store.channels.change(one.channel_id, PLAIN, None, actor="a")
    fire("b")
    batch = claim(store)
    assert batch is not None
    store.channels.remove(one.channel_id, actor="a")
    assert claim(store) is None
    assert store.deliveries.failed(batch.message_id, "p", failure()) == 0
    assert store.deliveries.sent(batch.message_id, "it was on its way") == 1
    assert store.deliveries.of_incident(2)[0].state is DeliveryState.SENT
    assert store.deliveries.of_incident(2)[0].channel_name == "群", "receipts outlive it"
    assert store.channels.all() == []
    assert store.channels.health() == []
    store.channels.add(PLAIN, KEY, actor="a")  # its name is free again


def test_receipts_are_forgotten_after_their_days_and_what_waits_is_not(
    store: Store, fire: Callable[..., int], clock: ManualClock
) -> None:
    store.channels.add(PLAIN, KEY, actor="a")
    fire("a")
    batch = claim(store)
    assert batch is not None
    store.deliveries.sent(batch.message_id, "")
    fire("b")
    assert store.deliveries.forget(clock.now()) == 0
    clock.advance(86400.0)
    assert store.deliveries.forget(clock.now() - timedelta(hours=1)) == 1
    assert states(store, 1) == []
    assert states(store, 2) == [DeliveryState.PENDING]
    assert store.deliveries.newest(5, states=[DeliveryState.SENT]) == []
    assert len(store.deliveries.newest(5)) == 1


def test_two_processes_never_have_one_message(
    reopen: Callable[[], Store], store: Store, fire: Callable[..., int]
) -> None:
    store.channels.add(PLAIN, KEY, actor="a")
    for number in range(8):
        fire(f"f{number}")
    with closing(reopen()) as other:
        marks, fires = [], []
        for turn in range(8):
            one = claim((store, other)[turn % 2], holder=str(turn % 2), most=1)
            assert one is not None
            marks.append(one.message_id)
            fires += [each.incident.incident_id for each in one.waiting]
        assert claim(store) is None
    assert len(set(marks)) == 8
    assert sorted(fires) == list(range(1, 9))


def test_secrets_are_never_answered_never_logged_and_left_out_of_a_copy_without_passwords(
    store: Store, tmp_path: Path
) -> None:
    one = store.channels.add(PLAIN, KEY, actor="a")
    store.channels.change(one.channel_id, PLAIN, Secrets({"key": "other-7788"}), actor="a")
    store.channels.change(one.channel_id, PLAIN, None, actor="a")
    store.channels.tested(one.channel_id, actor="a", error="notice_refused", detail="no")
    store.channels.remove(one.channel_id, actor="a")
    kept = store.channels.add(PLAIN, KEY, actor="a")
    log = store.audit.entries(50, noun="channel")
    assert [(entry.action, entry.details.get("credential")) for entry in reversed(log)] == [
        ("channel.added", "set"),
        ("channel.changed", "changed"),
        ("channel.changed", "kept"),
        ("channel.tested", None),
        ("channel.removed", None),
        ("channel.added", "set"),
    ]
    assert "7788" not in repr(log)
    assert "7788" not in repr(kept)
    assert kept.secret_names == ("key",)
    assert store.channels.with_secrets(kept.channel_id)[1] == KEY
    store.backup_to(tmp_path / "with.db")
    store.backup_to(tmp_path / "without.db", with_credentials=False)
    assert b"7788" in (tmp_path / "with.db").read_bytes()
    assert b"7788" not in (tmp_path / "without.db").read_bytes()


def test_what_is_wrong_about_a_channel_is_told(store: Store) -> None:
    hook = ChannelDraft("h", ChannelKind.WEBHOOK, ChannelOptions(address="http://a/"))
    one = store.channels.add(hook, Secrets({"signing_key": "k"}), actor="a")
    with pytest.raises(Conflict) as twice:
        store.channels.add(hook, Secrets({"signing_key": "k"}), actor="a")
    assert twice.value.code == "channel_exists"
    store.channels.add(replace(hook, name="i"), Secrets({"signing_key": "k"}), actor="a")
    with pytest.raises(Conflict):
        store.channels.change(one.channel_id, replace(hook, name="i"), None, actor="a")
    moved = replace(hook, options=ChannelOptions(address="http://b/"))
    with pytest.raises(InputRefused) as elsewhere:
        store.channels.change(one.channel_id, moved, None, actor="a")
    assert elsewhere.value.code == "channel_secret_again"
    assert store.channels.get(one.channel_id).draft == hook
    store.channels.change(one.channel_id, moved, Secrets({"signing_key": "k"}), actor="a")
    with pytest.raises(InputRefused) as kind:
        store.channels.change(one.channel_id, PLAIN, KEY, actor="a")
    assert kind.value.code == "channel_kind"
    for number in (0, 9, 2**70, -1):
        with pytest.raises(NotFound):
            store.channels.get(number)
        with pytest.raises(NotFound):
            store.channels.tested(number, actor="a", error="")
    assert store.deliveries.of_incident(2**70) == []


def test_a_test_message_mends_the_health_and_begins_no_cool_down(
    store: Store, fire: Callable[..., int], clock: ManualClock
) -> None:
    draft = replace(PLAIN, rules=Rules(cool_down_s=600.0))
    one = store.channels.add(draft, KEY, actor="a")
    store.channels.tested(one.channel_id, actor="a", error="notice_refused", detail="no")
    assert store.channels.health()[0].failing_since == clock.now()
    store.channels.tested(one.channel_id, actor="a", error="")
    (health,) = store.channels.health()
    assert (health.failing_since, health.last_success_at) == (None, None)
    fire()
    assert claim(store) is not None


def test_a_channel_without_secrets_can_have_some_and_lose_them(store: Store) -> None:
    mail = ChannelDraft(
        "mail",
        ChannelKind.SMTP,
        ChannelOptions(address="h", recipients=("a@b",), sender="c@d"),
    )
    one = store.channels.add(mail, Secrets({}), actor="a")
    with_user = Secrets({"user": "u", "password": "p"})
    assert store.channels.change(one.channel_id, mail, with_user, actor="a").secret_names == (
        "password",
        "user",
    )
    assert store.channels.change(one.channel_id, mail, Secrets({}), actor="a").secret_names == ()
    words = [entry.details["credential"] for entry in store.audit.entries(3, noun="channel")]
    assert words == ["removed", "set", "none"]


def test_no_channel_has_an_entry_twice_whatever_the_program_does(
    store: Store, fire: Callable[..., int], path: Path
) -> None:
    store.channels.add(PLAIN, KEY, actor="a")
    fire()
    with closing(sqlite3.connect(path)) as hand, pytest.raises(sqlite3.IntegrityError):
        hand.execute(
            "INSERT INTO delivery SELECT NULL, channel_id, entry_id, incident_id, occasion, state,"
            " created_at, due_at, attempts, alone, holder, leased_until, message_id, sent_at,"
            " receipt, error, detail, skipped FROM delivery"
        )


def test_a_note_stays_in_the_house_and_a_mark_of_nobody_is_nothing(
    store: Store, fire: Callable[..., int]
) -> None:
    mail = ChannelDraft(
        "mail",
        ChannelKind.SMTP,
        ChannelOptions(address="h", recipients=("a@b",), sender="c@d"),
    )
    one = store.channels.add(mail, Secrets({"user": "", "password": ""}), actor="a")
    assert one.secret_names == (), "an empty secret is none"
    fire()
    store.incidents.note(1, author="li", note="the wind turns")
    assert len(store.deliveries.of_incident(1)) == 1
    assert store.deliveries.sent("nobody's", "") == 0
