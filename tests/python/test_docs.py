"""The pages say what the code does: every code of a failed build is listed, every link leads somewhere."""

from __future__ import annotations

import importlib.util
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Strings in the build tool that look like codes: names of cargo profiles.
# Words of `match` arms that are no codes.
NO_CODES = {"date-time", "usecrate-dev"}


def test_every_code_is_listed() -> None:
    page = (ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", page))
    codes: set[str] = set()
    for file in (ROOT / "build-tools" / "src").rglob("*.rs"):
        codes.update(re.findall(r'=> "([a-z]+(?:-[a-z]+)+)"', file.read_text(encoding="utf-8")))
    for file in (ROOT / "loader-py" / "python").rglob("*.py"):
        codes.update(re.findall(r'code="([a-z-]+)"', file.read_text(encoding="utf-8")))
    assert len(codes) > 30 and codes - NO_CODES <= listed, sorted(codes - NO_CODES - listed)


def test_links_lead_somewhere() -> None:
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    assert spec and spec.loader
    dev = importlib.util.module_from_spec(spec)
    sys.modules["dev"] = dev
    spec.loader.exec_module(dev)
    assert dev.broken_links() == []
    del sys.modules["dev"]


def test_no_backslash_shows_in_a_table() -> None:
    """Where code holds a `|`, `<code>` and `&#124;` show it as it is, on the site and elsewhere."""
    escaped = re.compile(r"`[^`\n]*\\\|[^`\n]*`")
    pages = (ROOT / "docs").rglob("*.md")
    assert [page.name for page in pages if escaped.search(page.read_text(encoding="utf-8"))] == []


def test_every_exception_is_listed() -> None:
    import usecrate

    page = (ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
    missing = [name for name in usecrate.__all__ if name.endswith("Error") and name not in page]
    assert missing == []


def test_the_page_of_the_soundness_rules_is_theirs() -> None:
    script = ROOT / "tests" / "soundness" / "mutations.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
