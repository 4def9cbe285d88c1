"""Follows Firewatch's orders: one line of JSON for each order as it is, then again as it changes.

    FIREWATCH_TOKEN=ffw_... python3 exchange_consumer.py https://firewatch.bureau.cn cursor.txt

Needs nothing but Python. Where it stands is kept in a file, written after what was read is printed:
when it is killed in between, an order is printed again, and none is ever left out. Whoever keeps
orders in a table writes rows and cursor in one transaction, and then has each change exactly once.
"""

import json
import os
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path


def ask(address: str, path: str, **query: str) -> dict:
    """One answer."""
    url = f"{address}/api/exchange/{path}?{urllib.parse.urlencode(query)}"
    token = os.environ["FIREWATCH_TOKEN"]
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=30.0) as answer:
        return json.load(answer)


def follow(address: str, kept: Path, every_s: float) -> None:
    """Print what has changed since the file was written; go on, or stop when every_s is 0."""
    while True:
        cursor = kept.read_text() if kept.exists() else ""
        page = ask(address, "orders", **({"changed_after": cursor} if cursor else {}))
        for row in page["rows"]:
            print(json.dumps(row, ensure_ascii=False), flush=True)
        beside = kept.with_suffix(".new")
        beside.write_text(page["next_cursor"])
        beside.replace(kept)
        if not page["more"]:
            if every_s == 0.0:
                return
            time.sleep(every_s)


if __name__ == "__main__":
    pause_s = float(sys.argv[3]) if len(sys.argv) > 3 else 5.0
    follow(sys.argv[1].rstrip("/"), Path(sys.argv[2]), pause_s)
