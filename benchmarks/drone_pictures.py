"""What is found in the footage of flights: ``./run bench drone_pictures [--json FILE]``."""

import sys
from pathlib import Path

if __name__ == "__main__":
    # A script's own folder comes first on the path, and there detector.py hides the package.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from benchmarks.above.pictures import main

    sys.exit(main())
