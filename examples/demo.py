"""Eight crates from crates.io, as they are published, called from Python.

Run it with `python3 dev.py demo`, or with any Python that has usecrate installed. The first run compiles the
crates; later ones take them from the cache.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from typing import Any

import usecrate

CRATES = {
    "semver": {"version": "1.0.28"},
    "uuid": {"version": "1.29.1", "features": ["v4", "v5", "v7"]},
    "strsim": {"version": "0.11.1"},
    "heck": {"version": "0.5.0"},
    "sha2": {"version": "0.11.1"},
    "blake3": {"version": "1.8.7"},
    "url": {"version": "2.5.8"},
    "plasmite": {"version": "1.2.1"},
}


def show(what: str, value: object) -> None:
    print(f"    {what:<58} {value}", flush=True)


def semver(m: Any) -> None:
    releases = [m.Version.parse(text) for text in ("1.10.0", "1.9.2", "2.0.0-beta.1", "1.9.10")]
    show("sorted releases", ", ".join(map(str, sorted(releases))))
    wanted = m.VersionReq.parse(">=1.9.3, <2")
    show(f"newest that meets `{wanted}`", max(v for v in releases if wanted.matches(v)))
    bumped = m.Version(1, 9, 2)
    bumped.minor += 1
    show("a field, set from Python", bumped)
    try:
        m.Version.parse("1.x.y")
    except m.Error as error:
        show("Version.parse('1.x.y') raises semver.Error", error)


def uuid(m: Any) -> None:
    show("random (v4)", m.Uuid.new_v4())
    named = m.Uuid.new_v5(m.Uuid.NAMESPACE_DNS, b"python.org")
    show("named (v5), the same on every machine", named)
    first, second = m.Uuid.now_v7(), m.Uuid.now_v7()
    show("by time (v7), in order", f"{first} < {second}: {first < second}")
    show("its 128 bits as an int", m.Uuid.as_u128(named))


def strsim(m: Any) -> None:
    show("levenshtein('kitten', 'sitting')", m.levenshtein("kitten", "sitting"))
    words = ["commit", "checkout", "cherry-pick", "clone"]
    guess = max(words, key=lambda word: m.jaro_winkler("chekcout", word))
    show("did you mean, for 'chekcout'", guess)


def heck(m: Any) -> None:
    for trait, method in [
        ("ToSnakeCase", "to_snake_case"),
        ("ToUpperCamelCase", "to_upper_camel_case"),
        ("ToKebabCase", "to_kebab_case"),
    ]:
        show(
            f"{trait}.{method}('parse HTTPRequest2')",
            getattr(getattr(m, trait), method)("parse HTTPRequest2"),
        )


def sha2(m: Any) -> None:
    hasher = m.Sha256()
    hasher.update(b"hello ")
    hasher.update(b"world")
    digest = bytes(hasher.finalize()).hex()
    show("sha-256 of 'hello world'", digest[:32] + "…")
    show("the same as hashlib's", digest == hashlib.sha256(b"hello world").hexdigest())


def blake3(m: Any) -> None:
    show("blake3 of 'hello world'", str(m.hash(b"hello world"))[:32] + "…")
    hasher = m.Hasher()
    hasher.update(b"hello ").update(b"world")
    show("in two pieces, the same", hasher.finalize() == m.hash(b"hello world"))
    big = bytes(64 << 20)
    start = time.perf_counter()
    m.hash(big)
    seconds = time.perf_counter() - start
    show("64 MiB, lent to Rust without a copy", f"{len(big) / seconds / 2**30:.1f} GiB/s")


def url(m: Any) -> None:
    page = m.Url.parse("https://Example.com:8080/a b/?q=rust#top")
    show("parsed and normalised", page)
    show("host, port, path", (page.host_str(), page.port(), page.path()))
    show("join('../c')", page.join("../c"))
    try:
        m.Url.parse("/relative")
    except m.ParseError as error:
        show("Url.parse('/relative') raises url.ParseError", error)


def plasmite(m: Any) -> None:
    api = m.api
    with tempfile.TemporaryDirectory() as folder:
        client = api.LocalClient().with_pool_dir(folder)
        events = api.PoolRef.name("events")
        client.create_pool(events, api.PoolOptions(1 << 20))
        pool = client.open_pool(events)
        for number, town in enumerate(["Ghent", "Porto", "Graz"]):
            pool.append_json_now({"n": number, "town": town}, ["demo"], api.Durability.Fast)
        message = pool.get_message(2)
        show("message 2 of a pool on disk", f"{message.data}, tags {message.meta.tags}")
        bounds = pool.bounds()
        show("oldest and newest", f"{bounds.oldest_seq} … {bounds.newest_seq}")
        usecrate.close(pool)


def main() -> None:
    shows = {f.__name__: f for f in (semver, uuid, strsim, heck, sha2, blake3, url, plasmite)}
    start = time.monotonic()
    for name, options in CRATES.items():
        began = time.monotonic()
        module = usecrate.import_(name, **options)
        took = time.monotonic() - began
        print(f"\n{name} {module.__version__}  (ready in {took:.1f} s)", flush=True)
        shows[name](module)
    print(f"\n{len(CRATES)} crates, unmodified, in {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
