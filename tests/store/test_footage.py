from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.clock import ManualClock
from models.detection import Label, ModelReference
from models.errors import Conflict, InputRefused, NotFound
from models.footage import (
    Conditions,
    FootageKind,
    Ignored,
    Light,
    Rights,
    Season,
    Sky,
    Span,
    TrueBox,
    TrueFire,
    Truth,
)
from models.footage_library import (
    Footage,
    FootageDraft,
    FootageResult,
    FootageState,
    ProposalDraft,
    ProposalState,
    ProposedBox,
    RecordingFacts,
)
from models.frame import FrameMode
from models.store import Store
from models.store.codec import Codec
from models.store.footage_proposals import MOST_FRAMES, MOST_WAITING
from models.store.footage_rows import MOST_BOXES

CONDITIONS = Conditions(Light.DUSK, FrameMode.INFRARED, Sky.FOG, Season.WINTER, 1234.5)
RIGHTS = Rights("CC BY 4.0", "Bureau", may_train=True)
DRAFT = FootageDraft(
    "雾_20260108.mp4", FootageKind.VIDEO, "a" * 64, 10, "ridge", CONDITIONS, RIGHTS
)
FACTS = RecordingFacts(
    "h264", 640, 480, 25, 1, 0.96, -1.0, 25.0, is_steady=False, claimed_rate_hz=30.0, damage="x"
)
READY = FootageResult(FootageState.READY, FACTS)
TRUTH = Truth(
    (TrueFire("a", 1.5, 0.0, 2.0, None, 106.5, 29.5), TrueFire("b", None, unseen="ridge")),
    (TrueBox(2.0, Label.SMOKE, 0.0, 0.1, 0.2, 1.0, "a"),),
    (2.0, 3.0),
    (Ignored(Span(4.0, 5.0), why="rain"),),
)
MODEL = ModelReference("m", "1", "b" * 64)
BOX = ProposedBox(0.5, Label.FLAME, 0.25, 0.0, 0.0, 0.5, 1.0)


def ready(store: Store, draft: FootageDraft = DRAFT) -> int:
    kept, _ = store.footage.add(draft, author="m")
    assert store.footage.finish(kept.footage_id, READY)
    return kept.footage_id


def test_a_content_is_kept_once_and_finished_once(store: Store) -> None:
    kept, is_new = store.footage.add(DRAFT, author="m")
    assert is_new
    assert (kept.state, kept.draft, kept.version) == (FootageState.QUEUED, DRAFT, 1)
    other = replace(DRAFT, name="b.mp4", scene="another", kind=FootageKind.DRONE)
    assert store.footage.add(other, author="n") == (kept, False)
    assert store.footage.next_queued() == kept
    assert store.footage.finish(kept.footage_id, READY)
    assert not store.footage.finish(kept.footage_id, replace(READY, code="late"))
    assert store.footage.next_queued() is None
    got = store.footage.get(kept.footage_id)
    assert (got.state, got.result) == (FootageState.READY, READY)
    assert [one.action for one in store.audit.entries(5)] == ["footage.added"]
    store.audit.verify()


def test_what_is_said_of_it_is_changed_by_who_has_read_it(store: Store) -> None:
    number = ready(store)

    def say(version: int) -> Footage:
        return store.footage.change(
            number,
            scene="valley",
            conditions=Conditions(),
            rights=Rights(owner="x"),
            version=version,
            author="m",
        )

    changed = say(1)
    assert (changed.version, changed.draft.scene, changed.draft.rights.owner) == (2, "valley", "x")
    assert changed.draft.conditions == Conditions()
    assert say(2) == changed, "nothing new"
    with pytest.raises(Conflict) as refused:
        say(1)
    assert refused.value.code == "footage_changed"
    actions = [one.action for one in store.audit.entries(9)]
    assert actions == ["footage.changed", "footage.added"]


