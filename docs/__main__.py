"""``python -m docs``: write the reference from the code and build the site."""

import argparse
import sys
from pathlib import Path

from docs import site


def main() -> int:
    """Write and build; what is named in the arguments, by default both."""
    parser = argparse.ArgumentParser(prog="python -m docs", description=__doc__)
    parser.add_argument("steps", nargs="*", choices=["reference", "site", []], metavar="STEP")
    parser.add_argument("--out", type=Path, default=site.PACKAGED, help="Folder of the site.")
    parser.add_argument("--quiet", action="store_true", help="Print problems only.")
    arguments = parser.parse_args()
    steps = arguments.steps or ["reference", "site"]
    if "reference" in steps:
        from docs import reference

        for page in reference.write(site.DOCS / "en"):
            _say(f"Wrote {page}.", arguments.quiet)
    if "site" in steps:
        site.build(arguments.out)
        _say(f"The pages are in {arguments.out}.", arguments.quiet)
    return 0


def _say(sentence: str, quiet: bool) -> None:
    if not quiet:
        sys.stdout.write(f"{sentence}\n")


if __name__ == "__main__":
    raise SystemExit(main())
