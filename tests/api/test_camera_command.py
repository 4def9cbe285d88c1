"""``firewatch camera`` as a person types it."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from command_line import run_firewatch
from file_server import serving

from camera_gateway.opening import opener_of
from camera_gateway.probe import candidates
from models.camera_link import Adapter

Captured = pytest.CaptureFixture[str]
LIST = """编号,名称,经度,纬度,高程,协议,地址,用户名,密码
gn-1,古南一号,106.65,29.03,812.5,rtsp,rtsp://10.0.0.5/1,admin,geheim
"""


@pytest.fixture(autouse=True)
def data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FIREWATCH_DATA_DIR", str(tmp_path / "data"))


def firewatch(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    return run_firewatch(monkeypatch, "camera", *arguments)


def test_a_list_goes_in_and_comes_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    table = tmp_path / "相机.csv"
    table.write_bytes(LIST.encode("gbk"))
    assert firewatch(monkeypatch, "import", table) == 0
    assert "gn-1" in capsys.readouterr().out
    out = tmp_path / "out.csv"
    assert firewatch(monkeypatch, "export", out) == 0
    assert "geheim" not in out.read_text(encoding="utf-8-sig")
    assert firewatch(monkeypatch, "export", out) == 1
    assert "exists already" in capsys.readouterr().err
    whole = tmp_path / "out.toml"
    assert firewatch(monkeypatch, "export", whole, "--with-passwords") == 0
    assert "geheim" in whole.read_text(encoding="utf-8")
    assert whole.stat().st_mode & 0o777 == 0o600
    assert firewatch(monkeypatch, "import", whole) == 0
    assert "same" in capsys.readouterr().out
    assert firewatch(monkeypatch, "export", tmp_path / "no" / "x.csv", "--english") == 1


def test_a_view_is_trusted_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    table = tmp_path / "c.csv"
    table.write_text(LIST, encoding="utf-8")
    assert firewatch(monkeypatch, "import", table) == 0
    assert firewatch(monkeypatch, "trust-view", "gn-9") == 1
    assert firewatch(monkeypatch, "trust-view", "gn-1") == 0
    assert "no view that could be forgotten" in capsys.readouterr().out
    kept = tmp_path / "data" / "views" / "gn-1.npz"
    kept.parent.mkdir()
    kept.write_bytes(b"x")
    assert firewatch(monkeypatch, "trust-view", "gn-1") == 0
    assert "learns its view anew" in capsys.readouterr().out
    assert not kept.exists()


def test_a_bad_list_is_told_by_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    table = tmp_path / "c.csv"
    table.write_text(LIST + "gn-2,古南二号,300,29,1,rtsp,rtsp://10.0.0.6/1,,\n", encoding="utf-8")
    assert firewatch(monkeypatch, "import", table) == 1
    said = capsys.readouterr()
    assert "3  gn-2" in said.out
    assert "nothing was taken" in said.err
    assert firewatch(monkeypatch, "import", table, "--take-good") == 1
    assert "1 taken" in capsys.readouterr().err
    assert firewatch(monkeypatch, "import", tmp_path / "missing.csv") == 1
    monkeypatch.setattr("api.commands.camera.MOST_BYTES", 10)
    assert firewatch(monkeypatch, "import", table) == 1
    assert "larger than" in capsys.readouterr().err
    assert firewatch(monkeypatch, "import") == 2


def test_a_snapshot_camera_is_probed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (96, 128, 3), np.uint8)
    (tmp_path / "snap.jpg").write_bytes(cv2.imencode(".jpg", noise)[1].tobytes())
    secret = tmp_path / "password"
    secret.write_text("geheim\nmore\n", encoding="utf-8")
    with serving(tmp_path) as port:
        address = f"http://127.0.0.1:{port}/snap.jpg"
        options = ["--user", "admin", "--password-file", secret, "--seconds", "1", "--every", "0.3"]
        assert firewatch(monkeypatch, "probe", address, *options) == 0
        said = capsys.readouterr().out
        assert "found   snapshot at http://127.0.0.1" in said
        assert "128 x 96" in said
        assert "sub stream" in said
        assert "geheim" not in said
        assert firewatch(monkeypatch, "probe", address.replace("snap", "no"), "--seconds", "1") == 1
        said = capsys.readouterr().err
        assert "no such address" in said
        assert said.count("\n") == 1


def test_wrong_use_of_a_probe(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    assert firewatch(monkeypatch, "probe", tmp_path / "none.mp4", "--seconds", "1") == 1
    assert "does not exist" in capsys.readouterr().err
    assert firewatch(monkeypatch, "probe", "/x", "--adapter", "rtsp") == 1
    assert firewatch(monkeypatch, "probe", "rtsp://h/1", "--password-file", tmp_path / "no") == 1
    assert "password file" in capsys.readouterr().err
    assert firewatch(monkeypatch, "probe", "rtsp://h/1", "--user", "a", "--seconds", "0") == 2


@pytest.mark.parametrize(
    ("address", "first"),
    [
        ("rtsp://10.0.0.5/1", Adapter.RTSP),
        ("http://10.0.0.5/onvif/device_service", Adapter.ONVIF),
        ("http://10.0.0.5/video.mjpg", Adapter.MJPEG),
        ("http://10.0.0.5/snap.jpg", Adapter.SNAPSHOT),
        ("/data/a.mp4", Adapter.VIDEO),
        ("/data/", Adapter.FOLDER),
    ],
)
def test_the_likeliest_way_is_tried_first(address: str, first: Adapter) -> None:
    assert candidates(address)[0] is first
    assert opener_of is not None
