"""Which Chromium the browser tests use, how it is started, and how to get one where there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Nothing but the pages under test may be asked for.
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class NoBrowserError(RuntimeError):
    """No Chromium was found; the text says where it was looked for."""


def executable(playwright: Playwright) -> Path:
    """Where Chromium is: MUSTER_CHROMIUM, the PATH, else the one that Playwright installed for itself."""
    if named := os.environ.get("MUSTER_CHROMIUM"):
        if not Path(named).exists():
            raise NoBrowserError(f"MUSTER_CHROMIUM says {named}, which does not exist")
        return Path(named)
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    own = Path(playwright.chromium.executable_path)
    if own.exists():
        return own
    raise NoBrowserError(f"neither {', '.join(NAMES)} on the PATH nor Playwright’s own Chromium")


def launched(playwright: Playwright) -> Browser:
    """A headless Chromium; as root it has to run without its sandbox."""
    sandbox = ("--no-sandbox",) if os.getuid() == 0 else ()
    return playwright.chromium.launch(executable_path=executable(playwright), headless=True, args=[*FLAGS, *sandbox])


def is_present() -> bool:
    """Whether there is a Chromium to test with."""
    with sync_playwright() as playwright:
        try:
            executable(playwright)
        except NoBrowserError:
            return False
        return True


def install() -> None:
    """Install Chromium: as root on Debian with apt-get, else (or where that fails) through Playwright."""
    if os.getuid() == 0 and shutil.which("apt-get"):
        quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
        ):
            if subprocess.run(command, env=quietly, stdin=subprocess.DEVNULL, check=False).returncode:
                break
        else:
            return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], stdin=subprocess.DEVNULL, check=False)


def main() -> None:
    """`python -m tests.e2e.browser`: see to it that there is a browser, or end with status 1 and what to do."""
    if is_present():
        return
    sys.stdout.write("The browser tests need Chromium and there is none: installing it.\n")
    install()
    if not is_present():
        sys.exit(
            "Chromium could not be installed. On Debian: apt-get install chromium. "
            "Elsewhere set MUSTER_CHROMIUM to the path of a Chromium or Chrome."
        )


if __name__ == "__main__":
    main()
