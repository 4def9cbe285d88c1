"""GDAL's own reader of OGC API Features, in a process of its own: it waits with Python held still.

``python gdal_reader.py ADDRESS TOKEN`` reads requests as JSON lines ``{"layer", "where", "bbox"}``
and answers each with ``{"count", "fields", "rows", "empty"}``; without a layer with all names.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

__all__ = ["asked_by_gdal"]


def asked_by_gdal(address: str, token: str, requests: list[dict[str, Any]]) -> list[Any]:
    """Have GDAL ask."""
    lines = "".join(f"{json.dumps(each)}\n" for each in requests)
    done = subprocess.run(  # noqa: S603  # ourselves
        [sys.executable, str(Path(__file__)), address, token],
        input=lines,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def _main() -> None:
    import pyogrio  # only in the child

    address, token = sys.argv[1:]
    pyogrio.set_gdal_config_options({"GDAL_HTTP_AUTH": "BEARER", "GDAL_HTTP_BEARER": token})
    for line in sys.stdin:
        asked = json.loads(line)
        if "layer" not in asked:
            sys.stdout.write(
                json.dumps([str(name) for name, _ in pyogrio.list_layers(f"OAPIF:{address}")])
                + "\n"
            )
            continue
        options = asked.get("options", {})
        meta, _, shapes, columns = pyogrio.raw.read(
            f"OAPIF:{address}",
            layer=asked["layer"],
            where=asked.get("where"),
            bbox=tuple(asked["bbox"]) if "bbox" in asked else None,
            **options,
        )
        fields = [str(name) for name in meta["fields"]]
        rows = [dict(zip(fields, map(str, row), strict=True)) for row in zip(*columns, strict=True)]
        empty = sum(shape is None for shape in shapes)
        sys.stdout.write(
            json.dumps({"count": len(rows), "fields": fields, "rows": rows, "empty": empty}) + "\n"
        )


if __name__ == "__main__":
    _main()
