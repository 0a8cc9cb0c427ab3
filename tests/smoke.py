"""Calls an artifact of `semver` by its path: `smoke.py ARTIFACT`. Needs neither Rust nor a cache."""

from __future__ import annotations

import sys

import usecrate


def main(artifact: str) -> None:
    semver = usecrate.load_artifact(artifact)
    version = semver.Version.parse("1.2.3-rc.1")
    assert (version.major, version.minor, version.patch) == (1, 2, 3), version
    assert version < semver.Version(2, 0, 0)
    assert semver.VersionReq.parse(">=1.2, <2").matches(semver.Version(1, 9, 0))
    version.patch = 7
    assert str(version) == "1.2.7-rc.1"
    try:
        semver.Version.parse("one")
    except usecrate.CallError as error:
        assert "unexpected character" in str(error), error
    else:
        raise AssertionError("a malformed version was accepted")
    print(f"    python {sys.version.split()[0]}: {semver.__name__} {semver.__version__} answers")


if __name__ == "__main__":
    main(sys.argv[1])
