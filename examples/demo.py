"""Thirteen crates from crates.io, as they are published, called from Python.

Run it with `python3 dev.py demo`, or with any Python that has usecrate installed. The first run compiles the
crates; later ones take them from the cache.
"""

from __future__ import annotations

import datetime
import gzip
import hashlib
import io
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
    "regex": {"version": "1.13.1"},
    "csv": {"version": "1.4.0"},
    "flate2": {"version": "1.1.10"},
    "pulldown-cmark": {"version": "0.13.6"},
    "roaring": {"version": "0.12.0"},
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


def regex(m: Any) -> None:
    log = "GET /a 200, POST /b 503, GET /c 404"
    status = m.Regex(r"(?P<verb>[A-Z]+) (?P<path>\S+) (?P<code>\d{3})")
    failed = [c["path"] for c in status.captures_iter(log) if int(c["code"]) >= 400]
    show("paths that failed, from an iterator of captures", failed)
    show("each match borrows the text it found", [m.as_str() for m in m.Regex(r"\d+").find_iter(log)])


def csv(m: Any) -> None:
    rows = io.BytesIO(b"town,people\nGhent,262000\nPorto,231800\n")
    reader = m.Reader.from_reader(rows)
    show("columns of a Python file", list(reader.headers()))
    show("inhabitants", sum(int(record[1]) for record in reader.records()))
    target = io.BytesIO()
    writer = m.Writer.from_writer(target)
    writer.write_record(["name", 'says "hi", twice'])
    writer.flush()
    show("written to a Python file", target.getvalue())


def flate2(m: Any) -> None:
    target = io.BytesIO()
    encoder = m.write.GzEncoder(target, m.Compression.best())
    for _ in range(1000):
        encoder.write(b"the same words again and again. ")
    show("finish() gives the file object back", encoder.finish() is target)
    show("32,000 bytes, packed into", f"{len(target.getvalue())} bytes")
    show("Python's gzip reads them", len(gzip.decompress(target.getvalue())))


def pulldown_cmark(m: Any) -> None:
    target = io.BytesIO()
    m.html.write_html_io(target, m.Parser("# Hi *you*"))
    show("Markdown to HTML, into a Python file", target.getvalue())
    events = list(m.Parser("a *b*"))
    show("its events, one by one", [usecrate.variant(event) for event in events])


def roaring(m: Any) -> None:
    even = m.RoaringBitmap.from_sorted_iter(range(0, 1_000_000, 2))
    third = m.RoaringBitmap.from_sorted_iter(range(0, 1_000_000, 3))
    show("even numbers below a million, and multiples of six", (len(even), len(even & third)))
    third.retain(lambda number: number % 200_000 == 0)
    show("kept by a Python function", list(third))


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
        options = api.TailOptions()
        options.since_seq, options.timeout = 2, datetime.timedelta(milliseconds=50)
        with pool.tail(options) as tail:
            towns = [message.data["town"] for message in iter(tail.next_message, None)]
        show("followed from the second on", ", ".join(towns))
        usecrate.close(pool)


def main() -> None:
    every = (
        *(semver, uuid, strsim, heck, sha2, blake3, url),
        *(regex, csv, flate2, pulldown_cmark, roaring, plasmite),
    )
    shows = {f.__name__.replace("_", "-"): f for f in every}
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
