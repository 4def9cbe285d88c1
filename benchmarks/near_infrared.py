"""Grey frames and nights: ``./run bench near-infrared [--quick] [--json FILE] [--keep FOLDER]``."""

import sys
from pathlib import Path

if __name__ == "__main__":
    # A script's own folder comes first on the path, and there detector.py hides the package.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from benchmarks.night_light.command import main

    sys.exit(main())
