"""The manifest's reader, fed with a manifest changed at random: it reads or refuses it, and nothing else."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

SCALARS: list[Any] = [None, True, 0, -1, 1.5, 2**32, 2**64, "", "x", "a::b", "\0", "é\u202e", [], {}]
SEEDS = 12
CHANGED = 60


def containers(value: Any) -> Iterator[Any]:
    """Every list and dict within that holds something."""
    if isinstance(value, dict | list) and value:
        yield value
        for child in value.values() if isinstance(value, dict) else value:
            yield from containers(child)


def change(root: Any, choose: random.Random) -> None:
    """Changes one place."""
    all_ = list(containers(root))
    if not all_:
        return
    where, other = choose.choice(all_), choose.choice(all_)
    key = choose.choice(list(where)) if isinstance(where, dict) else choose.randrange(len(where))
    action = choose.randrange(7)
    if action == 0:
        where[key] = choose.choice(SCALARS)
    elif action == 1:
        del where[key]
    elif action == 2:
        where[key] = copy.deepcopy(other)
    elif action == 3 and isinstance(where, list):
        where.append(copy.deepcopy(where[key]))
    elif action == 3:
        where[choose.choice(["", "x", *where])] = where[key]
    elif action == 4:
        for _ in range(choose.choice([1, 2, 63, 64, 65, 200])):
            where[key] = ["list", where[key]]
    elif isinstance(where[key], bool) or not isinstance(where[key], int):
        where[key] = choose.choice(SCALARS)
    else:
        where[key] += choose.choice([-1, 1, 1000, 2**40])


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_changed_manifest_is_read_or_refused(part: Any, manifest: dict[str, Any], seed: int) -> None:
    choose, read, refused = random.Random(seed), 0, 0
    for _ in range(CHANGED):
        changed = copy.deepcopy(manifest)
        for _ in range(choose.randrange(1, 4)):
            change(changed, choose)
        try:
            part("manifests").parse(json.dumps(changed).encode())
            read += 1
        except part("errors").LoadError as error:
            assert "manifest" in str(error)
            refused += 1
    assert read and refused, "both happen, or the changes are too weak or too strong"


@pytest.mark.parametrize("seed", range(SEEDS))
def test_changed_bytes_are_read_or_refused(part: Any, manifest: dict[str, Any], seed: int) -> None:
    choose = random.Random(seed)
    text = json.dumps(manifest).encode()
    for _ in range(CHANGED):
        changed = bytearray(text)
        for _ in range(choose.randrange(1, 4)):
            changed[choose.randrange(len(changed))] = choose.randrange(256)
        if choose.randrange(4) == 0:
            del changed[choose.randrange(len(changed)) :]
        try:
            part("manifests").parse(bytes(changed))
        except part("errors").LoadError as error:
            assert "manifest" in str(error)
