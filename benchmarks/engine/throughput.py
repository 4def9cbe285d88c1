"""Pictures a second, ours beside others', in turns within one run."""

import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime

from benchmarks.engine.contenders import FLOOR_SCORE, Bare, detecting
from benchmarks.engine.environments import ROOT, environment
from benchmarks.engine.parts import opencv_alone
from benchmarks.engine.pictures import jpeg, picture
from benchmarks.support.peer import Peer, PeerFailed
from benchmarks.support.report import Measure, comparison, skipped
from benchmarks.support.rounds import Contender, Turns, cpu_ms, take_turns
from detector.core import Detector, Picture
from detector.core.machine import usable_cores
from detector.core.providers import CUDA_PROVIDER, TENSORRT_PROVIDER
from detector.jpeg_picture import JpegPicture
from models.errors import WatchError
from models.units import ImageBGR
from models.zoo.registry import ModelCard

__all__ = ["measure_bare", "measure_batches", "measure_gpu", "measure_inputs", "measure_peers"]

SHAPE = (384, 640)
"""Input of a 1080p picture at 640 pixels; ``rect`` in ultralytics' words."""
CALL = 8
QUICK_S = 5.0
"""Below such a budget a section makes do with fewer rounds and contenders."""
DIFFERENT = 4
DETECT_VS_BARE_BAR = 0.95
PLAIN_BAR = 1.3
BEST_BAR = 2.2
_UNIT = "images/s"


def measure_bare(
    card: ModelCard, detector: Detector, threads: int, budget_s: float
) -> list[Measure]:
    """Our whole way from 1080p pictures beside the network alone."""
    ways = {"1 x N": (threads, 1), "N x 1": (1, threads)}
    bare = {
        name: Bare(card, session_threads=session, callers=callers, shape=SHAPE)
        for name, (session, callers) in ways.items()
    }
    turns = take_turns(
        {**bare, "ours": detecting(detector, _arrays("1080p"), CALL)},
        budget_s=budget_s,
        turn_s=0.25,
    )
    words = {
        name: f"bare session.run, {arrangement}, {_shape()}, {detector.provider}"
        for name, arrangement in (
            ("N x 1", f"one session of one thread, called by {threads} threads"),
            ("1 x N", f"one session of {threads} threads, called by one"),
        )
    }
    ours = f"; ours from 1080p arrays, {CALL} a call, {threads} threads"
    return [
        _beside(
            turns, "detect_vs_bare", "ours", "N x 1", words["N x 1"] + ours, bar=DETECT_VS_BARE_BAR
        ),
        _beside(turns, "detect_vs_bare_all_cores_a_run", "ours", "1 x N", words["1 x N"] + ours),
        _beside(
            turns,
            "one_run_a_core_vs_all_cores_a_run",
            "N x 1",
            "1 x N",
            f"{words['1 x N']}; beside it {words['N x 1']}",
        ),
        _on_one_thread(card, budget_s / 40),
    ]


def _on_one_thread(card: ModelCard, share_s: float) -> Measure:
    """The same by the processor time of one thread, which no neighbour disturbs."""
    detector = Detector.open(card, device="cpu", threads=1)
    bare = Bare(card, session_threads=1, callers=1, shape=SHAPE)
    images = [picture("1080p", 0)]
    network_ms, ours_ms = [], []
    with opencv_alone():
        for _ in range(3):
            network_ms.append(cpu_ms(bare.once, budget_s=share_s))
            ours_ms.append(
                cpu_ms(lambda: detector.detect(images, floor_score=FLOOR_SCORE), budget_s=share_s)
            )
    return comparison(
        "detect_vs_bare_processor_time",
        min(ours_ms),
        "ms",
        f"bare session.run, {_shape()}, processor time of one thread, OpenCV on one thread",
        ratio=min(network_ms) / min(ours_ms),
    )


