"""Which browser the functional tests drive, and how it is started."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

PLACES = (
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# A test browser asks nobody but us: no updates, no sync, no look-ups.
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
MISSING = (
    "No Chromium was found, and the functional tests need one. Install your system's (Debian: apt install "
    "chromium), run `make browser` to fetch Playwright's, or name one with CHROMIUM=/path/to/chromium."
)


def find_chromium() -> str | None:
    """The path of a Chromium on this system; None where there is only Playwright's own, or none."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    on_path = (shutil.which(name) for name in ("chromium", "google-chrome", "chrome"))
    return next((path for path in (*PLACES, *on_path) if path and Path(path).exists()), None)


def launch_options() -> dict[str, object]:
    """What Playwright's `launch` is called with."""
    arguments = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else [*QUIET]
    found = find_chromium()
    return {"args": arguments, **({"executable_path": found} if found else {})}


def find_problem(playwright_chromium: str) -> str | None:
    """Why no browser can be started, in a sentence; None where one can."""
    found = find_chromium() or playwright_chromium
    return None if Path(found).exists() else MISSING
