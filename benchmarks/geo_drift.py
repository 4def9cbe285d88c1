"""Are turned presets found, and only they: ``./run bench geo-drift [--quick] [--json FILE]``."""

import sys
from pathlib import Path

if __name__ == "__main__":
    # A script's own folder comes first on the path, and there geo.py hides the package.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from benchmarks.ground.drift import main

    sys.exit(main())