def measure_inputs(
    card: ModelCard, detector: Detector, threads: int, budget_s: float
) -> list[Measure]:
    """What the size and the coding of the input cost."""
    contenders: dict[str, Contender] = {
        "bare": Bare(card, session_threads=1, callers=threads, shape=SHAPE),
        "detect_1080p_one_a_call": detecting(detector, _arrays("1080p"), 1),
        "detect_1080p_jpeg": detecting(detector, _files("1080p"), CALL),
        "detect_4k_jpeg": detecting(detector, _files("4k"), CALL),
    }
    if budget_s > QUICK_S:
        contenders["detect_4k"] = detecting(detector, _arrays("4k"), CALL)
    turns = take_turns(contenders, budget_s=budget_s)
    words = f"bare session.run, N x 1, N = {threads}, {_shape()}, {detector.provider}"
    return [_beside(turns, name, name, "bare", words) for name in contenders if name != "bare"]


def measure_batches(card: ModelCard, threads: int, budget_s: float) -> list[Measure]:
    """Whether the network is faster on several pictures at once."""
    batches = (1, 4, 8, 16) if budget_s > QUICK_S else (1, 8)
    turns = take_turns(
        {
            str(batch): Bare(card, session_threads=1, callers=threads, shape=SHAPE, batch=batch)
            for batch in batches
        },
        budget_s=budget_s,
    )
    words = f"batches of 1; bare session.run, N x 1, N = {threads}, {_shape()}"
    return [_beside(turns, f"batch_{batch}_vs_1", str(batch), "1", words) for batch in batches[1:]]


def measure_peers(
    card: ModelCard, detector: Detector, threads: int, budget_s: float, *, may_make: bool
) -> list[Measure]:
    """Ours beside what a user would pick instead, and on OpenVINO."""
    names = ("detect_vs_ultralytics_ort", "detect_vs_ultralytics_best")
    theirs = environment("ultralytics", may_make=may_make)
    fast = environment("openvino", may_make=may_make)
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        frames = Path(scratch, "frames.npy")
        np.save(frames, np.stack([picture("1080p", seed) for seed in range(CALL)]))
        contenders: dict[str, Contender] = {"ours": detecting(detector, _arrays("1080p"), CALL)}
        about: dict[str, str] = {}

        def enter(name: str, python: Path | str, script: str, *arguments: str) -> None:
            if isinstance(python, str):
                about[name] = python
                return
            try:
                peer = stack.enter_context(
                    Peer(python, ROOT / "benchmarks/engine" / script, arguments)
                )
            except (PeerFailed, OSError) as error:
                about[name] = f"its process failed: {error}"
                return
            about[name] = ", ".join(f"{key} {value}" for key, value in peer.about.items())
            words = ("rect", "square") if name == "ultralytics" else ("detect", "bare")
            contenders.update({f"{name} {word}": peer.contender(word) for word in words})

        enter("ultralytics", theirs, "peer_ultralytics.py", str(card.path), str(frames), scratch)
        enter(
            "openvino",
            fast,
            "peer_core.py",
            str(ROOT),
            card.name,
            "openvino",
            str(frames),
            str(threads),
        )
        turns = take_turns(contenders, budget_s=budget_s) if len(contenders) > 1 else Turns({})
    return _peer_measures(names, turns, about, detector.provider)


def _peer_measures(
    names: tuple[str, str], turns: Turns, about: Mapping[str, str], provider: str
) -> list[Measure]:
    measures = []
    rows = (
        (names[0], "ours", provider, PLAIN_BAR),
        (names[1], "openvino detect", "OpenVINOExecutionProvider", BEST_BAR),
    )
    for name, who, with_provider, bar in rows:
        needed = ("ultralytics rect", who)
        missing = [needs.split()[0] for needs in needed if needs not in turns]
        if missing:
            measures.append(skipped(name, _UNIT, f"{missing[0]}: {about[missing[0]]}"))
            continue
        for word, its_bar, suffix in (("rect", bar, ""), ("square", None, "_square")):
            words = (
                f"ultralytics predict(onnx) on the same weights, one a call, {word}; "
                f"{about['ultralytics']}; ours rect, {CALL} a call, {with_provider}; 1080p arrays"
            )
            measures.append(
                _beside(turns, name + suffix, who, f"ultralytics {word}", words, bar=its_bar)
            )
    if "openvino detect" in turns:
        words = f"bare session.run on OpenVINO, {_shape()}, {about['openvino']}"
        measures.append(
            _beside(turns, "openvino_detect_vs_bare", "openvino detect", "openvino bare", words)
        )
        words = f"ours on {provider}; {about['openvino']}"
        measures.append(_beside(turns, "openvino_vs_plain", "openvino detect", "ours", words))
    else:
        measures.append(skipped("openvino_vs_plain", _UNIT, about["openvino"]))
    return measures


