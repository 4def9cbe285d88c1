"""GDAL's own programs, of Debian's package: what people have who have no QGIS.

Run as a script it says whether they are here, and with ``packages`` what they need.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

__all__ = ["PACKAGES", "OgrClient", "why_no_gdal"]

PACKAGES = "gdal-bin"


def why_no_gdal() -> str:
    """Why the programs cannot be run; empty when they can."""
    missing = [name for name in ("ogrinfo", "ogr2ogr") if shutil.which(name) is None]
    return f"{', '.join(missing)} missing" if missing else ""


class OgrClient:
    """Somebody with a shell, who reads a service as the documentation says.

    Args:
        address: of the service.
        token: written.
        folder: for their files.
    """

    def __init__(self, address: str, token: str, folder: Path) -> None:
        self._told = ""
        self._source = f"OAPIF:{address}"
        self._folder = folder
        self._header = folder / "header.txt"  # 3.6 knows no bearers
        self._header.write_text(f"Authorization: Bearer {token}\n", encoding="ascii")

    def ogrinfo(self, *arguments: str) -> str:
        """What it prints of the service."""
        return self._run("ogrinfo", "-ro", self._source, *arguments)

    def fetched(self, *arguments: str) -> list[str]:
        """The addresses that ogrinfo fetches for its answer."""
        self._run("ogrinfo", "-ro", "-q", self._source, *arguments, "--debug", "on")
        return re.findall(r"^HTTP: Fetch\((\S+)\)$", self._told, flags=re.MULTILINE)

    def features(self, layer: str, *arguments: str) -> list[dict[str, Any]]:
        """A layer, copied to GeoJSON by ogr2ogr."""
        target = self._folder / "copied.geojson"
        target.unlink(missing_ok=True)
        self._run("ogr2ogr", "-f", "GeoJSON", str(target), self._source, layer, *arguments)
        return list(json.loads(target.read_text(encoding="utf-8"))["features"])

    def copied(self, target: Path, layer: str, *arguments: str) -> None:
        """A layer, copied into a file of the kind that its ending names."""
        self._run("ogr2ogr", str(target), self._source, layer, *arguments)

    @staticmethod
    def read(source: Path) -> list[dict[str, Any]]:
        """A file, read by ogr2ogr."""
        command = ["ogr2ogr", "-f", "GeoJSON", "/vsistdout/", str(source)]
        done = subprocess.run(command, capture_output=True, timeout=120, check=True)  # noqa: S603
        return list(json.loads(done.stdout)["features"])

    def _run(self, *command: str) -> str:
        done = subprocess.run(  # noqa: S603  # Debian's program with our arguments
            [*command, "--config", "GDAL_HTTP_HEADER_FILE", str(self._header)],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        assert "ERROR" not in done.stderr, done.stderr[-2000:]
        self._told = done.stderr
        return done.stdout


if __name__ == "__main__":
    if sys.argv[1:] == ["packages"]:
        sys.stdout.write(PACKAGES + "\n")
    elif trouble := why_no_gdal():
        sys.exit(trouble)
