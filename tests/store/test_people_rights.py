"""Rights of people, tokens of programs, and what is forgotten of callers."""

from datetime import timedelta

import pytest

from models.clock import ManualClock
from models.crossing import Report
from models.errors import Conflict, InputRefused, NotFound
from models.observation import ObservationDraft, ObservationSource
from models.site import HeightDatum, Position
from models.store import Store
from models.user import Role, TokenScope, User, check_rights

ADMIN = User("li", Role.ADMIN, "$argon2id$x", must_change_password=False)
WANG = User(
    "wang", Role.MONITOR, "$argon2id$x", must_change_password=False, townships=("2", "1", "2")
)
SECRET = "0" * 64


def test_townships_are_kept_in_order_and_each_once(store: Store) -> None:
    store.users.add(ADMIN, "cli")
    store.users.add(WANG, "li")
    known = store.users.get("wang")
    assert known is not None
    assert known.townships == ("1", "2")
    assert store.users.set_rights("wang", Role.VIEWER, (), actor="li").townships == ()
    (entry,) = store.audit.entries(1)
    assert entry.details["townships_before"] == "1, 2"


@pytest.mark.parametrize("codes", [("",), ("a\n",), ("x" * 101,), tuple(map(str, range(201)))])
def test_what_is_no_code_is_refused(codes: tuple[str, ...]) -> None:
    with pytest.raises(InputRefused) as refused:
        check_rights(Role.VIEWER, codes)
    assert refused.value.code == "townships_refused"


def test_somebody_who_is_switched_off_or_gone_has_no_session(
    store: Store, clock: ManualClock
) -> None:
    store.users.add(ADMIN, "cli")
    store.users.add(WANG, "li")
    until = clock.now() + timedelta(hours=1)
    store.sessions.create(SECRET, "wang", until)
    assert store.users.set_disabled("wang", disabled=True, actor="li").disabled
    assert store.sessions.get(SECRET) is None
    store.sessions.create(SECRET, "wang", until)
    assert store.sessions.get(SECRET) is None, "one that was opened meanwhile counts for nothing"
    assert not store.users.set_disabled("wang", disabled=False, actor="li").disabled
    assert store.sessions.get(SECRET) is not None
    clock.advance(60.0)
    store.sessions.seen(SECRET)
    session = store.sessions.get(SECRET)
    assert session is not None
    assert session.seen_at == clock.now()
    assert store.sessions.delete_all_of("wang") == 1
    store.users.remove("wang", actor="li")
    with pytest.raises(Conflict) as conflict:
        store.users.add(WANG, "li")
    assert conflict.value.code == "user_former"
    with pytest.raises(NotFound):
        store.users.remove("wang", actor="li")
    with pytest.raises(NotFound):
        store.users.set_disabled("no such\0", disabled=True, actor="li")


def test_one_administrator_stays_who_can_sign_in(store: Store) -> None:
    store.users.add(ADMIN, "cli")
    second = User("zhao", Role.ADMIN, "$argon2id$x", must_change_password=False)
    store.users.add(second, "li")
    store.users.set_disabled("zhao", disabled=True, actor="li")
    deeds = [
        lambda: store.users.remove("li", actor="li"),
        lambda: store.users.set_rights("li", Role.MONITOR, (), actor="li"),
        lambda: store.users.set_disabled("li", disabled=True, actor="li"),
    ]
    for deed in deeds:
        with pytest.raises(Conflict) as conflict:
            deed()
        assert conflict.value.code == "last_admin"
    assert store.users.get("li") == ADMIN


def make(store: Store, clock: ManualClock, **changes: object) -> int:
    values = {
        "role": Role.VIEWER,
        "scopes": (TokenScope.LAND, TokenScope.INCIDENTS, TokenScope.LAND),
        "townships": (),
        "expires_at": clock.now() + timedelta(days=1),
        "actor": "li",
        **changes,
    }
    return store.tokens.add("bot", SECRET, **values).token_id  # type: ignore[arg-type]