def test_truth_is_kept_in_versions_and_none_is_overwritten(
    store: Store, clock: ManualClock
) -> None:
    number = ready(store)
    assert store.footage.truth(number) is None
    assert store.footage.truths(number) == []
    first = store.footage.put_truth(number, TRUTH, base=0, author="m", note="seen twice")
    clock.advance(60.0)
    second = store.footage.put_truth(number, Truth(), base=1, author="n")
    assert store.footage.truth(number) == second
    assert store.footage.truth(number, 1) == first
    assert first.truth == TRUTH
    assert (first.author, second.author) == ("m", "n")
    assert (second.at - first.at).total_seconds() == 60.0
    assert store.footage.truths(number) == [second, first]
    assert store.footage.get(number).truth_version == 2
    with pytest.raises(Conflict) as refused:
        store.footage.put_truth(number, TRUTH, base=1, author="o")
    assert refused.value.code == "truth_changed"
    assert store.footage.truths(number) == [second, first]
    store.audit.verify()


def test_truth_has_its_bounds(store: Store) -> None:
    number = ready(store)
    fires = tuple(TrueFire(f"{at}", 1.0) for at in range(201))
    for truth, note, code in (
        (Truth(fires), "", "truth_size"),
        (Truth(boxed_at_s=tuple(map(float, range(MOST_BOXES + 1)))), "", "truth_size"),
        (Truth(), "x" * 501, "footage_note"),
    ):
        with pytest.raises(InputRefused) as refused:
            store.footage.put_truth(number, truth, base=0, author="m", note=note)
        assert refused.value.code == code
    with pytest.raises(InputRefused) as refused:
        store.footage.put_truth(number, TRUTH, base=0, author=" ")
    assert refused.value.code == "author_missing"
    assert store.footage.truth(number) is None


def test_what_is_removed_is_gone_and_may_come_anew(store: Store) -> None:
    number = ready(store)
    store.footage.put_truth(number, TRUTH, base=0, author="m")
    queued, _ = store.footage.add(replace(DRAFT, sha256="c" * 64), author="m")
    store.proposals.ask(ProposalDraft(number, (0,), (0.0,)), author="m")
    assert store.footage.is_kept(DRAFT.sha256)
    assert store.footage.remove(number, author="boss").footage_id == number
    store.footage.remove(queued.footage_id, author="boss")
    assert not store.footage.is_kept(DRAFT.sha256)
    assert store.footage.next_queued() is None
    assert store.proposals.next_queued() is None
    assert not store.footage.finish(queued.footage_id, READY)
    assert store.footage.page() == []
    for ask in (
        lambda: store.footage.get(number),
        lambda: store.footage.truth(number),
        lambda: store.footage.truths(number),
        lambda: store.footage.remove(number, author="boss"),
        lambda: store.footage.put_truth(number, TRUTH, base=1, author="m"),
        lambda: store.proposals.of(number),
    ):
        with pytest.raises(NotFound) as missing:
            ask()
        assert missing.value.code == "no_such_footage"
    again, is_new = store.footage.add(DRAFT, author="m")
    assert is_new
    assert (again.footage_id > number, again.truth_version) == (True, 0)
    told = store.audit.entries(2)[1]
    assert (told.action, told.actor) == ("footage.removed", "boss")


def test_pages_are_of_a_scene_a_kind_and_a_state(store: Store) -> None:
    first = ready(store)
    ring = replace(DRAFT, kind=FootageKind.RING, sha256="d" * 64, scene="valley", camera_id="t1")
    second, _ = store.footage.add(ring, author="m")

    def numbers(**asked: object) -> list[int]:
        return [one.footage_id for one in store.footage.page(**asked)]  # type: ignore[arg-type]

    assert numbers() == [second.footage_id, first]
    assert numbers(limit=1) == [second.footage_id]
    assert numbers(before=second.footage_id) == [first]
    assert numbers(scene="ridge") == [first]
    assert numbers(kind=FootageKind.RING) == [second.footage_id]
    assert numbers(state=FootageState.READY) == [first]


