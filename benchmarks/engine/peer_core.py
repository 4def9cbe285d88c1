"""Runs our own core in an environment with another build of the runtime.

Arguments: the checkout, the card's name, a device, an .npy of pictures, threads.
"""

import json
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    import numpy as np
    import onnxruntime

    from benchmarks.engine.contenders import Bare, detecting
    from benchmarks.support.rounds import Contender
    from detector.core import Detector
    from models.zoo.registry import load_card

    _, _, name, device, pictures, threads = sys.argv
    card = load_card(name)
    images = list(np.load(Path(pictures)))
    detector = Detector.open(card, device=device, threads=int(threads))
    contenders: dict[str, Contender] = {
        "detect": detecting(detector, [lambda image=image: image for image in images], call=8),  # type: ignore[misc]
        "single": detecting(detector, [lambda image=image: image for image in images], call=1),  # type: ignore[misc]
        "bare": Bare(
            card, session_threads=1, callers=int(threads), shape=(384, 640), device=device
        ),
    }
    about = {"provider": detector.provider, "onnxruntime": onnxruntime.__version__}
    print(json.dumps(about), flush=True)
    for line in sys.stdin:
        word, count = line.split()
        print(json.dumps({"seconds": contenders[word](int(count))}), flush=True)