def test_a_token_holds_with_its_secret_until_it_is_over(store: Store, clock: ManualClock) -> None:
    number = make(store, clock)
    held = store.tokens.holding(number, SECRET)
    assert held is not None
    assert held.scopes == (TokenScope.INCIDENTS, TokenScope.LAND)
    assert (held.user.name, held.user.is_person) == ("api:bot", False)
    assert store.tokens.holding(number, "1" * 64) is None
    assert store.tokens.holding(2**70, SECRET) is None
    store.tokens.used(number)
    assert store.tokens.all()[0].last_used_at == clock.now()
    clock.advance(86400.0)
    assert store.tokens.holding(number, SECRET) is None
    assert make(store, clock) > number, "a name is free again when its token is over"


def test_a_token_is_revoked_once(store: Store, clock: ManualClock) -> None:
    number = make(store, clock)
    first = store.tokens.revoke(number, actor="li")
    assert store.tokens.holding(number, SECRET) is None
    clock.advance(5.0)
    assert store.tokens.revoke(number, actor="wang") == first
    with pytest.raises(NotFound):
        store.tokens.revoke(2**70, actor="li")
    assert [entry.action for entry in store.audit.entries(5)] == ["token.revoked", "token.added"]
    assert SECRET not in repr(store.audit.entries(5))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"role": Role.ADMIN}, "token_refused"),
        ({"scopes": ()}, "token_refused"),
        ({"expires_at": None}, "token_refused"),
        ({"townships": ("",)}, "townships_refused"),
    ],
)
def test_a_token_that_cannot_be(
    store: Store, clock: ManualClock, changes: dict[str, object], code: str
) -> None:
    if "expires_at" in changes:
        changes = {"expires_at": clock.now() + timedelta(days=2000)}
    with pytest.raises(InputRefused) as refused:
        make(store, clock, **changes)
    assert refused.value.code == code


def test_a_token_needs_a_name_and_a_hash(store: Store, clock: ManualClock) -> None:
    make(store, clock)
    with pytest.raises(Conflict):
        make(store, clock)
    more = {"role": Role.VIEWER, "scopes": (TokenScope.LAND,), "townships": (), "actor": "li"}
    until = clock.now() + timedelta(days=1)
    with pytest.raises(InputRefused) as refused:
        store.tokens.add("a b", SECRET, expires_at=until, **more)  # type: ignore[arg-type]
    assert refused.value.code == "token_name"
    with pytest.raises(InputRefused):
        store.tokens.add("b", "the secret", expires_at=until, **more)  # type: ignore[arg-type]


def test_callers_are_forgotten_when_their_days_are_over(store: Store, clock: ManualClock) -> None:
    at = Report(Position(106.65, 29.03, 0.0, HeightDatum.GROUND), 100.0)

    def tell(key: str, caller: str) -> int:
        draft = ObservationDraft(ObservationSource.CALL, at, clock.now(), "there", "smoke", caller)
        return store.observations.add(draft, author="li", key=key)[0].observation_id

    old = tell("one-0001", "张三 13800001234")
    assert "13800001234" not in repr(store.audit.entries(10))
    clock.advance(90 * 86400.0)
    new, silent = tell("two-0002", "李四 13900001234"), tell("three-003", "")
    assert store.observations.clear_callers(clock.now() - timedelta(days=89), actor="system") == 1
    kept = [store.observations.get(number).draft.caller for number in (old, new, silent)]
    assert kept == ["", "李四 13900001234", ""]
    (entry,) = store.audit.entries(1, noun="observation")
    assert (entry.action, entry.details["count"]) == ("observation.callers_cleared", 1)
    assert store.observations.clear_callers(clock.now() - timedelta(days=89), actor="system") == 0
    with pytest.raises(InputRefused):
        tell("four-0004", "x" * 101)
