"""Whether fires are told apart and none is told twice: ``./run bench incidents [--quick]``."""

import sys
from pathlib import Path

if __name__ == "__main__":
    # A script's own folder comes first on the path, and there geo.py hides the package.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from benchmarks.ground.incidents import main

    sys.exit(main())
