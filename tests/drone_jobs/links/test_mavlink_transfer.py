"""Transfers over lines that lose, double and reorder, against a vehicle of the guide."""

import heapq
import itertools
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mavlink_peer import VehicleModel, row_of
from pymavlink.dialects.v20 import common

from drone_jobs.links.mavlink.items import MissionItem, MissionKind
from drone_jobs.links.mavlink.patience import Patience, RoundTrip
from drone_jobs.links.mavlink.reading import MOST_READ, Receiving
from drone_jobs.links.mavlink.transfer import Ended, Outcome, Sending
from drone_jobs.links.mavlink.words import Message, MissionResult, Route, opaque_id_of

ROUTE = Route(250, 190, 1, 1)
MISSION = MissionKind.MISSION


def items_of(count: int, seed: int = 0) -> tuple[MissionItem, ...]:
    dice = random.Random(seed)
    return tuple(
        MissionItem(
            frame=0,
            command=16,
            current=int(at == 0),
            params=(1.0, 2.0, 0.0, float(at)),
            x_e7=dice.randrange(280_000_000, 290_000_000),
            y_e7=dice.randrange(1_060_000_000, 1_070_000_000),
            z=float(dice.randrange(400, 500)),
        )
        for at in range(count)
    )


class Air:
    """Carries messages between the two in made time."""

    def __init__(
        self,
        model: VehicleModel,
        *,
        loss: float,
        doubles: float,
        late_s: float,
        seed: int,
        least_s: float = 0.01,
    ) -> None:
        self.least_s = least_s
        self.model, self.loss, self.doubles, self.late_s = model, loss, doubles, late_s
        self.dice, self.now_s = random.Random(seed), 0.0
        self._flying: list[tuple[float, int, bool, Any]] = []
        self._number = itertools.count()

    def fly(self, words: list[Any], *, to_vehicle: bool) -> None:
        for word in words:
            for _ in range(1 + (self.dice.random() < self.doubles)):
                if self.dice.random() >= self.loss:
                    at_s = self.now_s + self.least_s + self.dice.random() * self.late_s
                    heapq.heappush(self._flying, (at_s, next(self._number), to_vehicle, word))

    def run(self, transfer: Sending | Receiving, within_s: float = 2000.0) -> Outcome:
        end_s = self.now_s + within_s
        while transfer.outcome is None:
            assert self.now_s < end_s, "the transfer never ends"
            self.fly(transfer.tick(self.now_s), to_vehicle=True)
            self.fly(self.model.tick(self.now_s), to_vehicle=False)
            self.now_s += 0.01
            while self._flying and self._flying[0][0] <= self.now_s:
                _, _, to_vehicle, word = heapq.heappop(self._flying)
                if to_vehicle:
                    self.fly(self.model.heard(word, self.now_s), to_vehicle=False)
                else:
                    self.fly(transfer.heard(word, self.now_s), to_vehicle=True)
        return transfer.outcome

    def send(self, items: tuple[MissionItem, ...], trip: RoundTrip | None = None) -> Outcome:
        trip = trip or RoundTrip(Patience())
        return self.run(Sending(items, MISSION, self.now_s, route=ROUTE, trip=trip))

    def read(self, trip: RoundTrip | None = None) -> Outcome:
        trip = trip or RoundTrip(Patience())
        return self.run(Receiving(MISSION, self.now_s, route=ROUTE, trip=trip))


def clean(model: VehicleModel) -> Air:
    return Air(model, loss=0.0, doubles=0.0, late_s=0.0, seed=1)


def ack(result: int, kind: int = 0, station: tuple[int, int] = (250, 190)) -> Message:
    return common.MAVLink_mission_ack_message(*station, result, kind)


def end_of(transfer: Sending | Receiving) -> Outcome | None:
    return transfer.outcome


def asks(seq: int, kind: int = 0) -> Message:
    return common.MAVLink_mission_request_int_message(250, 190, seq, kind)


@given(
    st.integers(0, 25), st.floats(0.0, 0.3), st.floats(0.0, 0.3), st.floats(0.0, 0.4), st.integers()
)
@settings(max_examples=50, deadline=None)
def test_what_is_done_is_held(
    count: int, loss: float, doubles: float, late_s: float, seed: int
) -> None:
    """However the line is: a transfer ends, a done one is held, a read one is what is held."""
    items = items_of(count, seed)
    model = VehicleModel(retries=12)
    air = Air(model, loss=loss, doubles=doubles, late_s=late_s, seed=seed)
    sent = air.send(items)
    assert sent.ended in (Ended.DONE, Ended.UNSURE, Ended.CANCELLED, Ended.LOST)
    if sent.ended is Ended.DONE:
        assert model.held[0] == [row_of(item) for item in items]
    read = air.read()
    if read.ended is Ended.DONE:
        assert [row_of(item) for item in read.items] == model.held[0]


