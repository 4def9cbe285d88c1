"""How cameras are read is kept, and credentials are kept to themselves."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from models.camera_link import Adapter, CameraLink, Credential, Decoding, Transport
from models.camera_setup import CameraSetup
from models.errors import InputRefused, NotFound
from models.frame import FrameMode
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset
from models.store import Kept, Store
from models.store.tables import camera_credential, camera_link

HERE = Position(106.65, 29.03, 812.5, HeightDatum.SEA_LEVEL)
CAMERA = Camera("gu-nan-1", "古南一号", CameraKind.TOWER, HERE, ())
LINK = CameraLink(
    Adapter.RTSP,
    "rtsp://10.0.0.5:554/Streaming/Channels/101",
    2.5,
    Transport.UDP,
    Decoding.ALL,
    FrameMode.THERMAL,
    enabled=False,
)
SECRET = Credential("admin", "p@ss#w/o:rd?%1 密")
WHOLE = CameraSetup(CAMERA, LINK, SECRET)


def details(store: Store) -> list[tuple[str, str, dict[str, object]]]:
    return [(e.actor, e.action, dict(e.details)) for e in reversed(store.audit.entries(99))]


def test_a_setup_reads_back_whole(store: Store, reopen: Callable[[], Store]) -> None:
    assert store.links.put(WHOLE, actor="li") == WHOLE
    store.cameras.put(replace(CAMERA, camera_id="a"))
    again = reopen()
    assert again.links.get("gu-nan-1") == WHOLE
    assert again.links.all() == [CameraSetup(replace(CAMERA, camera_id="a")), WHOLE]
    again.close()
    with pytest.raises(NotFound):
        store.links.get("nobody")


def test_the_preset_in_force() -> None:
    presets = (
        Preset(3, "北", Pose(0.0, 0.0, 0.0, 60.0)),
        Preset(7, "南", Pose(9.0, 0.0, 0.0, 60.0)),
    )
    assert CameraSetup(replace(CAMERA, presets=presets)).preset_number == 3
    assert CameraSetup(CAMERA).preset_number == 0


def test_the_log_hears_of_every_change_and_of_no_secret(store: Store) -> None:
    store.links.put(WHOLE, actor="li")
    store.links.put(WHOLE, actor="li")  # no deed
    moved = replace(LINK, address="rtsp://10.0.0.6/1", enabled=True)
    store.links.put(CameraSetup(CAMERA, moved), actor="wang", credential=Kept.KEPT)
    assert store.links.get("gu-nan-1") == CameraSetup(CAMERA, moved, SECRET)
    store.links.put(CameraSetup(CAMERA, moved, Credential("li", "geheim-geheim")), actor="wang")
    store.links.put(CameraSetup(CAMERA, moved), actor="wang")
    store.links.put(CameraSetup(CAMERA, LINK), actor="wang")
    store.links.put(CameraSetup(CAMERA), actor="wang")
    assert details(store) == [
        ("li", "camera.added", {"name": "古南一号", "presets": 0}),
        ("li", "camera.linked", told("changed", "no", "set")),
        ("wang", "camera.linked", told("changed", "yes", "kept")),
        ("wang", "camera.linked", told("kept", "yes", "changed")),
        ("wang", "camera.linked", told("kept", "yes", "removed")),
        ("wang", "camera.linked", told("changed", "no", "none")),
        ("wang", "camera.unlinked", {"credential": "none"}),
    ]
    assert store.links.get("gu-nan-1") == CameraSetup(CAMERA)
    store.audit.verify()
    with store._database.read() as hand:
        log = str(hand.exec_driver_sql("SELECT * FROM audit_entry").all())
    assert "wang" in log
    assert "10.0.0" not in log
    assert "geheim" not in log
    assert "p@ss" not in log
    with store._database.read() as hand:
        assert hand.execute(select(camera_credential)).all() == []


def told(address: str, enabled: str, credential: str) -> dict[str, object]:
    return {
        "adapter": "rtsp",
        "address": address,
        "enabled": enabled,
        "credential": credential,
    }


def test_a_credential_goes_with_its_link(store: Store) -> None:
    store.links.put(WHOLE, actor="li")
    store.links.put(CameraSetup(CAMERA), actor="li")
    store.links.put(CameraSetup(CAMERA, LINK), actor="li", credential=Kept.KEPT)
    assert store.links.get("gu-nan-1").credential is None


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("rtsp://admin:pw@10.0.0.5/1", "link_credential_inside"),
        ("http://admin@10.0.0.5/1", "link_credential_inside"),
        ("", "link_address"),
        ("   ", "link_address"),
        ("rtsp://10.0.0.5/\n", "link_address"),
        ("/" * 2001, "link_address"),
    ],
)
def test_an_address_that_cannot_be_kept(store: Store, address: str, code: str) -> None:
    with pytest.raises(InputRefused) as caught:
        store.links.put(CameraSetup(CAMERA, replace(LINK, address=address)), actor="li")
    assert caught.value.code == code
    assert "pw" not in str(caught.value)
    assert store.cameras.all() == []


def test_an_at_sign_in_a_path_is_no_credential(store: Store) -> None:
    link = replace(LINK, address="rtsp://10.0.0.5/live@1")
    assert store.links.put(CameraSetup(CAMERA, link), actor="li").link == link


def test_many_at_once_or_none(store: Store) -> None:
    other = replace(CAMERA, camera_id="b")
    store.links.put_all([WHOLE, CameraSetup(other, LINK)], actor="import")
    # A list without passwords does not take them away.
    store.links.put_all([CameraSetup(CAMERA, LINK), CameraSetup(other, None)], actor="import")
    assert store.links.all() == [CameraSetup(other), WHOLE]
    bad = CameraSetup(replace(CAMERA, camera_id="Not A Key"), LINK)
    with pytest.raises(InputRefused):
        store.links.put_all([CameraSetup(other, LINK), bad], actor="import")
    assert store.links.get("b").link is None


def test_a_camera_goes_with_all_it_has(store: Store) -> None:
    store.links.put(WHOLE, actor="li")
    store.links.remove("gu-nan-1", actor="wang")
    assert store.links.all() == []
    assert details(store)[-1] == ("wang", "camera.removed", {})
    with store._database.read() as hand:
        for table in (camera_link, camera_credential):
            assert hand.execute(select(table)).all() == []
    with pytest.raises(NotFound):
        store.links.remove("gu-nan-1", actor="wang")


def test_some_cameras_come_with_their_own_presets(store: Store) -> None:
    one, two, three = (
        replace(
            CAMERA,
            camera_id=f"t{number}",
            presets=(Preset(number, "南", Pose(number, 0.0, 0.0, 60.0)),),
        )
        for number in (1, 2, 3)
    )
    for camera in (three, one, two):
        store.cameras.put(camera)
    assert store.cameras.some({"t3", "t1", "nobody"}) == [one, three]
    assert store.cameras.some([]) == []
    assert store.cameras.get("t2") == two
    assert store.cameras.all() == [one, two, three]


def test_no_secret_is_shown_by_accident() -> None:
    assert "p@ss" not in repr(WHOLE)
    assert "admin" not in repr(WHOLE)


def test_a_removed_camera_is_remembered_as_it_was_last(store: Store) -> None:
    pose = Pose(9.0, 0.0, 0.0, 60.0)
    setup = replace(WHOLE, camera=replace(CAMERA, presets=(Preset(7, "南", pose),)))
    key = setup.camera.camera_id
    for name in ("first", "second"):
        store.links.put(replace(setup, camera=replace(setup.camera, name=name)), actor="li")
        store.links.remove(key, actor="li")
        assert store.cameras.all() == []
        bare = replace(setup.camera, name=name, presets=())
        assert store.cameras.standpoints() == {key: bare}
    store.links.put(setup, actor="li")
    assert store.cameras.standpoints() == {key: replace(setup.camera, presets=())}
    assert store.cameras.get(key) == setup.camera
    with pytest.raises(NotFound):
        store.links.remove("nobody", actor="li")
