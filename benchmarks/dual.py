"""Where heat lies in the visible picture: ``./run bench dual [--quick] [--json FILE]``."""

import sys
from pathlib import Path

if __name__ == "__main__":
    # A script's own folder comes first on the path, and there its names hide packages.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from benchmarks.pairing.command import main

    sys.exit(main())