def test_pages_are_of_a_light_and_a_way_of_seeing(store: Store) -> None:
    """A page is full as long as there are any, however many others lie between them."""
    told = [
        Conditions(light, mode)
        for light in (Light.DAY, Light.NIGHT)
        for mode in (None, FrameMode.VISIBLE, FrameMode.THERMAL)
    ]
    kept = [
        store.footage.add(replace(DRAFT, sha256=f"{place:064x}", conditions=one), author="m")[0]
        for place, one in enumerate(told)
    ]

    def places(**asked: object) -> list[int]:
        found = store.footage.page(**asked)  # type: ignore[arg-type]
        return [kept.index(one) for one in found]

    assert places(light=Light.DAY) == [2, 1, 0]
    assert places(mode=FrameMode.THERMAL) == [5, 2]
    assert places(light=Light.NIGHT, mode=FrameMode.VISIBLE) == [4]
    assert places(light=Light.DUSK) == []
    assert places(light=Light.DAY, limit=2) == [2, 1]
    assert places(light=Light.DAY, limit=2, before=kept[1].footage_id) == [0]
    assert places(mode=FrameMode.VISIBLE, scene="valley") == []


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (replace(DRAFT, name=name), "footage_name")
        for name in ("", " a", "a.", "..", "a/b", "a\\b", "a\nb", "a" * 121)
    ]
    + [
        (replace(DRAFT, sha256="A" * 64), "footage_content"),
        (replace(DRAFT, size_bytes=0), "footage_content"),
        (replace(DRAFT, scene="x" * 121), "footage_scene"),
        (replace(DRAFT, scene="a\x00b"), "footage_scene"),
        (replace(DRAFT, rights=Rights(licence="x" * 121)), "footage_rights"),
        (replace(DRAFT, rights=Rights(owner="\n")), "footage_rights"),
    ],
)
def test_what_cannot_be_is_refused(store: Store, draft: FootageDraft, code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        store.footage.add(draft, author="m")
    assert refused.value.code == code


def test_what_is_not_there_is_not_found(store: Store) -> None:
    number = ready(store)
    with pytest.raises(NotFound) as missing:
        store.footage.get(2**70)
    assert missing.value.code == "no_such_footage"
    with pytest.raises(NotFound) as missing:
        store.footage.truth(number, 1)
    assert missing.value.code == "no_such_truth"
    with pytest.raises(NotFound) as missing:
        store.proposals.get(number, -1)
    assert missing.value.code == "no_such_proposal"
    with pytest.raises(InputRefused) as refused:
        store.footage.add(replace(DRAFT, sha256="e" * 64), author=" ")
    assert refused.value.code == "author_missing"


def test_a_proposal_becomes_truth_by_a_person_and_once(store: Store) -> None:
    number = ready(store)
    asked = store.proposals.ask(ProposalDraft(number, (0, 12), (0.0, 0.5)), author="m")
    assert asked.state is ProposalState.QUEUED
    assert store.proposals.next_queued() == asked
    with pytest.raises(Conflict) as refused:
        store.proposals.accept(number, asked.proposal_id, TRUTH, base=0, author="n")
    assert refused.value.code == "proposal_state"
    assert store.proposals.finish(asked.proposal_id, [BOX], MODEL, code="d", message="damaged")
    assert not store.proposals.finish(asked.proposal_id, [], MODEL)
    got = store.proposals.get(number, asked.proposal_id)
    assert (got.state, got.boxes, got.model) == (ProposalState.READY, (BOX,), MODEL)
    assert store.footage.truth(number) is None, "it is no truth by itself"
    with pytest.raises(Conflict):
        store.proposals.accept(number, asked.proposal_id, TRUTH, base=1, author="n")
    assert store.proposals.get(number, asked.proposal_id) == got, "both or neither"
    kept = store.proposals.accept(number, asked.proposal_id, TRUTH, base=0, author="n", note="ok")
    assert (kept.version, kept.author, kept.note) == (1, "n", "ok")
    decided = store.proposals.get(number, asked.proposal_id)
    assert (decided.state, decided.decided_by) == (ProposalState.ACCEPTED, "n")
    with pytest.raises(Conflict):
        store.proposals.decline(number, asked.proposal_id, author="n")


def test_a_proposal_may_be_refused_or_declined(store: Store) -> None:
    number = ready(store)
    one, other = (
        store.proposals.ask(ProposalDraft(number, (at,), (0.1,)), author="m") for at in (1, 2)
    )
    assert store.proposals.refuse(one.proposal_id, code="gone", message="it is gone")
    assert store.proposals.finish(other.proposal_id, [], MODEL)
    assert store.proposals.next_queued() is None
    declined = store.proposals.decline(number, other.proposal_id, author="n")
    assert [each.state for each in store.proposals.of(number)] == [
        ProposalState.DECLINED,
        ProposalState.REFUSED,
    ]
    assert (declined.decided_by, store.footage.truth(number)) == ("n", None)


@pytest.mark.parametrize(
    "frames", [(), (1, 1), (2, 1), (-1,), tuple(range(MOST_FRAMES + 1))], ids=len
)
def test_frames_of_a_proposal_stand_in_their_order(store: Store, frames: tuple[int, ...]) -> None:
    draft = ProposalDraft(ready(store), frames, tuple(map(float, frames)))
    with pytest.raises(InputRefused) as refused:
        store.proposals.ask(draft, author="m")
    assert refused.value.code == "proposal_frames"


def test_not_everything_is_proposed_at_once(store: Store) -> None:
    number = ready(store)
    draft = ProposalDraft(number, (0,), (0.0,))
    with pytest.raises(InputRefused):
        store.proposals.ask(replace(draft, at_s=()), author="m")
    for _ in range(MOST_WAITING):
        store.proposals.ask(draft, author="m")
    with pytest.raises(Conflict) as refused:
        store.proposals.ask(draft, author="m")
    assert refused.value.code == "proposals_busy"
    waiting, _ = store.footage.add(replace(DRAFT, sha256="f" * 64), author="m")
    with pytest.raises(Conflict) as refused:
        store.proposals.ask(replace(draft, footage_id=waiting.footage_id), author="m")
    assert refused.value.code == "footage_not_ready"


SHARES = st.floats(0.0, 0.5), st.floats(0.51, 1.0)
TIMES = st.floats(-1e6, 1e6, allow_nan=False)


@settings(max_examples=50)
@given(
    at=st.lists(TIMES, unique=True, max_size=5).map(sorted),
    low=SHARES[0],
    high=SHARES[1],
    name=st.text(min_size=1, max_size=20).filter(lambda text: text.isprintable()),
)
def test_truth_is_read_as_it_was_written(
    at: list[float], low: float, high: float, name: str
) -> None:
    boxes = tuple(TrueBox(one, Label.FLAME, low, low, high, high, name) for one in at)
    truth = Truth((TrueFire(name, None, at[0] if at else None),), boxes, tuple(at))
    codec: Codec[Truth] = Codec(Truth, "truth")
    assert codec.decode(codec.encode(truth)) == truth


def test_facts_are_read_as_they_were_written(store: Store) -> None:
    began = datetime(2026, 1, 8, 9, 36, 34, 500_000, tzinfo=UTC)
    draft = replace(DRAFT, begins_at=began)
    kept, _ = store.footage.add(draft, author="m")
    facts = replace(FACTS, begins_at=began, rate_hz=None, claimed_rate_hz=None)
    store.footage.finish(kept.footage_id, FootageResult(FootageState.READY, facts))
    got = store.footage.get(kept.footage_id)
    assert got.result is not None
    assert (got.result.facts, got.draft) == (facts, draft)
