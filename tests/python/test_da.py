"""The crate `modules/da` from Python: an ordinary crate, whose calls were promised to Python users first.

What it computes is tested in Rust; this is about how it is called.
"""

from __future__ import annotations

import hashlib
import hmac
import mmap
import os
import pathlib
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import usecrate

ROOT = pathlib.Path(__file__).resolve().parents[2]
CRATE = str(ROOT / "modules" / "da")


@pytest.fixture(scope="module", name="da")
def da_fixture() -> Any:
    """The module."""
    return usecrate.import_(CRATE)


@pytest.fixture(name="threads")
def threads_fixture(da: Any) -> Iterator[Any]:
    """Sets the number of threads, and takes that back."""
    yield da.threads
    da.threads(0)


def namespace(number: int) -> bytes:
    """Eight bytes, most significant first."""
    return number.to_bytes(8, "big")


class TestPromised:
    """The calls of the documented quickstart and examples, as they are documented."""

    def test_quickstart(self, da: Any) -> None:
        an = da
        assert an.hash.blake3(b"hello world").hex().startswith("d74981efa70a0c88")

        namespaces = [b"\x00\x00\x00\x00\x00\x00\x00\x01", b"\x00\x00\x00\x00\x00\x00\x00\x02"]
        leaves = [b"alpha", b"beta"]
        root = an.nmt.root(leaves=leaves, namespaces=namespaces)
        assert len(root.hex()) == 96

        data = [b"A" * 1024, b"B" * 1024, b"C" * 1024, b"D" * 1024]
        parity = an.rs.encode(data_shards=data, parity_shards=2)
        assert len(parity) == 2
        shards = [data[0], None, data[2], data[3], None, parity[1]]
        recovered = an.rs.reconstruct(shards)
        assert recovered[1] == b"B" * 1024
        assert recovered == data + parity

    def test_hash_a_large_file(self, da: Any, tmp_path: pathlib.Path) -> None:
        an = da
        path = tmp_path / "dataset.bin"
        content = random.Random(1).randbytes(3_000_000)
        path.write_bytes(content)
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            try:
                d_blake3 = an.hash.blake3(memoryview(mapped))
                d_sha256 = an.hash.sha256(memoryview(mapped))
            finally:
                mapped.close()
        assert d_blake3 == an.hash.blake3(content)
        assert d_sha256 == hashlib.sha256(content).digest()

    def test_root_of_a_stream_of_chunks(self, da: Any) -> None:
        an = da
        chunks = [b"shard-000", b"shard-001", b"shard-002", b"shard-003"]
        names = [namespace(number) for number in range(len(chunks))]
        root = an.nmt.root(chunks, names)
        assert root[:8] == names[0] and root[8:16] == names[3]

    def test_encode_and_reconstruct(self, da: Any) -> None:
        an = da
        k, m, size = 6, 3, 4096
        data = [bytes([i]) * size for i in range(k)]
        parity = an.rs.encode(data, parity_shards=m)
        shards = [data[0], None, data[2], None, data[4], data[5], parity[0], None, parity[2]]
        assert an.rs.reconstruct(shards) == data + parity

    def test_digests_of_nothing(self, da: Any) -> None:
        digests = {
            "blake3": "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
            "keccak256": "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
            "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        }
        for name, digest in digests.items():
            assert getattr(da.hash, name)(b"").hex() == digest

    def test_every_failure_is_a_runtime_error(self, da: Any) -> None:
        wrong = [
            lambda: da.nmt.root([b"a"], [b"short"]),
            lambda: da.nmt.root([b"a", b"b"], [namespace(1)]),
            lambda: da.nmt.root([b"a", b"b"], [namespace(2), namespace(1)]),
            lambda: da.nmt.root([], []),
            lambda: da.rs.encode([], 1),
            lambda: da.rs.encode([b"ab", b"c"], 1),
            lambda: da.rs.encode([b""], 1),
            lambda: da.rs.reconstruct([b"a", None, None], 2),
            lambda: da.rs.reconstruct([b"a", b"ab", None], 2),
        ]
        for call in wrong:
            with pytest.raises(RuntimeError) as caught:
                call()
            assert isinstance(caught.value, da.Error)


class TestHash:
    """Buffers in, digests out."""

    def test_every_kind_of_buffer(self, da: Any) -> None:
        numpy = pytest.importorskip("numpy")
        content = random.Random(2).randbytes(1 << 20)
        expected = da.hash.blake3(content)
        array = numpy.frombuffer(content, dtype=numpy.uint8)
        for buffer in (bytearray(content), memoryview(content), array, array.copy()):
            assert da.hash.blake3(buffer) == expected
        with mmap.mmap(-1, len(content)) as mapped:
            mapped[:] = content
            assert da.hash.blake3(mapped) == expected
        assert da.hash.sha256(array[10:20]) == hashlib.sha256(content[10:20]).digest()
        with pytest.raises(TypeError):
            da.hash.sha256("text")

    @pytest.mark.parametrize("name", ["sha256", "sha512", "sha3_256"])
    def test_as_hashlib_does(self, da: Any, name: str) -> None:
        constructor = getattr(da.hash, name.capitalize())
        ours, theirs = constructor(b"some"), hashlib.new(name, b"some")
        for hasher in (ours, theirs):
            hasher.update(b" data")
        assert (ours.name, ours.digest_size, ours.block_size) == (
            theirs.name,
            theirs.digest_size,
            theirs.block_size,
        )
        assert ours.digest() == theirs.digest() and ours.hexdigest() == theirs.hexdigest()
        copy = ours.copy()
        copy.update(b"!")
        assert copy.digest() != ours.digest() == theirs.digest()

    @pytest.mark.parametrize("name", ["sha256", "sha512", "sha3_256"])
    @pytest.mark.parametrize("key", [b"key", b"long key " * 100])
    def test_hmac_takes_the_hashers(self, da: Any, name: str, key: bytes) -> None:
        constructor = getattr(da.hash, name.capitalize())
        ours = hmac.new(key, b"message", constructor)
        theirs = hmac.new(key, b"message", name)
        ours.update(b" goes on")
        theirs.update(b" goes on")
        assert ours.name == theirs.name and ours.block_size == theirs.block_size
        assert ours.copy().digest() == ours.digest() == theirs.digest()

    def test_blake3(self, da: Any) -> None:
        key = bytes(range(32))
        hasher = da.hash.Blake3.keyed(key)
        assert hasher.update(b"ab") is hasher, "calls can be chained"
        assert hasher.digest() == da.hash.blake3_keyed(key, b"ab") != da.hash.blake3(b"ab")
        assert da.hash.blake3_xof(b"ab", 100)[:32] == da.hash.blake3(b"ab")
        filled = bytearray(10)
        da.hash.Blake3(b"ab").xof_into(5, filled)
        assert filled == da.hash.blake3_xof(b"ab", 15)[5:]
        assert len(da.hash.blake3_derive_key("a context", b"material")) == 32
        with pytest.raises(ValueError, match="32"):
            da.hash.blake3_keyed(b"short", b"")

    def test_many_and_files(self, da: Any, tmp_path: pathlib.Path) -> None:
        messages = [os.urandom(number) for number in range(300)]
        digests = da.hash.hash_many(da.hash.Algorithm.Sha256, messages)
        assert digests == [hashlib.sha256(message).digest() for message in messages]
        rows, filled = os.urandom(320), bytearray(10 * 32)
        da.hash.hash_rows("Sha256", rows, 32, filled)
        assert filled[32:64] == hashlib.sha256(rows[32:64]).digest()
        path = tmp_path / "file"
        path.write_bytes(b"".join(messages))
        assert da.hash.hash_file("Sha512", path) == hashlib.sha512(b"".join(messages)).digest()
        with path.open("rb") as file:
            assert da.hash.hash_reader("Sha256", file) == hashlib.sha256(b"".join(messages)).digest()
        with pytest.raises(da.Error.File) as caught:
            da.hash.hash_file(da.hash.Algorithm.Blake3, tmp_path / "missing")
        assert caught.value.path == tmp_path / "missing"
        assert "No such file" in str(caught.value.__cause__)

    def test_why_a_file_cannot_be_read(self, da: Any, tmp_path: pathlib.Path) -> None:
        with pytest.raises(da.Error.File) as caught:
            da.hash.hash_file(da.hash.Algorithm.Blake3, tmp_path / "missing")
        assert isinstance(caught.value.__cause__, FileNotFoundError)
        assert isinstance(caught.value.source, FileNotFoundError)

    def test_a_hasher_takes_what_is_written_to_it(self, da: Any) -> None:
        hasher = da.hash.Sha256()
        assert hasher.write(b"abc") == 3
        assert hasher.digest() == hashlib.sha256(b"abc").digest()


class TestNmt:
    """Trees, proofs, and nothing but `False` for what is wrong."""

    def test_a_tree_and_its_proofs(self, da: Any) -> None:
        nmt = da.nmt
        tree = nmt.Tree()
        leaves = [(number // 2, f"leaf {number}".encode()) for number in range(9) if number // 2 != 2]
        for number, leaf in leaves:
            tree.push(leaf, namespace(number))
        root = tree.root()
        assert len(tree) == len(leaves)
        assert root == nmt.root([leaf for _, leaf in leaves], [namespace(number) for number, _ in leaves])

        for index, (number, leaf) in enumerate(leaves):
            proof = tree.prove(index)
            encoded = proof.to_bytes()
            assert nmt.verify(encoded, leaf, namespace(number), root)
            assert not nmt.verify(encoded, leaf, namespace(number + 1), root)
            assert not nmt.verify(encoded, leaf + b"!", namespace(number), root)
            assert nmt.Proof.from_bytes(encoded) == proof and proof.fits(len(tree))

        all_of_one = tree.prove_namespace(namespace(1))
        assert tree.namespace_range(namespace(1)) == range(2, 4)
        assert (all_of_one.start, all_of_one.end) == (2, 4)
        options = nmt.Options()
        assert all_of_one.verify_namespace([b"leaf 2", b"leaf 3"], namespace(1), root, options)
        assert nmt.verify_namespace(all_of_one.to_bytes(), [b"leaf 2", b"leaf 3"], namespace(1), root)
        assert not nmt.verify_namespace(all_of_one.to_bytes(), [b"leaf 2"], namespace(1), root)

        absent = tree.prove_namespace(namespace(2))
        assert absent.is_of_absence() and nmt.verify_namespace(absent.to_bytes(), [], namespace(2), root)
        outside = tree.prove_namespace(namespace(77))
        assert outside.is_empty() and nmt.verify_namespace(outside.to_bytes(), [], namespace(77), root)

        part = tree.prove_range(1, 5)
        spaces = [namespace(number) for number, _ in leaves[1:5]]
        assert nmt.verify_range(part.to_bytes(), [leaf for _, leaf in leaves[1:5]], spaces, root)

    def test_other_kinds_of_trees(self, da: Any) -> None:
        nmt = da.nmt
        options = nmt.Options(namespace_size=29, hash=da.hash.Algorithm.Blake3)
        tree = nmt.Tree(options)
        tree.extend([b"a", b"b"], [bytes(29), bytes(28) + b"\1"])
        assert len(tree.root()) == 90
        same = nmt.Tree(options)
        same.extend_rows(bytes(29) + b"a" + bytes(28) + b"\1b", 30)
        assert same.root() == tree.root()
        proof = tree.prove(1)
        assert proof.verify(b"b", bytes(28) + b"\1", tree.root(), options)
        assert not proof.verify(b"b", bytes(28) + b"\1", tree.root(), nmt.Options(namespace_size=29))
        tree = nmt.Tree({"namespace_size": 1})
        tree.extend([b"leaf_0", b"leaf_1", b"leaf_2", b"leaf_3"], [b"\0", b"\0", b"\1", b"\3"])
        assert tree.root().hex().startswith("0003b1c2cc5"), "the figure of the specification"

    def test_refusals_say_where(self, da: Any) -> None:
        tree = da.nmt.Tree()
        with pytest.raises(
            da.Error.InvalidInput, match=r"`namespaces\[1\]` has 7 bytes, expected 8"
        ) as caught:
            tree.extend([b"a", b"b"], [namespace(1), bytes(7)])
        error = caught.value
        assert (error.argument, error.index, error.expected, error.found) == ("namespaces", 1, 8, 7)
        assert error.problem == da.Problem.Length
        tree.push(b"b", namespace(2))
        with pytest.raises(da.Error.OutOfOrder, match="sort the leaves by namespace") as caught:
            tree.push(b"a", namespace(1))
        assert (caught.value.index, caught.value.previous) == (1, namespace(2))
        with pytest.raises(da.Error.MalformedProof):
            da.nmt.Proof.from_bytes(b"no proof")

    def test_what_is_malformed_is_false(self, da: Any) -> None:
        chance = random.Random(3)
        tree = da.nmt.Tree()
        tree.extend([b"a", b"b", b"c"], [namespace(number) for number in (1, 2, 2)])
        root, proof = tree.root(), tree.prove(1).to_bytes()
        for _ in range(20_000):
            changed = bytearray(proof)
            for _ in range(chance.randrange(1, 4)):
                changed[chance.randrange(len(changed))] = chance.randrange(256)
            if changed[:4] == proof[:4] != bytes(changed):
                assert da.nmt.verify(changed, b"b", namespace(2), root) is (changed == proof)
            assert da.nmt.verify(chance.randbytes(chance.randrange(200)), b"b", namespace(2), root) is False
            cut = proof[: chance.randrange(len(proof))]
            assert da.nmt.verify(cut, b"b", namespace(2), root) is False
        assert da.nmt.verify(proof, b"b", b"", b"") is False
        assert da.nmt.verify(proof, b"b", namespace(2), root[:-1]) is False


class TestRs:
    """Shards that are lists, arrays and files."""

    def test_arrays_in_place(self, da: Any) -> None:
        numpy = pytest.importorskip("numpy")
        shards = numpy.random.default_rng(4).integers(0, 256, (14, 4096), dtype=numpy.uint8)
        flat = shards.reshape(-1)
        da.rs.encode_into(flat[: 10 * 4096], 10, flat[10 * 4096 :])
        assert [row.tobytes() for row in shards[10:]] == da.rs.encode(list(shards[:10]), 4)
        assert da.rs.verify(list(shards), 10)
        before = shards.copy()
        lost = [0, 3, 9, 12]
        shards[lost] = 0
        da.rs.reconstruct_into(flat, 14, 10, lost)
        assert (shards == before).all()

    def test_a_blob(self, da: Any) -> None:
        blob = os.urandom(1001)
        data = da.rs.split(blob, 7)
        shards: list[bytes | None] = [*data, *da.rs.encode(data, 3)]
        shards[0] = shards[3] = shards[8] = None
        assert da.rs.join(da.rs.reconstruct_data(shards, 7), len(blob)) == blob

    def test_too_many_losses(self, da: Any) -> None:
        with pytest.raises(da.Error.ComputationFailed) as caught:
            da.rs.reconstruct([b"a", None, None, b"b"], 3)
        error = caught.value
        assert (error.needed, error.found, error.lost) == (3, 2, [1, 2])

    def test_files(self, da: Any, tmp_path: pathlib.Path) -> None:
        paths = [tmp_path / str(number) for number in range(6)]
        for path in paths[:4]:
            path.write_bytes(os.urandom(100_000))
        da.rs.encode_files(paths[:4], paths[4:])
        before = [path.read_bytes() for path in paths]
        paths[1].unlink()
        paths[5].unlink()
        assert da.rs.reconstruct_files(paths, 4) == [1, 5]
        assert [path.read_bytes() for path in paths] == before


class TestThreads:
    """How many there are, and that others may run meanwhile."""

    def test_results_do_not_depend_on_them(self, da: Any, threads: Any) -> None:
        content = random.Random(5).randbytes(2_000_000)
        data = [content[at : at + 200_000] for at in range(0, len(content), 200_000)]
        seen = set()
        for count in (1, 2, 5):
            assert threads(count) == count == threads()
            root = da.nmt.root(data * 100, [namespace(number) for number in range(1000)])
            seen.add((da.hash.blake3(content), root, tuple(da.rs.encode(data, 5))))
        assert len(seen) == 1

    def test_the_environment_sets_their_number(self, da: Any) -> None:
        program = f"import usecrate; print(usecrate.import_({CRATE!r}).threads())"
        environment = {**os.environ, "RAYON_NUM_THREADS": "3"}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == "3"

    @pytest.mark.parametrize("work", ["hash", "rs", "nmt"])
    def test_the_interpreter_runs_meanwhile(self, da: Any, work: str) -> None:
        content = bytes(1 << 26)
        shards = [content[: 1 << 22]] * 16
        calls = {
            "hash": lambda: da.hash.sha256(content),
            "rs": lambda: da.rs.encode(shards, 16),
            "nmt": lambda: da.nmt.root([content[: 1 << 20]] * 64, [namespace(1)] * 64),
        }
        done = threading.Event()
        ticks = 0

        def run() -> None:
            calls[work]()
            done.set()

        thread = threading.Thread(target=run)
        thread.start()
        while not done.wait(0.0005):
            ticks += 1
        thread.join()
        assert ticks > 3

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
    @pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
    def test_a_child_has_threads_of_its_own(self, da: Any, threads: Any) -> None:
        content = bytes(10_000_000)
        threads(2)
        expected = da.hash.blake3(content)
        child = os.fork()
        if child == 0:
            same = False
            try:
                same = da.hash.blake3(content) == expected and threads() == 2
            finally:
                os._exit(0 if same else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
