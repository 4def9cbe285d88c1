"""Views of thermal cameras among the nodes, on both databases."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from models.errors import Conflict, InputRefused
from models.heat_node import HeatNode, key_of_view
from models.site import HeightDatum, Pose, Position
from models.store import Store
from models.store.tables import heat_node
from models.thermal import ThermalEncoding
from models.warm_place import WarmPlace

KEY = "k" * 64
VIEW = HeatNode(
    "t1-heat.0",
    "红塔 热像",
    Position(106.5, 29.5, 0.0, HeightDatum.SEA_LEVEL),
    Pose(0.0, 0.0, 0.0, 24.0),
    20_000.0,
    ThermalEncoding.WHITE_HOT,
    (60, 60, 60, 60, 20),
    view=("t1-heat", 0),
)


def test_a_view_comes_back_as_it_was_set_up_and_has_no_key(store: Store) -> None:
    assert key_of_view("t1-heat", 0) == VIEW.node_id
    kept = store.nodes.put_view(VIEW, author="system")
    assert (kept.node, kept.version) == (VIEW, 1)
    assert store.nodes.get("t1-heat.0") == VIEW
    sender = store.nodes.sender("t1-heat.0")
    assert sender is not None
    assert sender.key is None
    assert store.nodes.put_view(VIEW, author="system") == kept, "the same again changes nothing"


def test_what_people_set_of_a_view_stays(store: Store) -> None:
    store.nodes.put_view(VIEW, author="system")
    drawn = replace(
        VIEW, intervals_s=(90, 90, 90, 90, 90), warm_places=(WarmPlace(0.0, 0.0, 0.1, 0.1),)
    )
    store.nodes.change(drawn, author="li")
    turned = replace(VIEW, pose=Pose(90.0, -2.0, 0.0, 24.0), encoding=ThermalEncoding.BLACK_HOT)
    kept = store.nodes.put_view(turned, author="system")
    assert kept.node == replace(
        turned, intervals_s=drawn.intervals_s, warm_places=drawn.warm_places
    )


def test_a_view_goes_and_comes_with_its_camera(store: Store) -> None:
    store.nodes.put_view(VIEW, author="system")
    assert store.nodes.retire("t1-heat.0", author="system").node.is_retired
    assert store.nodes.put_view(VIEW, author="system").node == VIEW


def test_a_view_is_no_node_that_pushes_and_none_becomes_one(store: Store) -> None:
    with pytest.raises(Conflict) as refused:
        store.nodes.add(VIEW, KEY, author="li")
    assert refused.value.code == "node_view"
    store.nodes.put_view(VIEW, author="system")
    with pytest.raises(Conflict) as keyed:
        store.nodes.renew_key("t1-heat.0", KEY, author="li")
    assert keyed.value.code == "node_view"
    pushing = replace(VIEW, node_id="n1", view=None, reach_m=50.0)
    store.nodes.add(pushing, KEY, author="li")
    with store.nodes._database.write() as connection:  # as a step back of the tables leaves one
        connection.execute(update(heat_node).values(view_camera_id=None, view_preset=None))
    with pytest.raises(Conflict) as changed:
        store.nodes.change(VIEW, author="li")
    assert changed.value.code == "node_view"
    with pytest.raises(InputRefused) as bare:
        store.nodes.put_view(pushing, author="system")
    assert bare.value.code == "node_view"


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("node_key", {"node_id": "t1-heat.1"}),
        ("node_key", {"node_id": "t1-heat"}),
        ("node_key", {"view": ("T1", 0), "node_id": "T1.0"}),
        ("node_key", {"view": ("t1-heat", -1), "node_id": "t1-heat.-1"}),
        ("node_key", {"view": ("t1-heat", 10_000), "node_id": "t1-heat.10000"}),
        ("node_key", {"view": None, "reach_m": 50.0}),
        ("node_reach", {"reach_m": 30_001.0}),
    ],
)
def test_what_cannot_be_a_view_is_refused(
    store: Store, code: str, change: dict[str, object]
) -> None:
    with pytest.raises(InputRefused) as refused:
        store.nodes.put_view(replace(VIEW, **change), author="system")  # type: ignore[arg-type]
    assert refused.value.code == code
