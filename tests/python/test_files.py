"""Python's binary file objects as Rust's streams, types over streams, and handles that are files."""

from __future__ import annotations

import concurrent.futures
import gzip
import io
import os
import pathlib
import sys
from typing import Any

import pytest

import usecrate


@pytest.fixture(name="m")
def files_fixture(behaviours: Any) -> Any:
    """The module of files."""
    return behaviours.files


DATA = bytes(range(256)) * 300


def test_reading(m: Any, tmp_path: pathlib.Path) -> None:
    assert m.count(io.BytesIO(DATA)) == len(DATA)
    assert m.count(io.BytesIO()) == 0
    path = tmp_path / "data"
    path.write_bytes(DATA)
    with open(path, "rb") as file:
        assert m.count(file) == len(DATA) and m.count(file) == 0
    with open(path, "rb", buffering=0) as file:
        assert m.count(file) == len(DATA)
    with gzip.open(tmp_path / "data.gz", "wb") as file:
        file.write(DATA)
    with gzip.open(tmp_path / "data.gz", "rb") as file:
        assert m.count(file) == len(DATA)
    assert m.boxed(io.BytesIO("wörd".encode())) == "wörd"
    assert m.read_elsewhere(io.BytesIO(DATA)) == DATA


def test_what_was_not_read_is_still_there(m: Any) -> None:
    file = io.BytesIO(DATA)
    assert m.one_by_one(file, 10) == DATA[:10]
    assert file.tell() == 10 and file.read(3) == DATA[10:13]
    file = io.BytesIO(b"one\ntwo\n")
    assert m.first_line(file) == "one\n" and file.read() == b"two\n"
    reading, writing = os.pipe()
    os.write(writing, b"one\ntwo\n")
    with open(reading, "rb", buffering=0) as pipe, open(writing, "wb", buffering=0):
        assert m.one_by_one(pipe, 4) == b"one\n"
        assert pipe.read(4) == b"two\n"


class Counted(io.BytesIO):
    """Counts the calls that come from Rust."""

    def __init__(self, data: bytes = b"") -> None:
        super().__init__(data)
        self.reads = self.writes = 0

    def read(self, size: int | None = -1) -> bytes:
        self.reads += 1
        return super().read(size)

    def readinto(self, buffer: Any) -> int:
        self.reads += 1
        return super().readinto(buffer)

    def write(self, data: Any) -> int:
        self.writes += 1
        return super().write(data)


def test_small_reads_and_writes_are_cheap(m: Any) -> None:
    file = Counted(DATA)
    assert m.one_by_one(file, 5000) == DATA[:5000]
    assert file.reads < 50 and file.tell() == 5000
    file = Counted()
    m.write_pieces(file, 5000)
    assert file.getvalue() == b"".join(b"%d," % at for at in range(5000))
    assert file.writes < 50


def test_writing_and_seeking(m: Any) -> None:
    target = io.BytesIO()
    m.write_pieces(target, 3)
    assert target.getvalue() == b"0,1,2,"
    assert m.copy(io.BytesIO(DATA), target) == len(DATA)
    assert target.getvalue() == b"0,1,2," + DATA
    assert m.size(target) == len(DATA) + 6 and target.tell() == 0
    assert m.same(target) is target


def test_what_a_file_object_raises_comes_out_unchanged(m: Any) -> None:
    class Broken(io.RawIOBase):
        def __init__(self, error: BaseException) -> None:
            self.error = error

        def readable(self) -> bool:
            return True

        def writable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            raise self.error

        def read(self, size: int = -1) -> bytes:
            raise self.error

        def write(self, data: Any) -> int:
            raise self.error

    for error in (ValueError("broken"), OSError(5, "broken"), KeyboardInterrupt()):
        with pytest.raises(type(error)) as caught:
            m.count(Broken(error))
        assert caught.value is error
        with pytest.raises(type(error)) as caught:
            m.write_pieces(Broken(error), 1)
        assert caught.value is error
    with pytest.raises(KeyboardInterrupt):
        m.write_carelessly(Broken(KeyboardInterrupt()), 1)


