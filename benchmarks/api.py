"""How fast the API answers under load: ``./run bench api [--quick] [--json FILE]``."""

import sys
from pathlib import Path

if __name__ == "__main__":
    # A script's own folder comes first on the path, and there its names hide packages.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from benchmarks.keeping.api import main

    sys.exit(main())
