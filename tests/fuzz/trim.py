"""Trims rustdoc's JSON to what a fuzzer should spend its time on: `trim.py IN OUT`.

Blanket and automatic impls, paths that nothing mentions, and the list of processor features are left out;
the rest is as rustdoc wrote it.
"""

from __future__ import annotations

import json
import pathlib
import sys
from typing import Any


def mentioned(value: Any) -> set[int]:
    """Every number in it: more than the ids, which does no harm."""
    if isinstance(value, dict):
        return set().union(*map(mentioned, value.values()))
    if isinstance(value, list):
        return set().union(*map(mentioned, value))
    return {value} if isinstance(value, int) else set()


def trimmed(document: dict[str, Any]) -> dict[str, Any]:
    """The document without what is left out."""
    index = {}
    for key, item in document["index"].items():
        impl = item["inner"].get("impl")
        if impl is None or not (impl["blanket_impl"] or impl["is_synthetic"]):
            index[key] = item
    ids = mentioned(index)
    paths = {key: path for key, path in document["paths"].items() if int(key) in ids}
    crates = {path["crate_id"] for path in paths.values()}
    external = {key: krate for key, krate in document["external_crates"].items() if int(key) in crates}
    target = {**document["target"], "target_features": []}
    return {**document, "index": index, "paths": paths, "external_crates": external, "target": target}


def main() -> None:
    source, out = map(pathlib.Path, sys.argv[1:])
    text = json.dumps(trimmed(json.loads(source.read_bytes())), separators=(",", ":"))
    out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
