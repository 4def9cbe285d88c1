"""What plans of sweeps see, and how far they fly for it: ``./run bench drone [--quick]``."""

import sys
from pathlib import Path

if __name__ == "__main__":
    # A script's own folder comes first on the path, and there its names hide packages.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from benchmarks.flying.command import main

    sys.exit(main())
