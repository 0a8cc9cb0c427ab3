"""`usecrate doctor`: is everything there that importing and building need?"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

ABOUT = (
    "Check what importing and building crates need: this Python, the build tool, the Rust toolchain, the "
    "linker, the cache, the network. Each check has a verdict, and what to do where it is not `ok`.\n"
    "The exit code is 1 if a check failed; warnings leave it 0. Without the build tool or Rust, artifacts "
    "that are there are loaded all the same, so that these are warnings."
)
EXAMPLES = """\
usecrate doctor                           all checks
usecrate doctor --offline                 all but the network
usecrate doctor --json                    the same for a program
"""
_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


def declare(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--offline", action="store_true", help="leave the network alone")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: Namespace) -> int:
    """Prints the verdicts; 1 if a check failed."""
    import sys

    from ..colour import paint
    from ..doctor import examine

    worst = "ok"
    shown: list[dict[str, str]] = []
    for finding in examine(network=not options.offline):
        worst = max(worst, finding.verdict, key=["ok", "warn", "fail"].index)
        shown.append(finding.plain())
        if not options.json:
            verdict = paint(f"{finding.verdict:<4}", _COLOURS[finding.verdict], sys.stdout)
            print(f"{verdict}  {finding.check:<11} {finding.text}")
            if finding.fix:
                print(f"{'':18}{paint('fix:', 'bold', sys.stdout)} {finding.fix}", flush=True)
    if options.json:
        import json

        print(json.dumps({"verdict": worst, "checks": shown}, indent=2, ensure_ascii=False))
    return int(worst == "fail")
