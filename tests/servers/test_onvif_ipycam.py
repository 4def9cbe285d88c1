"""A second ONVIF camera, by others, met on a network of its own: found, asked, looked through.

ipycam 1.3.0 wants a login for its clock, answers a probe without the element around its matches,
and has no imaging service.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

pytestmark = [pytest.mark.servers, pytest.mark.timeout(180)]
HERE = Path(__file__).parent
Told = dict[str, object]


def missing(why: str) -> None:
    """Fail where it must be there, else skip."""
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="module")
def ipycam(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the package, fetched once per checkout."""
    kept = HERE.parents[1] / ".tools" / "ipycam-1.3.0"
    if not (kept / "ipycam").is_dir():
        python = shutil.which("python3", path="/usr/local/bin:/usr/bin:/bin") or sys.executable
        folder = tmp_path_factory.mktemp("package") / "ipycam"
        fetched = subprocess.run(  # noqa: S603  (pip, with a pinned hash)
            [
                python, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes",
                "--disable-pip-version-check", "--target", str(folder),
                "--requirement", str(HERE / "ipycam.txt"),
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )  # fmt: skip
        if fetched.returncode:
            missing(f"ipycam cannot be fetched: {fetched.stderr[-300:]}")
        kept.parent.mkdir(exist_ok=True)
        shutil.copytree(folder, kept, dirs_exist_ok=True)
    return kept


def played(script: str, ipycam: Path, work: Path) -> Told:
    """What a script tells that runs in a network of its own."""
    alone = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]
    if shutil.which("unshare") is None or subprocess.run([*alone, "true"], check=False).returncode:  # noqa: S603
        missing("a network namespace of its own is not allowed here")
    video = work / "video.mp4"
    with av.open(str(video), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for level in range(0, 240, 4):
            image = np.full((180, 320, 3), level, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode())
    ran = subprocess.run(  # noqa: S603  (our own script)
        [*alone, sys.executable, str(HERE / script), str(ipycam), str(work), str(video)],
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:] + (work / "ipycam.log").read_text()[-2000:]
    found: Told = json.loads(ran.stdout.splitlines()[-1])
    return found


def test_a_camera_by_others_is_found_asked_and_looked_through(ipycam: Path, tmp_path: Path) -> None:
    # One test: the workers of a parallel run would each start a camera of their own.
    told = played("onvif_probe.py", ipycam, tmp_path)
    (camera,) = told["found"]  # type: ignore[misc]
    assert camera["address"] == "http://127.0.0.1:8080/onvif/device_service"
    assert camera["name"] == "north"  # it writes a space into its scopes, where none may be
    assert camera["endpoint"].startswith("urn:uuid:")
    assert told["facts"] == {
        "manufacturer": "PythonCam",
        "model": "VirtualCam-1",
        "firmware": "1.3.0",
    }
    assert abs(float(str(told["clock"]))) < 3.0
    main, sub = told["profiles"]  # type: ignore[misc]
    assert (main["token"], main["encoding"], main["width_px"]) == ("Profile_Main", "H264", 320)
    assert sub["token"] == "Profile_Sub"
    assert told["stream"] == "rtsp://127.0.0.1:8554/video_main"
    assert told["snapshot"] == "http://127.0.0.1:8080/snapshot.jpg"
    assert told["ir_cut"] == "camera_answer"
    assert told["wrong"] == "camera_login"
    for way in ("onvif picture", "picture", "stream picture"):
        assert told[way] == [320, 180], way


def test_a_person_finds_a_camera_on_another_network_and_its_cable_is_pulled(
    ipycam: Path, tmp_path: Path
) -> None:
    told: dict[str, Any] = played("two_networks.py", ipycam, tmp_path)
    assert told["discover"]["rc"] == 0
    first, last = told["discover"]["out"].splitlines()
    assert first.split() == ["http://10.77.0.2:8080/onvif/device_service", "north"]
    assert last.startswith("1 found")
    assert told["elsewhere"]["rc"] == 1
    assert "203.0.113.9 cannot be asked" in told["elsewhere"]["err"]
    assert "nobody answered" in told["quiet"]["out"]
    said = told["probe"]["out"]
    for words in (
        "found   onvif at http://10.77.0.2:8080/onvif/device_service",
        "PythonCam VirtualCam-1, firmware 1.3.0; infrared filter: unknown",
        "its clock: right",
        "profile Profile_Main: H264 320 x 180",
    ):
        assert words in said, said
    assert "p@ss" not in json.dumps(told)
    pulled = told["pulled"]
    assert pulled["before"] >= 3
    assert pulled["code"] in {"camera_unreachable", "camera_silent"}
    assert pulled["lost_s"] <= 16.0
    assert pulled["back_s"] <= 4.5
