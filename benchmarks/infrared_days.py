"""Ten days of infrared nodes: ``./run bench infrared_days [--quick] [--json FILE]``."""

import sys
from pathlib import Path

if __name__ == "__main__":
    # A script's own folder comes first on the path, and there detector.py hides the package.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from benchmarks.node_days.command import main

    sys.exit(main())
