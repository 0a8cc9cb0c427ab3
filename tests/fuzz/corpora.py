"""Corpora as text, an input a line in hexadecimal: `corpora.py pack FOLDER FILE`, or `unpack FILE FOLDER`.

libFuzzer wants a folder with a file per input; hundreds of tiny files are no good in a repository.
"""

from __future__ import annotations

import hashlib
import pathlib
import sys

# Bytes per file: what is replayed by every run of the tests is to stay quick.
ROOM = 60_000


def pack(folder: pathlib.Path, file: pathlib.Path) -> None:
    """The shortest first, each once, as many as there is room for."""
    inputs = sorted({entry.read_bytes() for entry in folder.iterdir()}, key=lambda one: (len(one), one))
    lines: list[str] = []
    room = ROOM
    for line in (one.hex() for one in inputs if one):
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(f"{line}\n")
    file.write_text("".join(lines), encoding="ascii")


def unpack(file: pathlib.Path, folder: pathlib.Path) -> None:
    """Named by their contents, as libFuzzer names them."""
    folder.mkdir(parents=True, exist_ok=True)
    for line in file.read_text(encoding="ascii").splitlines():
        one = bytes.fromhex(line)
        (folder / hashlib.sha1(one).hexdigest()).write_bytes(one)


def main() -> None:
    command, source, target = sys.argv[1:]
    {"pack": pack, "unpack": unpack}[command](pathlib.Path(source), pathlib.Path(target))


if __name__ == "__main__":
    main()