def test_no_reference_to_a_file_object_is_left_behind(m: Any) -> None:
    uses: list[Any] = [
        m.count,
        m.first_line,
        m.same,
        lambda file: m.one_by_one(file, 2),
        lambda file: m.write_pieces(file, 2),
        lambda file: m.size(file),
        lambda file: m.Capitals(file).finish(),
        lambda file: m.Capitals(file) and None,
        lambda file: m.Capitals(file).get_ref(),
        lambda file: (m.Capitals(file).get_mut(), m.Capitals(file).after(0)),
        lambda file: m.Lines(file).next_line(),
    ]
    for use in uses:
        file = io.BytesIO(b"some\nlines\n")
        before = sys.getrefcount(file)
        for _ in range(3):
            file.seek(0)
            use(file)
        assert sys.getrefcount(file) == before


def test_what_is_no_binary_file_object_is_refused(m: Any) -> None:
    for bad in (7, None, "text", io.StringIO("text"), object()):
        with pytest.raises(TypeError):
            m.count(bad)


def test_text_files(m: Any, tmp_path: pathlib.Path) -> None:
    text = io.StringIO()
    m.write_text(text)
    m.count_words(text, 3)
    assert text.getvalue() == "text0 é, 1 é, 2 é, "
    path = tmp_path / "text"
    with open(path, "w", encoding="latin-1") as file:
        m.count_words(file, 20_000)
    assert path.read_text("latin-1") == "".join(f"{at} é, " for at in range(20_000))

    class Pieces:
        def __init__(self) -> None:
            self.pieces: list[str] = []

        def write(self, text: str) -> None:
            self.pieces.append(text)

    pieces = Pieces()
    m.count_words(pieces, 20_000)
    assert "".join(pieces.pieces) == path.read_text("latin-1") and len(pieces.pieces) < 10
    tags = m.Tags(text)
    assert tags.get_ref() is text
    tags.tag("a")
    tags.tag("b")
    assert text.getvalue().endswith("<a><b>") and tags.into_inner() is text
    with open(path, "rb") as file:
        for bad in (io.BytesIO(), file, 7, "text", object()):
            with pytest.raises(TypeError, match="must be a text file object"):
                m.write_text(bad)


def test_what_a_text_file_raises_comes_out_unchanged(m: Any, tmp_path: pathlib.Path) -> None:
    class Broken(io.StringIO):
        def write(self, text: str, /) -> int:
            raise error

    error = KeyError("broken")
    for write in (m.write_text, lambda file: m.count_words(file, 1), lambda file: m.Tags(file).tag("a")):
        with pytest.raises(KeyError) as caught:
            write(Broken())
        assert caught.value is error
    with open(tmp_path / "ascii", "w", encoding="ascii") as file, pytest.raises(UnicodeEncodeError):
        m.count_words(file, 1)


def test_what_is_formatted_is_text(m: Any) -> None:
    notes = m.Notes()
    assert notes.write_fmt("a {} ") == 5 and notes.write_fmt(args="b") == 6
    assert notes.text() == "a {} b"
    with pytest.raises(TypeError):
        notes.write_fmt(1)


def test_a_type_over_a_stream(m: Any) -> None:
    target = io.BytesIO()
    writer = m.Capitals(target)
    assert writer.write(b"some words") == 10 and writer.written() == 10
    writer.flush()
    assert target.getvalue() == b"SOME WORDS"
    assert writer.finish() is target and target.getvalue() == b"SOME WORDS\n"
    with pytest.raises(usecrate.ClosedError):
        writer.written()
    with m.Capitals(target) as writer:
        writer.write(b"more")
    assert target.getvalue() == b"SOME WORDS\nMORE(dropped)"
    with pytest.raises(TypeError):
        m.Capitals(io.StringIO())
    # A handle that is a file is a file object like any other.
    m.write_pieces(m.Capitals(target), 2)
    assert target.getvalue().endswith(b"0,1,(dropped)")