def test_200_items_at_20_percent_loss() -> None:
    items = items_of(200)
    model = VehicleModel(retries=12)
    air = Air(model, loss=0.2, doubles=0.05, late_s=0.05, seed=4)
    assert air.send(items).ended in (Ended.DONE, Ended.UNSURE)
    read = air.read()
    assert read.ended is Ended.DONE
    assert [row_of(item) for item in read.items] == [row_of(item) for item in items]
    assert read.repeats > 20


def test_a_slow_radio_is_waited_for() -> None:
    """Three seconds a way: nothing is said twice once the line was measured."""
    model = VehicleModel(retry_s=30.0)
    air = Air(model, loss=0.0, doubles=0.0, late_s=0.0, seed=1, least_s=1.5)
    trip = RoundTrip(Patience())
    sent = air.send(items_of(6), trip)
    assert sent.ended is Ended.DONE
    read = air.read(trip)
    assert read.ended is Ended.DONE
    assert len(read.items) == 6
    assert read.repeats <= 1


def test_legacy_requests_are_answered_in_integers() -> None:
    model = VehicleModel(asks_floats=True)
    assert clean(model).send(items_of(4)).ended is Ended.DONE
    assert model.held[0] == [row_of(item) for item in items_of(4)]


def test_noise_of_other_transfers_ends_nothing() -> None:
    """INVALID_SEQUENCE in the middle, an old acceptance, another list's and station's errors."""
    model = VehicleModel(complains=True)
    assert clean(model).send(items_of(5)).ended is Ended.DONE
    assert len(model.held[0]) == 5


def test_no_space_of_an_autopilot_that_just_started() -> None:
    model = VehicleModel(full=3)
    assert clean(model).send(items_of(5)).ended is Ended.DONE
    assert len(model.held[0]) == 5


def test_no_space_for_ever_is_a_refusal() -> None:
    air = clean(VehicleModel(full=99))
    outcome = air.send(items_of(5))
    assert (outcome.ended, outcome.result) == (Ended.REFUSED, MissionResult.NO_SPACE)
    assert 9.0 < air.now_s < 20.0


def test_no_space_in_the_middle_is_a_refusal_at_once() -> None:
    air = clean(VehicleModel(refuses=(0, 2, common.MAV_MISSION_NO_SPACE)))
    outcome = air.send(items_of(5))
    assert (outcome.ended, outcome.result, outcome.at_item) == (Ended.REFUSED, 4, 2)
    assert air.now_s < 2.0


def test_a_result_that_is_not_known_is_a_refusal() -> None:
    outcome = clean(VehicleModel(refuses=(0, 0, 200))).send(items_of(2))
    assert (outcome.ended, outcome.result) == (Ended.REFUSED, 200)


def test_nothing_clears() -> None:
    model = VehicleModel()
    air = clean(model)
    air.send(items_of(3))
    assert air.send(()).ended is Ended.DONE
    assert model.held[0] == []
    assert air.read().items == ()


def test_a_vehicle_that_never_answers_is_lost() -> None:
    air = Air(VehicleModel(), loss=1.0, doubles=0.0, late_s=0.0, seed=1)
    assert air.send(items_of(3)).ended is Ended.LOST
    assert 5 * 1.5 <= air.now_s < 30.0
    assert air.read().ended is Ended.LOST


def test_a_vehicle_that_gives_up_is_not_waited_for() -> None:
    trip = RoundTrip(Patience())
    sending = Sending(items_of(3), MISSION, 0.0, route=ROUTE, trip=trip)
    assert [each.get_type() for each in sending.tick(0.0)] == ["MISSION_COUNT"]
    assert sending.heard(ack(MissionResult.OPERATION_CANCELLED), 0.1) == []
    assert end_of(sending) is None  # of a transfer before
    assert [each.seq for each in sending.heard(asks(0), 0.2)] == [0]
    sending.heard(ack(MissionResult.OPERATION_CANCELLED), 0.3)
    assert sending.outcome is not None
    assert sending.outcome.ended is Ended.CANCELLED
    assert sending.heard(asks(1), 0.4) == []
    assert sending.tick(99.0) == []


def test_all_given_and_nothing_acknowledged_is_unsure() -> None:
    sending = Sending(items_of(1), MISSION, 0.0, route=ROUTE, trip=RoundTrip(Patience()))
    sending.tick(0.0)
    sending.heard(asks(0), 0.1)
    assert sending.tick(1.0) == []
    sending.tick(10.0)
    assert sending.outcome is not None
    assert sending.outcome.ended is Ended.UNSURE


