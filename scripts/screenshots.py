"""`python -m scripts.screenshots`: pictures of a running VINloop's pages for the README and docs/.

Logs in as the demo people, visits each page, and writes small PNG files. It changes nothing but what a look
does: the editor claims a photo and puts it back.
"""

import argparse
import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.browser import launch_options

MAX_BYTES = 200_000
COLORS = (256, 128, 64, 32)
SETTLE_MS = 900
PRESS_MS = 5000


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: who looks at which page of the project, how wide, and what is pressed first.

    Of several paths the first one counts that has what is to be pressed.
    """

    name: str
    role: str
    paths: tuple[str, ...]
    follow: tuple[str, ...] = ()
    width: int = 1440
    height: int = 900
    scheme: str = "light"


CARD = ".photo-card a"
WORK = "[data-key=e]"
TO_ANNOTATE = tuple(f"photos/?state=new&confidence={level}" for level in ("medium", "high", "low"))
SHOTS = (
    Shot("login", "", ("/login/",), width=820, height=560),
    Shot("home", "admin", ("",)),
    Shot("photos", "annotator", ("photos/",)),
    Shot("photos-tablet-dark", "annotator", ("photos/",), width=820, height=1100, scheme="dark"),
    Shot("photo", "annotator", ("photos/?state=accepted", "photos/"), follow=(CARD,)),
    Shot("editor", "annotator", TO_ANNOTATE, follow=(CARD, WORK)),
    Shot("editor-dark", "annotator", TO_ANNOTATE, follow=(CARD, WORK), scheme="dark"),
    # The newest one that waits may be the reviewer's own: the page hands out another.
    Shot("review", "reviewer", ("review/",), follow=("[data-photo-name]",)),
    Shot("queue", "admin", ("queue/",)),
    Shot("quality", "admin", ("quality/",), height=1180),
    Shot("datasets", "ml_engineer", ("datasets/",)),
    Shot("run", "ml_engineer", ("runs/",), follow=(".row-link",), height=1180),
    Shot("models", "ml_engineer", ("models/",)),
    Shot("model", "ml_engineer", ("models/",), follow=(".row-link",)),
    Shot("members", "admin", ("members/",)),
)


def main(arguments: list[str]) -> int:
    """Take every picture, or those that are named; 1 where a page could not be shown."""
    options = _read_options(arguments)
    people = _read_people(options.people)
    options.out.mkdir(parents=True, exist_ok=True)
    chosen = [shot for shot in SHOTS if not options.names or shot.name in options.names]
    failed = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        for shot in chosen:
            try:
                size = _take(browser, shot, options, people)
                print(f"{shot.name}.png  {size // 1024} KB")
            except (Error, LookupError) as error:
                failed += 1
                print(f"{shot.name}: {str(error).splitlines()[0]}", file=sys.stderr)
        browser.close()
    return 1 if failed else 0


def _read_options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.screenshots", description=__doc__)
    parser.add_argument("names", nargs="*", help="which pictures; all where none is named")
    parser.add_argument("--url", default="http://localhost:8000", help="where VINloop runs")
    parser.add_argument("--project", default="demo", help="its slug: people may be in others, too")
    parser.add_argument("--people", type=Path, default=Path("var/demo-people.json"))
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    return parser.parse_args(arguments)


def _read_people(path: Path) -> dict[str, dict[str, str]]:
    """The demo people by role."""
    content = json.loads(path.read_text())
    people = content["people"] if isinstance(content, dict) else content
    return {person["role"]: person for person in people}


def _take(
    browser: Browser, shot: Shot, options: argparse.Namespace, people: dict[str, dict[str, str]]
) -> int:
    url = options.url.rstrip("/")
    with _open_page(browser, shot) as page:
        if shot.role:
            _log_in(page, url, people[shot.role])
            url = f"{url}/p/{options.project}/"
        _open(page, shot, url)
        page.wait_for_timeout(SETTLE_MS)
        content = shrink(page.screenshot())
        _leave_editor(page)
    (options.out / f"{shot.name}.png").write_bytes(content)
    return len(content)


def _open(page: Page, shot: Shot, base: str) -> None:
    """Raises LookupError where no path has what is to be pressed."""
    for path in shot.paths:
        page.goto(base + path)
        if not shot.follow:
            return
        if page.locator(shot.follow[0]).count():
            for selector in shot.follow:
                page.locator(selector).first.click(timeout=PRESS_MS)
                page.wait_for_load_state()
            return
    raise LookupError(f"nothing to press ({shot.follow[0]}) on {' or '.join(shot.paths)}")


@contextmanager
def _open_page(browser: Browser, shot: Shot) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme="dark" if shot.scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    try:
        yield context.new_page()
    finally:
        context.close()


def _log_in(page: Page, url: str, person: dict[str, str]) -> None:
    page.goto(f"{url}/login/")
    page.fill("input[name=username]", person["username"])
    page.fill("input[name=password]", person["password"])
    page.click("button[type=submit]")
    page.wait_for_url(lambda address: "/login/" not in address)


def _leave_editor(page: Page) -> None:
    """Puts the photo back, so that nobody finds it taken."""
    leave = page.locator("[data-leave]")
    if leave.count():
        leave.first.click()
        page.wait_for_timeout(SETTLE_MS)


def shrink(content: bytes) -> bytes:
    """A PNG with as many colors as fit into MAX_BYTES."""
    image = Image.open(io.BytesIO(content)).convert("RGB")
    small = b""
    for colors in COLORS:
        target = io.BytesIO()
        reduced = image.quantize(
            colors, method=Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE
        )
        reduced.save(target, "PNG", optimize=True)
        small = target.getvalue()
        if len(small) <= MAX_BYTES:
            break
    return small


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
