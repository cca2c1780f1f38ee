"""Find a Chromium that the browser tests can drive, and install one where that is possible."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> str | None:
    """Return the path of an installed Chromium or Chrome, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> None:
    """Install Chromium with apt, which only root can do."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
        check=True,
        env=environment,
        stdout=subprocess.DEVNULL,
    )


def main() -> int:
    """Make sure that there is a browser, or say how to get one."""
    if find():
        return 0
    if shutil.which("apt-get") and os.geteuid() == 0:
        install()
        return 0 if find() else 1
    sys.stderr.write(
        "No Chromium was found for the browser tests: install it with your package manager "
        "(Debian and Ubuntu: sudo apt-get install chromium), then run make test again.\n"
    )
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
