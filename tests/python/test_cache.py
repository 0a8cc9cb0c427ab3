"""The cache: what is found damaged, what heals, who waits for whom, what is removed, and where nothing can be
written. `docs/cache.md` says what is promised; `tests/cache/stress.py` tries it at length."""

from __future__ import annotations

import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "cache"))

import processes  # noqa: E402
import stress  # noqa: E402

import usecrate  # noqa: E402


@pytest.fixture(name="cache", scope="module")
def cache_fixture(tmp_path_factory: pytest.TempPathFactory) -> stress.Cache:
    """A cache of its own, in a folder whose name has what breaks shells, templates and URLs."""
    return stress.Cache(tmp_path_factory.mktemp("a cache") / 'it\'s $HOME & «größer» #1 [x]*? "q" a,b;c')


def leaf(done: dict[str, Any]) -> pathlib.Path:
    return pathlib.Path(done["artifact"])


def python(cache: stress.Cache, program: str, *words: Any, env: Any = None) -> Any:
    """A fresh interpreter with that cache."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program, *map(str, words)],
        env={**cache.environment, **(env or {})},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_builders_that_are_killed(cache: stress.Cache) -> None:
    figures = stress.builders(cache, rounds=2, count=6, seed=4)
    assert figures.problems == [] and figures.kills > 0 and figures.reused > 0


def test_damage_is_found_and_mended(cache: stress.Cache) -> None:
    assert stress.damage(cache, count=12, seed=2, import_every=6) == []


def test_damaged_records_cost_time_and_nothing_else(cache: stress.Cache) -> None:
    crate = cache.crate("records", 1)
    artifact = leaf(cache.build(crate))
    root = cache.root / "cache"
    records = [
        *root.glob("index/*.json"),
        root / "toolchains.json",
        *root.glob("work/records*/documents/*/*/*"),
    ]
    assert len(records) > 3
    for record in records:
        for content in (b"", b"{}", record.read_bytes()[:-9], b"\0" * 100):
            record.write_bytes(content)
            assert leaf(cache.build(crate)) == artifact
    cache.crate("records", 2)  # has to be scanned, with damaged documents
    for record in records:
        if record.is_file():
            record.write_bytes(b"{")
    assert leaf(cache.build(crate)) != artifact


def test_half_unpacked_sources_are_completed(cache: stress.Cache) -> None:
    (folder,) = (cache.root / "cache" / "runtime").iterdir()
    (folder / "Cargo.toml").write_bytes(b"gar")
    (folder / "runtime" / "src" / "lib.rs").unlink()
    cache.build(cache.crate("unpacked", int(time.time())))


def holder(cache: stress.Cache, crate: pathlib.Path, until: str = '"scan"') -> subprocess.Popen[str]:
    """A build that has begun and holds the lock."""
    words = cache.command("build", crate, "--profile", "dev", "--json")
    process = subprocess.Popen(
        words, env=cache.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if until in line:
            return process
    raise AssertionError("it did not begin to build")


@pytest.mark.skipif(os.name != "posix", reason="stops a process by a signal")
def test_who_waits_is_told_for_whom(cache: stress.Cache) -> None:
    crate = cache.crate("waited", int(time.time()))
    first = holder(cache, crate)
    first.send_signal(signal.SIGSTOP)
    second = subprocess.Popen(
        cache.command("build", crate, "--profile", "dev"),
        env=cache.environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert second.stderr is not None
    said = next(line for line in second.stderr if "waiting" in line)
    first.send_signal(signal.SIGCONT)
    assert f"process {first.pid} (`usecrate-build build " in said and "has held" in said, said
    with first, second:
        rest = second.stderr.read()
        assert first.communicate(timeout=120)[0] and second.wait(timeout=120) == 0
    assert first.returncode == 0 and "nothing to do" in rest


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for processes as Linux has them")
@pytest.mark.slow
def test_compilers_of_a_killed_build_do_not_spoil_the_next_one(cache: stress.Cache) -> None:
    cache.build(cache.crate("orphaned", 0))
    compilers: list[int] = []
    number = 0
    # A compiler has to be caught at work; that it still writes a library is a matter of luck.
    while not compilers and number < 10:
        number += 1
        first = holder(cache, cache.crate("orphaned", number), until='"build"')
        limit = time.monotonic() + 5
        while not any(name == "rustc" for _, name in processes.below(first.pid)):
            assert time.monotonic() < limit and first.poll() is None
        compilers = processes.orphan(first)
        with first:
            first.wait()
    assert compilers
    second = subprocess.Popen(
        cache.command("build", cache.crate("orphaned", 99), "--profile", "dev"),
        env=cache.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with second:
        assert second.stderr is not None
        said = next((line for line in second.stderr if "killed build" in line), "")
        processes.go_on(compilers)
        built, _ = second.communicate(timeout=120)
    assert "waiting for what a killed build started" in said and second.returncode == 0
    assert stress.number_of(built.strip()) == 99
    shutil.rmtree(built.strip())
    again = cache.build(cache.root / "crates" / "orphaned")
    program = "import sys, usecrate; print(usecrate.load_artifact(sys.argv[1]).number())"
    assert python(cache, program, again["artifact"]).stdout == "99\n"


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_build_ends_at_once_and_the_next_goes_on(cache: stress.Cache, how: int) -> None:
    crate = cache.crate("interrupted", int(time.time()) + how)
    process = holder(cache, crate)
    assert process.stdout is not None
    start = time.monotonic()
    process.send_signal(how)
    assert process.wait(timeout=60) == 130
    assert time.monotonic() - start < 5
    with process:
        last = json.loads(process.stdout.read().splitlines()[-1])
    assert (last["event"], last["code"]) == ("error", "interrupted")
    hidden = [p for p in (cache.root / "cache").rglob(".*") if p.name.startswith((".probe-", ".staged-"))]
    assert hidden == []
    cache.build(crate)


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.slow
def test_ctrl_c_during_an_import(cache: stress.Cache) -> None:
    crate = cache.crate("stopped", int(time.time()))
    program = (
        "import logging, os, signal, sys, usecrate\n"
        "class Stop(logging.Handler):\n"
        "    def emit(self, record):\n"
        "        if 'scan' in record.getMessage(): os.kill(os.getpid(), signal.SIGINT)\n"
        "logging.getLogger('usecrate').addHandler(Stop())\n"
        "logging.getLogger('usecrate').setLevel('INFO')\n"
        "try:\n"
        "    usecrate.import_(sys.argv[1])\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
        "logging.getLogger('usecrate').handlers.clear()\n"
        "print(usecrate.import_(sys.argv[1]).number())\n"
    )
    done = python(cache, program, crate)
    assert (
        done.returncode == 0 and done.stdout.split()[0] == "interrupted" and len(done.stdout.split()) == 2
    ), done


def test_of_a_local_crate_the_latest_two_stay(cache: stress.Cache) -> None:
    artifacts = [leaf(cache.build(cache.crate("growing", number))) for number in range(4)]
    assert [artifact.exists() for artifact in artifacts] == [False, False, True, True]
    assert sorted(artifacts[0].parent.iterdir()) == sorted(artifacts[2:])


@pytest.mark.slow
def test_a_changed_crate_is_rebuilt_on_import_and_old_objects_work_on(cache: stress.Cache) -> None:
    crate = cache.crate("moving", 1)
    program = (
        "import pathlib, sys, usecrate\n"
        "crate = pathlib.Path(sys.argv[1])\n"
        "modules = [usecrate.import_(str(crate))]\n"
        "assert usecrate.import_(str(crate)) is modules[0]\n"
        "source = crate / 'src' / 'lib.rs'\n"
        "for number in (2, 3, 4):\n"
        "    source.write_text(f'pub fn number() -> u32 {{ {number} }}')\n"
        "    modules.append(usecrate.import_(str(crate)))\n"
        "print([module.number() for module in modules])\n"
    )
    done = python(cache, program, crate)
    # Whatever else runs cargo on this machine may hold its package cache for a moment.
    told = [line for line in done.stderr.splitlines() if "waiting for another build" not in line]
    assert (done.returncode, done.stdout, told) == (0, "[1, 2, 3, 4]\n", [])


def test_unchanged_is_found_without_a_lock(cache: stress.Cache) -> None:
    crate = cache.crate("quiet", 1)
    cache.build(crate)
    other = cache.crate("loud", int(time.time()))
    with holder(cache, other) as process:
        start = time.monotonic()
        assert cache.build(crate)["reused"]
        assert time.monotonic() - start < 1
        process.communicate(timeout=120)


def test_a_damaged_artifact_of_a_registry_crate_heals_on_import(cache: stress.Cache) -> None:
    program = "import usecrate; print(usecrate.import_('fnv', '1.0.7').__version__)"
    done = python(cache, program)
    assert (done.returncode, done.stdout) == (0, "1.0.7\n"), done.stderr
    (artifact,) = (cache.artifacts / "fnv" / "1.0.7").iterdir()
    library = next(file for file in artifact.iterdir() if "fnv" in file.name)
    for file in (library, artifact / "manifest.json", artifact / "BLAKE3SUMS"):
        whole = file.read_bytes()
        # Of the hashes, that of the manifest: it stands last, and is what the loader reads.
        at = whole.rstrip().rfind(b"\n") + 1 if file.name == "BLAKE3SUMS" else 0
        file.write_bytes(whole[:at] + b"#" + whole[at + 1 :])
        switched_off = "import usecrate; usecrate.import_('fnv', build_if_missing=False)"
        assert "IntegrityError" in python(cache, switched_off).stderr
        done = python(cache, program)
        assert (done.returncode, done.stdout) == (0, "1.0.7\n"), done.stderr
        assert stress.damage_of(artifact) is None


def test_what_another_generator_built_is_built_again_on_import(cache: stress.Cache) -> None:
    assert cache.run("build", "fnv@1.0.7").returncode == 0
    (artifact,) = (cache.artifacts / "fnv" / "1.0.7").iterdir()
    manifest = json.loads((artifact / "manifest.json").read_text())
    version = cache.run("version").stdout.split()[-1]
    assert manifest["generator"] == version and re.fullmatch(r"[0-9.]+\+[0-9a-f]{16}", version)
    # As another one leaves it: elsewhere, for its key is another one.
    other = artifact.with_name("0123456789abcdef")
    artifact.rename(other)
    (other / "manifest.json").write_text(json.dumps({**manifest, "generator": "0.0.1"}))
    lines = [line[66:] for line in (other / "BLAKE3SUMS").read_text().splitlines()]
    sums = [f"{stress.blake3((other / name).read_bytes())}  {name}\n" for name in lines]
    (other / "BLAKE3SUMS").write_text("".join(sums))
    program = "import usecrate; print(usecrate.manifest(usecrate.import_('fnv'))['generator'])"
    done = python(cache, program, env={"USECRATE_BUILD": str(cache.root / "none")})
    assert (done.stdout, done.stderr) == ("0.0.1\n", ""), "without a build tool, it is what there is"
    assert python(cache, program).stdout == f"{version}\n"
    assert artifact.is_dir() and other.is_dir()
    no_process = (
        "import sys, subprocess\n"
        "sys.addaudithook(lambda event, _: event == 'subprocess.Popen' and sys.exit('a process'))\n"
    )
    done = python(cache, no_process + program)
    assert (done.stdout, done.stderr) == (f"{version}\n", "")


@pytest.mark.slow
def test_refetch_asks_the_registry_and_takes_what_is_there(cache: stress.Cache) -> None:
    program = "import usecrate; print(usecrate.import_('fnv', refetch=True).__version__)"
    done = python(cache, program)
    assert done.returncode == 0 and done.stdout.startswith("1."), done.stderr
    with pytest.raises(ValueError, match="build_if_missing"):
        usecrate.import_("fnv", refetch=True, build_if_missing=False)
    done = cache.run("build", "fnv@1", "--refetch", "--json")
    assert json.loads(done.stdout.splitlines()[-1])["reused"] is True, done


# ------------------------------------------------------------------------------------------ looking, removing


def command(cache: stress.Cache, *words: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "usecrate", "artifact", *map(str, words)],
        env=cache.environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_list_remove_rebuild(cache: stress.Cache) -> None:
    crate = cache.crate("listed", 1)
    artifact = leaf(cache.build(crate))
    (one,) = json.loads(command(cache, "list", "listed", "--json").stdout)
    assert one["path"] == str(artifact) and one["package"] == "listed" and one["version"] == "0.1.0"
    assert one["damage"] is None and one["profile"] == "dev" and one["size"] > 10_000
    listed = command(cache, "list")
    assert listed.returncode == 0 and str(artifact) in listed.stdout and "artifacts" in listed.stderr
    for spec in ("listed", "listed@0.1.0", "listed@0", artifact, crate):
        shown = command(cache, "rm", spec)
        assert shown.returncode == 1 and "nothing was removed: 1 artifact, " in shown.stderr, shown
        assert str(artifact) in shown.stdout and "work" in shown.stdout and artifact.is_dir()
    again = command(cache, "rebuild", crate, "--profile", "dev")
    assert again.returncode == 0 and "built listed 0.1.0" in again.stderr, again
    removed = command(cache, "rm", "listed", "--yes")
    assert removed.returncode == 0 and not artifact.exists() and not artifact.parent.parent.exists()
    assert list((cache.root / "cache" / "work").glob("listed*")) == []
    unknown = command(cache, "rm", "listed")
    assert unknown.returncode == 1 and "no-such-artifact" in unknown.stderr
    assert command(cache, "rm").returncode == 2 and command(cache, "rm", "--all", "listed").returncode == 2
    assert not cache.build(crate)["reused"]


def test_remove_what_is_kept_to_build_faster(tmp_path: pathlib.Path) -> None:
    cache = stress.Cache(tmp_path)
    root = tmp_path / "cache"
    kept = ("runtime/00ff", "scripts/one-22", "target/1.95.0", "work/one-0.1.0-11")
    work = [root / name for name in kept]
    artifact = root / "artifacts" / "one" / "0.1.0" / "11"
    for folder in (*work, artifact):
        folder.mkdir(parents=True)
        (folder / "file").write_bytes(bytes(3000))
    shown = command(cache, "rm", "--work")
    assert shown.returncode == 1, shown
    assert "nothing was removed: working files, 11.72 KiB, would be" in shown.stderr
    lines = [line.split("  ") for line in shown.stdout.splitlines()]
    assert lines == [["working files", "2.93 KiB", str(folder)] for folder in work]
    everything = command(cache, "rm", "--all")
    assert all(str(folder) in everything.stdout for folder in (*work, artifact)), everything
    elsewhere = command(cache, "rm", "--all", "--artifact-dir", tmp_path / "mine")
    assert (elsewhere.returncode, elsewhere.stdout) == (0, ""), "what the cache holds serves others too"
    assert all(folder.is_dir() for folder in work)
    removed = command(cache, "rm", "--work", "--yes")
    assert removed.returncode == 0 and "removed working files, 11.72 KiB" in removed.stderr, removed
    assert not any(folder.exists() for folder in work) and artifact.is_dir()
    assert command(cache, "rm", "--all", "--yes").returncode == 0 and not artifact.exists()


def commands() -> list[str]:
    page = (ROOT / "docs" / "cache.md").read_text(encoding="utf-8")
    return re.findall(r"^\$ python -m usecrate (.*)$", page, re.MULTILINE)


@pytest.mark.slow
def test_the_commands_of_the_page(cache: stress.Cache, build: Callable[..., pathlib.Path]) -> None:
    built = cache.run("build", "semver@1.0.28")
    assert built.returncode == 0, built.stderr
    codes = []
    for line in commands():
        words = [sys.executable, "-m", "usecrate", *shlex.split(line)]
        done = subprocess.run(
            words, env=cache.environment, capture_output=True, text=True, timeout=900, check=False
        )
        codes.append(done.returncode)
    assert codes == [0, 0, 1, 0, 0, 1]


# ----------------------------------------------------------------------------------- where nothing is written


def mount(kind: str, options: str, at: pathlib.Path) -> None:
    at.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", kind, "-o", options, "none", str(at)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        pytest.skip(f"needs the right to mount: {done.stderr.strip()}")


@pytest.fixture(name="small_disk")
def small_disk_fixture(tmp_path: pathlib.Path) -> Iterator[stress.Cache]:
    """A cache on a disk of its own."""
    if not sys.platform.startswith("linux"):
        pytest.skip("mounts a disk as Linux does")
    disk = tmp_path / "disk"
    mount("tmpfs", "size=600m", disk)
    try:
        yield stress.Cache(disk)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def remount(cache: stress.Cache, options: str) -> None:
    words = ["mount", "-o", f"remount,{options}", str(cache.root)]
    subprocess.run(words, check=True, capture_output=True)


def test_a_full_disk_and_a_read_only_one(small_disk: stress.Cache) -> None:
    cache = small_disk
    crate = cache.crate("cramped", 1)
    artifact = leaf(cache.build(crate))
    cache.crate("cramped", 2)
    filler = cache.root / "filler"
    status = os.statvfs(cache.root)
    # From not a byte left, to the middle of what cargo and the seal write.
    for left in (0, 64_000, 500_000):
        filler.unlink(missing_ok=True)
        filler.write_bytes(bytes(max(0, os.statvfs(cache.root).f_bavail * status.f_bsize - left)))
        done = cache.run("build", crate, "--profile", "dev", "--json")
        last = json.loads(done.stdout.splitlines()[-1])
        assert done.returncode == 1 and last["code"] == "disk-full" and "make room" in last["hint"], last
        assert list(artifact.parent.iterdir()) == [artifact] and stress.damage_of(artifact) is None
    filler.unlink()
    second = leaf(cache.build(crate))
    remount(cache, "ro")
    try:
        program = "import sys, usecrate; print(usecrate.load_artifact(sys.argv[1]).number())"
        assert python(cache, program, second).stdout == "2\n"
        assert cache.build(crate)["reused"], "what is there is found"
        done = cache.run("build", crate, "--profile", "release", "--json")
        last = json.loads(done.stdout.splitlines()[-1])
        assert last["code"] == "cannot-write" and "can be imported" in last["hint"], last
    finally:
        remount(cache, "rw")


def test_a_cache_that_is_a_file(cache: stress.Cache, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    crate = cache.crate("homeless", 1)
    done = subprocess.run(
        cache.command("build", crate),
        env={**cache.environment, "USECRATE_CACHE_DIR": str(file)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1 and "[cannot-write]" in done.stderr and str(file) in done.stderr, done.stderr
    assert "a file lies where a folder should be" in done.stderr, done.stderr
    assert file.read_text() == "x"


@pytest.mark.skipif(os.name != "posix", reason="homes are elsewhere")
def test_without_a_home(cache: stress.Cache, tmp_path: pathlib.Path) -> None:
    artifact = leaf(cache.build(cache.crate("homeless", 1)))
    env = {k: v for k, v in os.environ.items() if k not in ("HOME", "XDG_CACHE_HOME", "USECRATE_CACHE_DIR")}
    program = (
        "import os, pwd, sys, usecrate\n"
        "assert usecrate.load_artifact(sys.argv[1]).number() == 1\n"
        "def nobody(_): raise KeyError\n"
        "pwd.getpwuid = nobody\n"
        "try:\n"
        "    usecrate.import_('semver')\n"
        "except RuntimeError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(artifact)],
        env=env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "set USECRATE_CACHE_DIR" in done.stdout, done
    assert list(tmp_path.iterdir()) == []
