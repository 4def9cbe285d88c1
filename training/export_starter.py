"""Export an ultralytics detector to the ONNX file that stands in ``models/zoo``.

The graph takes the camera's pixels as they are (``images``: uint8, N x 3 x H x W, red green blue)
and does the cast and the division by 255 itself, so that the picture crosses into the runtime as
bytes. N, H and W are dynamic; H and W must be multiples of 32. The answer (``predictions``:
float32, N x (4 + classes) x anchors) has rows ``centre x, centre y, width, height`` in pixels of
the input and one score in 0..1 per class; non-maximum suppression is left to the reader.

Environment, never part of the product (nothing imports this file)::

    python -m venv export && export/bin/pip install ultralytics==8.4.190 onnx onnxruntime onnxslim
    export/bin/python training/export_starter.py WEIGHTS.pt OUT.onnx --check PICTURES...

With ``--check`` the ONNX file is run against torch on each picture, square and rectangular, and a
difference above the tolerance is a failure (exit code 1).
"""

import argparse
import hashlib
import sys
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
import torch
from ultralytics import YOLO

OPSET = 17  # every onnxruntime since 1.12 runs it without a fallback
STRIDE = 32
INPUT_NAME = "images"
OUTPUT_NAME = "predictions"
TOLERANCE_PX = 0.05
TOLERANCE_SCORE = 1e-4


class WithNormalisation(torch.nn.Module):
    """The network behind a cast and a division by 255."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Map uint8 (n, 3, h, w) to float32 (n, 4 + classes, anchors)."""
        answer = self.network(images.float() / 255.0)
        return answer[0] if isinstance(answer, tuple | list) else answer


def load_network(
    weights: Path, *, one_to_one: bool = True
) -> tuple[WithNormalisation, dict[int, str]]:
    """Read the weights, fuse batch norm and set the head to its export form.

    Args:
        weights: ultralytics ``.pt`` file.
        one_to_one: of a network with two heads (yolo26n) take the one that needs no suppression,
            else the one that does. Either way the answer has one row an anchor, and the reader's
            suppression finds nothing to do behind the first.

    Returns:
        The network in evaluation mode, and its class names by index.
    """
    yolo = YOLO(str(weights))
    head = yolo.model.model[-1]
    if getattr(head, "one2one_cv2", None) is not None:
        if one_to_one:
            head.cv2, head.cv3 = head.one2one_cv2, head.one2one_cv3
        head.end2end = False
    network = yolo.model.float().fuse().eval()
    head.dynamic = True  # anchors are made from the shape of each input
    head.export = True
    head.format = "onnx"
    for parameter in network.parameters():
        parameter.requires_grad_(requires_grad=False)
    return WithNormalisation(network).eval(), dict(yolo.names)


def export(network: WithNormalisation, names: dict[int, str], out: Path) -> None:
    """Trace the network and write a checked ONNX file with its class names as metadata."""
    example = torch.zeros((2, 3, 384, 640), dtype=torch.uint8)
    torch.onnx.export(
        network,
        (example,),
        str(out),
        input_names=[INPUT_NAME],
        output_names=[OUTPUT_NAME],
        opset_version=OPSET,
        dynamic_axes={
            INPUT_NAME: {0: "batch", 2: "height", 3: "width"},
            OUTPUT_NAME: {0: "batch", 2: "anchors"},
        },
        do_constant_folding=True,
        dynamo=False,  # the tracer writes one file and opset 17; the other path does neither
    )
    graph = onnx.load(str(out))
    try:
        import onnxslim  # noqa: PLC0415

        graph = onnxslim.slim(graph)
    except ImportError:
        print("onnxslim is not installed: the file is right but a little larger")
    for key, value in (
        ("classes", ",".join(names[index] for index in sorted(names))),
        ("stride", str(STRIDE)),
        ("opset", str(OPSET)),  # onnxruntime does not tell the opset of a loaded graph
        ("license", "AGPL-3.0-or-later"),
    ):
        entry = graph.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.checker.check_model(graph, full_check=True)
    onnx.save(graph, str(out))


def letterboxed(picture: Path, height: int, width: int) -> np.ndarray:
    """Read a picture into uint8 (1, 3, height, width), RGB, grey borders."""
    image = cv2.imread(str(picture))
    if image is None:
        sys.exit(f"{picture} is not a picture that OpenCV reads")
    scale = min(height / image.shape[0], width / image.shape[1])
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    canvas = np.full((height, width, 3), 114, np.uint8)
    canvas[: size[1], : size[0]] = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(canvas[:, :, ::-1].transpose(2, 0, 1))[None]


def check(network: WithNormalisation, out: Path, pictures: list[Path]) -> bool:
    """Compare the ONNX file with torch on real pictures; print the largest differences."""
    session = onnxruntime.InferenceSession(str(out), providers=["CPUExecutionProvider"])
    holds = True
    for height, width in ((640, 640), (384, 640), (480, 640), (960, 1280)):
        worst_px = worst_score = best = 0.0
        for picture in pictures:
            images = np.concatenate([letterboxed(picture, height, width)] * 2)
            with torch.inference_mode():
                expected = network(torch.from_numpy(images)).numpy()
            answer = session.run([OUTPUT_NAME], {INPUT_NAME: images})[0]
            if answer.shape != expected.shape:
                sys.exit(f"shapes differ: {answer.shape} against {expected.shape}")
            worst_px = max(worst_px, float(np.abs(answer[:, :4] - expected[:, :4]).max()))
            worst_score = max(worst_score, float(np.abs(answer[:, 4:] - expected[:, 4:]).max()))
            best = max(best, float(expected[:, 4:].max()))
        fits = worst_px <= TOLERANCE_PX and worst_score <= TOLERANCE_SCORE
        holds = holds and fits
        print(
            f"{height} x {width}, {len(pictures)} pictures: boxes within {worst_px:.2e} px, "
            f"scores within {worst_score:.2e} (best score {best:.3f}) {'ok' if fits else 'TOO FAR'}"
        )
    return holds


def main() -> int:
    """Run the export as told on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights", type=Path, help="ultralytics .pt file")
    parser.add_argument("out", type=Path, help="ONNX file to write")
    parser.add_argument("--check", type=Path, nargs="*", default=[], metavar="PICTURE")
    arguments = parser.parse_args()

    torch.manual_seed(0)
    network, names = load_network(arguments.weights)
    export(network, names, arguments.out)
    digest = hashlib.sha256(arguments.out.read_bytes()).hexdigest()
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1e6:.1f} MB, sha256 {digest}")
    print(f"classes {names}, opset {OPSET}")
    if arguments.check and not check(network, arguments.out, arguments.check):
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