def measure_gpu(card: ModelCard, budget_s: float) -> list[Measure]:
    """The same comparison on each GPU provider that this runtime carries."""
    measures: list[Measure] = []
    available = onnxruntime.get_available_providers()
    for device, provider in (("cuda", CUDA_PROVIDER), ("tensorrt", TENSORRT_PROVIDER)):
        name = f"{device}_detect_vs_bare"
        if provider not in available:
            measures.append(
                skipped(
                    name, _UNIT, f"this runtime offers {', '.join(available)}; needs the extra gpu"
                )
            )
            continue
        measures += _on_gpu(card, device, provider, budget_s)
    return measures


def _on_gpu(card: ModelCard, device: str, provider: str, budget_s: float) -> list[Measure]:
    """Ours beside the network alone, from memory as Python gives it and from page-locked memory."""
    name = f"{device}_detect_vs_bare"
    try:
        detector = Detector.open(card, device=device)
    except WatchError as error:
        return [skipped(name, _UNIT, error.message)]
    measures = []
    for batch in (1, 8, 16):
        words = f"bare session.run, {_shape(batch)}, {provider}"
        turns = take_turns(
            {
                "bare": _bare_on_gpu(card, device, batch),
                "pinned": _bare_on_gpu(card, device, batch, page_locked=True),
                "ours": detecting(detector, _arrays("1080p"), batch),
                "ours, four batches a call": detecting(detector, _arrays("1080p"), 4 * batch),
                "ours from JPEG, four batches a call": detecting(
                    detector, _files("1080p"), 4 * batch
                ),
            },
            budget_s=budget_s / 4,
        )
        for suffix, ours in (
            ("", "ours"),
            ("_four_a_call", "ours, four batches a call"),
            ("_jpeg_four_a_call", "ours from JPEG, four batches a call"),
            ("_pinned", "pinned"),
        ):
            about = f"{words}; {ours}"
            measures.append(_beside(turns, f"{name}{suffix}_batch_{batch}", ours, "bare", about))
    turns = take_turns(
        {
            "cpu": detecting(Detector.open(card, device="cpu"), _arrays("1080p"), CALL),
            "gpu": detecting(detector, _arrays("1080p"), 64),
        },
        budget_s=budget_s / 4,
    )
    words = f"ours on this machine's {usable_cores()} cores; 64 a call on {provider}"
    return [*measures, _beside(turns, f"{device}_vs_cpu", "gpu", "cpu", words)]


def _bare_on_gpu(card: ModelCard, device: str, batch: int, *, page_locked: bool = False) -> Bare:
    return Bare(
        card,
        session_threads=1,
        callers=1,
        shape=SHAPE,
        batch=batch,
        device=device,
        page_locked=page_locked,
    )


def _beside(
    turns: Turns, name: str, ours: str, theirs: str, against: str, *, bar: float | None = None
) -> Measure:
    """One contender beside another."""
    return comparison(
        name, turns.rate(ours), _UNIT, against, ratio=turns.ratio(ours, theirs), bar=bar
    )


def _arrays(size: str) -> list[Callable[[], Picture]]:
    def the(image: ImageBGR) -> Picture:
        return image

    return [partial(the, picture(size, seed)) for seed in range(DIFFERENT)]


def _files(size: str) -> list[Callable[[], Picture]]:
    return [partial(JpegPicture.of, jpeg(size, seed), f"frame {seed}") for seed in range(DIFFERENT)]


def _shape(batch: int = 1) -> str:
    return f"{SHAPE[0]} x {SHAPE[1]}, batch {batch}"
