"""What kill -9 costs: ``./run bench crash [--quick] [--json FILE]``."""

import sys
from pathlib import Path

if __name__ == "__main__":
    # A script's own folder comes first on the path, and there its names hide packages.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from benchmarks.keeping.crash import main

    sys.exit(main())
