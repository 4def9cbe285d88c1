"""Small labelled sets."""

from pathlib import Path


def make_set(folder: Path, rows: list[str], labels: dict[str, str] | None = None) -> Path:
    (folder / "index.csv").write_text("\n".join(["name,group,source,view,split", *rows]) + "\n")
    for row in rows:
        name = row.split(",")[0]
        if ".." in name or name.startswith("/"):
            continue
        for room, suffix, content in (
            ("images", ".jpg", "picture"),
            ("labels", ".txt", (labels or {}).get(name, "")),
        ):
            path = folder / room / (name + suffix)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
    return folder
