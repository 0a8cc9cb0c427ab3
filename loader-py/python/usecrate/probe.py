"""Calls some of what an artifact serves, with generated values: `usecrate coverage --probe`.

What a callable returns or raises is the crate's affair; found are calls that end in an internal error of
usecrate or end the process. They are made in another process, in an empty folder: `python -m usecrate.probe
MANIFEST LOG SEED NUMBER…` makes the calls of these numbers and writes a line to LOG before and after each.
"""

# What comes from a manifest or is made from one has no type that a checker could know.
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from .model import Manifest

# Which part of the callables is called, and how many at least.
SHARE, AT_LEAST = 0.05, 10
# How often arguments are made for a callable before it is given up.
_TRIES = 4


def probe(path: str, manifest: Manifest, *, seed: int, timeout: float = 10.0) -> dict[str, Any]:
    """Calls a random part of an artifact's callables.

    Parameters
    ----------
    path
        The artifact's manifest.
    seed
        What the choice and the values are made from: the same seed makes the same calls.
    timeout
        How long a call may take, in seconds; the process is ended then.

    Returns
    -------
    dict
        ``called``: how many were; ``unreached``: for how many no arguments were found; ``unfinished``: the
        ids of those that took too long or ended the process of their own accord; ``failed``: ``id`` and
        ``how`` of those that ended in an internal error or a crash.
    """
    import random
    import tempfile

    total = len(manifest["callables"])
    chosen = random.Random(seed).sample(range(total), min(total, max(AT_LEAST, round(total * SHARE))))
    result: dict[str, Any] = {"called": 0, "unreached": 0, "unfinished": [], "failed": []}
    while chosen:
        with tempfile.TemporaryDirectory(prefix="usecrate-") as folder:
            log = os.path.join(folder, "log")
            work = os.path.join(folder, "work")
            os.mkdir(work)
            ended = _run(os.path.abspath(path), log, seed, chosen, work, timeout)
            done = _read(log)
        for at, how in done.items():
            if how is not None:
                chosen.remove(at)
                _count(result, manifest["callables"][at]["id"], how)
        begun = [at for at, how in done.items() if how is None]
        if not begun:
            if chosen:  # it could not even begin
                result["failed"].append({"id": "(loading)", "how": ended})
            break
        chosen.remove(begun[0])
        found = manifest["callables"][begun[0]]["id"]
        result["called"] += 1
        if ended.startswith("signal"):
            result["failed"].append({"id": found, "how": f"the process was ended by {ended}"})
        else:
            result["unfinished"].append(found)
    return result


def _count(result: dict[str, Any], name: str, how: str) -> None:
    if how == "unreached":
        result["unreached"] += 1
        return
    result["called"] += 1
    if how != "fine":
        result["failed"].append({"id": name, "how": how})


def _run(path: str, log: str, seed: int, numbers: list[int], work: str, timeout: float) -> str:
    """Makes calls in a process; how it ended."""
    import subprocess
    import time

    words = [sys.executable, "-m", "usecrate.probe", path, log, str(seed), *map(str, numbers)]
    nothing = subprocess.DEVNULL
    process = subprocess.Popen(words, cwd=work, stdin=nothing, stdout=nothing, stderr=nothing)
    seen, since = -1, time.monotonic()
    while True:
        try:
            code = process.wait(timeout=0.05)
            break
        except subprocess.TimeoutExpired:
            size = os.path.getsize(log) if os.path.exists(log) else 0
            if size != seen:
                seen, since = size, time.monotonic()
            elif time.monotonic() - since > timeout:
                process.kill()
                process.wait()
                return "time"
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _read(log: str) -> dict[int, str | None]:
    """How each call that was begun ended; None if it did not."""
    done: dict[int, str | None] = {}
    if os.path.exists(log):
        with open(log, encoding="utf-8") as file:
            for line in file:
                number, _, how = line.rstrip("\n").partition(" ")
                done[int(number)] = how or None
    return done


class Unreached(Exception):
    """No value of a type was found."""


