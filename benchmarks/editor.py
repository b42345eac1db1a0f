"""How quick the editor is: from Enter to the next photo on the screen, and the keys that each action takes.

Drives the real page in a real browser against the real server on this machine. The photos have the size of a
phone's; what the model read in them is given, as reading is not what is measured.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PHOTOS = 50
PAUSE_MS = 1000
"""Between two submits; who only looks at 17 characters needs longer."""

# The other tools' counts were read from their sources: k keys or chords, c clicks, d drags.
ACTIONS: tuple[tuple[str, str, str, str, str], ...] = (
    ("accept unchanged, next photo on screen", "1k", "1k", "1k", "1k + finish job"),
    ("fix one wrong character", "2k", "1 double-click + 4k", "1c + 3k", "about 9 + 3k"),
    ("add a missing character with its box", "3k", "1d + 5k", "1d + 1c + 5k", "3c + 3k"),
    ("delete a spurious box", "2k", "1c + 2k", "1c + 2k", "1c + 2k"),
    ("mark a character unreadable", "2k", "none", "1c + 5k", "1c + 2k"),
    ("mark the photo unreadable, with a reason", "2k", "none", "none", "tag"),
    ("review: accept / fix and accept / reject", "1k / 2k / 2k", "paid edition", "none", "about 4c"),
)

# Runs before the page's own scripts. A photo counts as painted two frames after it is whole: name, cells and
# pixels.
STOPWATCH = """
(() => {
  let pressed = null, before = null;
  window.paints = [];
  const name = () => document.querySelector("[data-photo-name]")?.textContent ?? "";
  const images = () => [...document.querySelectorAll(".strip-photo, .photo-stage")];
  const isWhole = () => document.querySelector("#editor")?.dataset.phase === "working" && name() !== before
    && document.querySelectorAll(".vin-cell input").length === 17
    && images().every((image) => image.dataset.state === "ready");
  addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.isTrusted) [pressed, before] = [event.timeStamp, name()];
  }, true);
  const look = () => {
    if (pressed !== null && isWhole()) {
      const start = pressed;
      pressed = null;
      requestAnimationFrame(() => requestAnimationFrame((at) => window.paints.push(at - start)));
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=PHOTOS, help="photos to submit one after another")
    parser.add_argument("--width", type=int, default=2560, help="of the photos, in pixels; 3 : 4")
    options = parser.parse_args(arguments)
    with _open_yard() as (make_desk, browser):
        print_counts(count_keys(make_desk, browser))
        print_times(measure_paints(make_desk(), browser, options.count, options.width))


@contextmanager
def _open_yard() -> Iterator[tuple[Callable[[], Any], Any]]:
    """What makes a project with its people, and a browser. `services exec` takes the database away."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright runs an event loop in this thread
    django.setup()
    from django.core.management import call_command
    from django.test.utils import get_runner, override_settings
    from playwright.sync_api import sync_playwright

    from tests import browser as browsers
    from tests import processes
    from tests.conftest import PLAIN_STATIC, make_people
    from tests.functional.desk import Desk

    runner = get_runner(django.conf.settings)(verbosity=0, interactive=False)
    runner.setup_databases()
    call_command("collectstatic", interactive=False, verbosity=0)
    storages = {**django.conf.settings.STORAGES, "staticfiles": {"BACKEND": PLAIN_STATIC}}
    with tempfile.TemporaryDirectory() as folder, override_settings(STORAGES=storages):
        web, url = processes.start_web(log=Path(folder) / "web.log")
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(**browsers.launch_options())
                names = map("yard-{}".format, itertools.count())
                yield lambda: Desk(make_people(name=(name := next(names)), prefix=name), url), browser
                browser.close()
        finally:
            web.kill()


def measure_paints(desk: Any, browser: Any, count: int, width: int) -> list[float]:
    """Milliseconds from each Enter until the next photo and its cells are painted."""
    from tests.functional.desk import Editor, sign_in

    for _ in range(count + 5):
        desk.add_photo(width=width, height=width * 3 // 4)
    page = sign_in(browser, desk.people.annotator, desk.url)
    page.add_init_script(STOPWATCH)
    editor = Editor(page).open(desk.address())
    for done in range(count):
        page.wait_for_timeout(PAUSE_MS)
        editor.press("Enter")
        page.wait_for_function(f"() => window.paints.length > {done}")
    paints: list[float] = page.evaluate("() => window.paints")
    editor.close()
    return paints


def count_keys(make_desk: Callable[[], Any], browser: Any) -> list[str]:
    """What each action of the table took on the real page, in its order."""
    from benchmarks.editor_actions import ANNOTATE, REVIEW, spend

    counts = [f"{spend(make_desk(), browser, action)}k" for action in ANNOTATE]
    return [*counts, " / ".join(f"{spend(make_desk(), browser, action)}k" for action in REVIEW)]


def print_counts(counts: list[str]) -> None:
    """Ours beside the budget and the other tools."""
    print("\n| action | ours, counted | budget | Label Studio | PPOCRLabel | CVAT |")
    print("|---|---|---|---|---|---|")
    for counted, (action, budget, *others) in zip(counts, ACTIONS, strict=True):
        print(f"| {action} | {counted} | {budget} | {' | '.join(others)} |")


def print_times(paints: list[float]) -> None:
    """Median and p95, with how busy the machine was."""
    ordered = sorted(paints)
    median, p95 = statistics.median(ordered), ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]
    load = os.getloadavg()[0]
    print("\n| Enter -> next photo and cells painted | median | p95 | slowest | within 100 ms |")
    print("|---|---|---|---|---|")
    within = sum(paint <= 100 for paint in ordered) / len(ordered)
    print(f"| {len(ordered)} photos | {median:.0f} ms | {p95:.0f} ms | {ordered[-1]:.0f} ms | {within:.0%} |")
    print(f"\nLoad average {load:.1f} on {os.cpu_count()} processors.")


if __name__ == "__main__":
    main()
