"""How fast the detection core is: ``./run bench detector [--quick] [--json FILE] [--peers]``."""

import sys
from pathlib import Path

if __name__ == "__main__":
    # A script's own folder comes first on the path, and there this file hides the package detector.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from benchmarks.engine.command import main

    sys.exit(main())