def test_a_reference_to_a_file_object_is_the_very_object(m: Any) -> None:
    target = io.BytesIO()
    writer = m.Capitals(target)
    assert writer.get_ref() is target and writer.get_mut() is target
    with pytest.raises(usecrate.CallError, match="only 0 were written"):
        writer.after(1)
    writer.write(b"word")
    assert writer.after(1) is target and target.getvalue() == b"WORD"
    # Rust still has it, and looks at it as it is now.
    target.write(b", ")
    writer.write(b"more")
    assert target.getvalue() == b"WORD, MORE"
    lent = writer.get_ref()
    assert writer.finish() is target and lent is target
    with pytest.raises(usecrate.ClosedError):
        writer.get_ref()
    with m.Capitals(target) as writer:
        lent = writer.get_ref()
    assert lent is target and not target.closed
    lines = m.Lines(target)
    target.close()
    assert lines.get_ref() is target, "what is closed is an object still"
    with pytest.raises(ValueError, match="closed file"):
        lines.next_line()


def test_a_reference_to_a_file_object_while_it_is_used(m: Any) -> None:
    class Nosy(io.RawIOBase):
        writer: Any = None
        seen: Any = None

        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            if self.seen is None:
                assert self.writer.get_ref() is self
                self.seen = bytes(data)
            return len(data)

    target = Nosy()
    target.writer = m.Capitals(target)
    target.writer.write(b"abc")
    assert target.seen == b"ABC"
    assert target.writer.get_ref() is target
    target.writer.close()
    target.writer = None

    many = io.BytesIO()
    writer = m.Capitals(many)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: writer.get_ref(), range(400)))
    assert all(one is many for one in found)


def test_a_reader_over_a_stream_and_over_a_file(m: Any, tmp_path: pathlib.Path) -> None:
    source = io.BytesIO(b"one\ntwo\n")
    lines = m.Lines(source)
    assert lines.next_line() == "one"
    lines.rewind()
    assert [lines.next_line() for _ in range(3)] == ["one", "two", None]
    assert lines.into_inner() is source
    with pytest.raises(m.Unfinished, match="lines left") as caught:
        m.Lines(io.BytesIO(b"one\ntwo\n")).into_inner()
    assert caught.value.into_lines().next_line() == "one"
    assert m.Options().skip(1).lines(io.BytesIO(b"one\ntwo\n")).next_line() == "two"

    path = tmp_path / "lines"
    path.write_bytes(b"from\na file\n")
    lines = m.Lines.open(path)
    assert [lines.next_line() for _ in range(3)] == ["from", "a file", None]
    with pytest.raises(FileNotFoundError):
        m.Lines.open(tmp_path / "missing")
    assert isinstance(m.Lines.open(path), m.Lines)


def test_a_handle_that_is_a_file(m: Any) -> None:
    file = m.Memory()
    assert file.write(b"one\ntwo\nthree") == 13
    assert file.tell() == "at 13", "its own method wins"
    assert file.seek(0) == 0 and file.read() == b"one\ntwo\nthree" and file.read() == b""
    assert file.seek(-5, 2) == 8 and file.read(2) == b"th" and file.seek(-1, whence=1) == 9
    assert file.seek(0, 0) == 0
    assert file.readline() == b"one\n" and file.readline(2) == b"tw" and file.readline(size=None) == b"o\n"
    assert file.read(size=-1) == b"three"
    buffer = bytearray(4)
    file.seek(0)
    assert file.readinto(buffer) == 2 and buffer == b"on\0\0"
    file.flush()
    file.seek(0)
    assert list(file) == [b"one\n", b"two\n", b"three"] and next(file, None) is None
    assert iter(file) is file
    for bad in (lambda: file.seek(-1), lambda: file.seek(0, 5)):
        with pytest.raises(OSError, match=r"negative|whence"):
            bad()
    with pytest.raises(TypeError):
        file.write("text")
    # Python's own wrappers and Rust take it as a file object.
    file.seek(0)
    assert m.count(file) == 13