def test_asking_for_the_same_without_end_is_lost() -> None:
    sending = Sending(items_of(3), MISSION, 0.0, route=ROUTE, trip=RoundTrip(Patience()))
    sending.tick(0.0)
    now_s = 0.0
    while sending.outcome is None:
        now_s += 0.5
        sending.heard(asks(1), now_s)
        sending.tick(now_s)
        assert now_s < 60.0
    assert sending.outcome.ended is Ended.LOST


@pytest.mark.parametrize("seq", [3, 65535])
def test_an_item_that_there_is_not_is_not_given(seq: int) -> None:
    sending = Sending(items_of(3), MISSION, 0.0, route=ROUTE, trip=RoundTrip(Patience()))
    assert sending.heard(asks(0), 0.0) == []  # nothing was offered yet
    sending.tick(0.0)
    assert sending.heard(asks(seq), 0.1) == []
    assert sending.heard(asks(0, kind=1), 0.1) == []
    assert end_of(sending) is None


def test_a_list_that_no_aircraft_holds_is_not_read() -> None:
    reading = Receiving(MISSION, 0.0, route=ROUTE, trip=RoundTrip(Patience()))
    assert reading.heard(common.MAVLink_mission_count_message(250, 190, 9, 0), 0.0) == []
    reading.tick(0.0)
    reading.heard(common.MAVLink_mission_count_message(250, 190, MOST_READ + 1, 0), 0.1)
    assert reading.outcome is not None
    assert reading.outcome.ended is Ended.REFUSED


def test_an_error_is_believed_the_second_time() -> None:
    """One may be the echo of an upload; two answers to two questions are meant."""
    reading = Receiving(MissionKind.RALLY, 0.0, route=ROUTE, trip=RoundTrip(Patience()))
    reading.tick(0.0)
    for _ in range(3):
        reading.heard(ack(MissionResult.UNSUPPORTED, 2), 0.1)
    assert end_of(reading) is None
    reading.tick(5.0)
    reading.heard(ack(MissionResult.ACCEPTED, 2), 5.1)
    assert end_of(reading) is None
    reading.heard(ack(MissionResult.UNSUPPORTED, 2), 5.1)
    assert reading.outcome is not None
    assert (reading.outcome.ended, reading.outcome.result) == (Ended.REFUSED, 3)


@given(st.lists(st.tuples(st.integers(0, 70000), st.integers(0, 255), st.integers(0, 3))))
@settings(max_examples=50, deadline=None)
def test_lies_of_a_vehicle_break_nothing(lies: list[tuple[int, int, int]]) -> None:
    for transfer in (
        Sending(items_of(3), MISSION, 0.0, route=ROUTE, trip=RoundTrip(Patience())),
        Receiving(MISSION, 0.0, route=ROUTE, trip=RoundTrip(Patience())),
    ):
        transfer.tick(0.0)
        for number, result, kind in lies:
            for word in (
                asks(number % 65536, kind),
                ack(result, kind),
                common.MAVLink_mission_count_message(250, 190, number % 65536, kind),
                common.MAVLink_heartbeat_message(2, 3, 0, 0, 0, 3),
            ):
                transfer.heard(word, 0.1)
        if transfer.outcome is not None and transfer.outcome.ended is Ended.DONE:
            assert isinstance(transfer, Sending) or transfer.outcome.items == ()


def test_opaque_ids_are_read_from_the_bytes() -> None:
    """The guide's example layout: after the mission's type, four bytes, zeros not sent."""
    mav = common.MAVLink(None, srcSystem=1, srcComponent=1)

    def received(payload: bytes, number: int, extra: int) -> Message:
        head = bytes([len(payload), 0, 0, 0, 1, 1, number, 0, 0])
        crc = common.x25crc(head + payload + bytes([extra])).crc
        return mav.parse_buffer(b"\xfd" + head + payload + crc.to_bytes(2, "little"))[0]

    assert opaque_id_of(received(bytes([250, 190, 0, 0, 0x78, 0x56, 0x34]), 47, 153)) == 0x345678
    assert opaque_id_of(received(bytes([5, 0, 250, 190, 0, 1, 2, 3, 4]), 44, 221)) == 0x04030201
    assert opaque_id_of(received(bytes([250, 190]), 47, 153)) == 0
    assert opaque_id_of(ack(0)) == 0
    first = ack(0).pack(mav, force_mavlink1=True)
    assert opaque_id_of(mav.parse_buffer(first)[0]) == 0
    assert opaque_id_of(common.MAVLink_heartbeat_message(2, 3, 0, 0, 0, 3)) == 0