class Values:
    """Makes values of an artifact's types."""

    def __init__(self, opened: Any) -> None:
        import random

        self.random = random.Random()
        self.opened = opened
        self.loaded = opened.loaded
        self.manifest: Manifest = self.loaded.plain_manifest()
        self.givers: dict[int, list[int]] = {}
        self._depth = 0
        for at, found in enumerate(self.manifest["callables"]):
            result = found["result"]
            if isinstance(result, list) and result[0] == "result":
                result = result[1]
            for index in dict.fromkeys(_types_in(result)):
                self.givers.setdefault(index, []).append(at)

    def call(self, at: int) -> Any:
        """Calls callable `at`; its result."""
        found = self.manifest["callables"][at]
        given: list[Any] = []
        for param in found["params"]:
            ref = param["type"]
            if isinstance(ref, list) and ref[0] == "out":
                if ref[2]:
                    continue
                ref = ref[1]
            given.append(self.make(ref))
        function = self.opened.function([at], name=found["name"], qualname=found["name"], module="probe")
        return function(*given)

    def make(self, ref: Any) -> Any:
        """A value of a type.

        Raises
        ------
        Unreached
            None was found.
        """
        if isinstance(ref, str):
            return self._plain(ref)
        kind, *rest = ref
        maker = getattr(self, f"_{kind}", None)
        if maker is None:
            raise Unreached(kind)
        if self._depth > 12:
            raise Unreached("too deep")
        self._depth += 1
        try:
            return maker(*rest)
        finally:
            self._depth -= 1

    def _plain(self, word: str) -> Any:
        import datetime
        import ipaddress
        import pathlib

        choose = self.random.choice
        if (word[0] in "ui" and word[1:].isdigit()) or word in ("usize", "isize"):
            signed = word[0] == "i"
            bits = int(word[1:]) if word[1:].isdigit() else 64
            return choose([0, 1, 2, 3, 7, 10, 100, 2 ** (bits - signed) - 1, *([-1] if signed else [])])
        texts = ["", "a", "1", "1.2.3", "hello world", "a=b&c", "[a-z]+", "ö\u200b", "{}", "key"]
        made: Callable[[], Any] | None = {
            "unit": lambda: None,
            "bool": lambda: choose([False, True]),
            "f32": lambda: choose([0.0, 1.0, -2.5, 1e9]),
            "f64": lambda: choose([0.0, 1.0, -2.5, 1e300, float("inf")]),
            "char": lambda: choose("a1 ö"),
            "str": lambda: choose(texts),
            "bytes": lambda: choose(texts).encode() * choose([1, 1, 40]),
            "path": lambda: pathlib.Path(choose(["a", "b.txt", "nowhere/c"])),
            "duration": lambda: datetime.timedelta(milliseconds=choose([0, 1, 20])),
            "system_time": lambda: datetime.datetime(2020, 1, choose([1, 2]), tzinfo=datetime.timezone.utc),
            "ip": lambda: ipaddress.ip_address(choose(["127.0.0.1", "::1"])),
            "socket_addr": lambda: ("127.0.0.1", choose([0, 8080])),
            "ordering": lambda: choose([-1, 0, 1]),
            "any": lambda: choose([None, True, 3, 2.5, "a", [1], {"a": 1}]),
            "dynamic": lambda: choose([1, 2, 3]),
        }.get(word)
        if made is None:
            raise Unreached(word)
        return made()

    def _some(self, ref: Any) -> list[Any]:
        return [self.make(ref) for _ in range(self.random.choice([0, 1, 2, 3]))]

    def _option(self, ref: Any) -> Any:
        return None if self.random.random() < 0.3 else self.make(ref)

    def _list(self, ref: Any) -> Any:
        return self._some(ref)

    _iterable = _items = _list

    def _set(self, ref: Any) -> Any:
        return set(self._some(ref))

    def _array(self, ref: Any, count: int) -> Any:
        return bytes(count) if ref == "u8" else [self.make(ref) for _ in range(count)]

    def _tuple(self, *parts: Any) -> Any:
        return tuple(self.make(part) for part in parts)

    def _dict(self, key: Any, value: Any) -> Any:
        return {one: self.make(value) for one in self._some(key)}

    def _range(self, ref: Any) -> Any:
        low, high = sorted((self.make(ref), self.make(ref)))
        return range(low, high)

    def _bounds(self, ref: Any) -> Any:
        return slice(*sorted((self.make(ref), self.make(ref))))

    def _union(self, *parts: Any) -> Any:
        return self.make(self.random.choice(parts))

    def _buffer(self, ref: Any) -> Any:
        import array

        codes = {"u8": "B", "i8": "b", "u16": "H", "i16": "h", "u32": "I", "i32": "i", "f32": "f", "f64": "d"}
        code = codes.get(ref, "Q" if ref in ("u64", "usize") else "q")
        return array.array(code, [0] * self.random.choice([0, 16, 64]))

    def _file(self, modes: str) -> Any:
        import io

        return io.StringIO() if modes == "t" else io.BytesIO(self._plain("bytes"))

    def _callable(self, params: Any, result: Any, *_: Any) -> Any:
        def function(*_given: Any) -> Any:
            return self.make(result)

        return function

    def _handle(self, index: int, *_: Any) -> Any:
        givers = self.givers.get(index, [])
        # The ones that ask for little come first, most of the time.
        ordered = sorted(givers, key=lambda at: (self._asks(at), self.random.random()))
        for at in ordered[: 2 * _TRIES]:
            try:
                found = self._find(self.call(at), self.loaded.class_of(index))
            except Exception:  # another one may do
                continue
            if found is not None:
                return found
        raise Unreached(self.manifest["types"][index]["path"])

    def _asks(self, at: int) -> int:
        return sum(
            1 + 3 * bool(list(_types_in(param["type"]))) for param in self.manifest["callables"][at]["params"]
        )

    def _find(self, value: Any, cls: type) -> Any:
        """The first value of a class in a result."""
        import itertools

        if isinstance(value, cls):
            return value
        if isinstance(value, str | bytes | dict) or not hasattr(value, "__iter__"):
            return None
        for part in itertools.islice(value, 10):
            if (found := self._find(part, cls)) is not None:
                return found
        return None

    def _record(self, index: int) -> Any:
        fields = self.manifest["types"][index].get("fields", [])
        return self.loaded.class_of(index)(*(self.make(field["type"]) for field in fields))

    def _enum(self, index: int) -> Any:
        variant = self.random.choice(self.loaded.variants_of(index))
        cls = getattr(self.loaded.class_of(index), variant["name"])
        fields = [self.make(field["type"]) for field in variant.get("fields", [])]
        return cls(*fields) if isinstance(cls, type) else cls


