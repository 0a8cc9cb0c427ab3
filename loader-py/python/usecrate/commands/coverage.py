"""`usecrate coverage`: how much of crates is served."""

from __future__ import annotations

from . import targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

ABOUT = (
    "Count how many of the functions and methods of crates Python can call, and why the rest is skipped. "
    f"What counts is in docs/manifest.md. The share leaves out async functions.\n{targets.NOTE}"
)
EXAMPLES = """\
usecrate coverage semver regex            a table, and the reasons by number
usecrate coverage regex --json            the same for a program
usecrate coverage semver --probe          call a part of it with random values, too
"""


def declare(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("targets", metavar="SPEC|ARTIFACT", nargs="+", help="what to count")
    targets.declare(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--probe",
        action="store_true",
        help="call a random 5 %% with generated values, in processes of their own, in an empty folder; what "
        "ends in an internal error counts as skipped. What a crate does to files, it does then",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="NUMBER", help="what choice and values are made from (0)"
    )


def run(options: Namespace) -> int:
    """Prints the table, or the figures."""
    from ..coverage import Report, mean, table
    from ..manifests import read

    reports: list[Report] = []
    for target in options.targets:
        path = targets.manifest_path(target, options)
        found = read(path)
        report = Report(found)
        if options.probe:
            from ..probe import probe

            report.probe = probe(path, found, seed=options.seed)
        reports.append(report)
    if options.json:
        import json

        data = {"crates": [report.plain() for report in reports], "mean": round(mean(reports), 4)}
        print(json.dumps(data, indent=2, ensure_ascii=False))
    else:
        for line in table(reports):
            print(line)
    return 0