def _types_in(ref: Any) -> Iterator[int]:
    from .loaded import types_in

    return types_in(ref)


def attempt(values: Values, at: int) -> str:
    """Calls `at`: `fine`, `unreached`, or what was wrong, in one line."""
    from .errors import UsecrateError

    for _ in range(_TRIES):
        try:
            values.call(at)
        except Unreached:
            continue
        except (SystemError, AssertionError) as error:
            return f"{type(error).__name__}: {error}".replace("\n", " ")
        except UsecrateError as error:
            # The classes below it say what is wrong with a call or a value; it itself, with usecrate.
            return f"{error}".replace("\n", " ") if type(error) is UsecrateError else "fine"
        except BaseException:  # what a crate raises is its own affair
            return "fine"
        return "fine"
    return "unreached"


def main(arguments: list[str]) -> int:
    """Makes the calls of the numbers, in the process that `probe` began."""
    from ._native import registry

    path, log, seed, *numbers = arguments
    module = registry.load_artifact(path)
    opened = module.__dict__["__usecrate__"].opened
    values = Values(opened)
    with open(log, "w", encoding="utf-8") as file:
        for number in map(int, numbers):
            file.write(f"{number}\n")
            file.flush()
            values.random.seed(int(seed) + number)
            how = attempt(values, number)
            file.write(f"{number} {how}\n")
            file.flush()
    return 0


if __name__ == "__main__":
    os._exit(main(sys.argv[1:]))
