"""Photos on the desk of an annotator, and a keyboard that counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request

from inference.types import (
    Alternative,
    Barcode,
    CharacterBox,
    Quad,
    QualityReport,
    Reading,
    Region,
    Stages,
)
from labeling.models import Annotation, LeaseKind, ModelVersion, Task, User
from labeling.operations import annotations, leases, photos, predictions
from tests.conftest import People
from tests.photos import VIN, render_photo

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 40.0, 600.0, 92.0, 148.0
PITCH = (RIGHT - LEFT) / 17
WAIT = 30_000
"""Milliseconds until an expectation has failed: the machine may be busy with other tests or a training."""


@dataclass(frozen=True)
class Doubt:
    """What the model reads at a position instead of the truth, or how unsure it is there."""

    symbol: str
    confidence: float
    alternatives: tuple[str, ...] = ()


WRONG = {11: Doubt("8", 0.4, ("0", "B"))}
"""The model takes the 0 at position 12 for an 8."""


def newest(task: Task) -> Annotation:
    """What was submitted last."""
    return Annotation.objects.filter(task=task).latest("revision")


def submitted(task: Task) -> bool:
    return Annotation.objects.filter(task=task).exists()


def quad_at(index: int) -> tuple[tuple[float, float], ...]:
    """The box of the character at `index` in the photo of render_photo."""
    left = LEFT + index * PITCH
    return ((left, TOP), (left + PITCH * 0.9, TOP), (left + PITCH * 0.9, BOTTOM), (left, BOTTOM))


def read_as(text: str, doubts: Mapping[int, Doubt], *, width: int = WIDTH, height: int = HEIGHT) -> Reading:
    """A reading of `text`, with a doubt at some positions (0 to 16); of nothing where the text is empty.

    Where there are more characters than a VIN has, they are boxes without a VIN.
    """
    scale = width / WIDTH

    def place(quad: Iterable[tuple[float, float]]) -> Quad:
        return tuple((x * scale, (y - HEIGHT / 2) * scale + height / 2) for x, y in quad)  # type: ignore[return-value]

    characters = []
    for index, symbol in enumerate(text):
        doubt = doubts.get(index, Doubt(symbol, 0.99))
        others = tuple(Alternative(other, 0.1) for other in doubt.alternatives)
        characters.append(CharacterBox(index, doubt.symbol, doubt.confidence, place(quad_at(index)), others))
    vin = "".join(character.symbol for character in characters) if len(text) <= len(VIN) else ""
    quad = place([(LEFT, TOP), (RIGHT, TOP), (RIGHT, BOTTOM), (LEFT, BOTTOM)])
    return Reading(vin, 0.7, Region(quad, 0.9), tuple(characters), QualityReport(True), (width, height), 20.0)


def read_code(vin: str) -> tuple[Barcode, ...]:
    """A bar code with this VIN; none where it is empty."""
    return (Barcode("Code39", f"I{vin}", vin, quad_at(0)),) if vin else ()  # type: ignore[arg-type]


@dataclass(frozen=True)
class FixedReader:
    """A reader of which the test knows what it reads."""

    reading: Reading

    def read_file(self, path: Path) -> Reading:
        assert path.exists()
        return self.reading


@dataclass
class Desk:
    """A project whose photos were read and wait for people."""

    people: People
    url: str
    seeds: list[int] = field(default_factory=list)

    def add_photo(
        self,
        *,
        text: str = VIN,
        doubts: Mapping[int, Doubt] | None = None,
        code: str = "",
        width: int = WIDTH,
        height: int = HEIGHT,
    ) -> Task:
        """Upload a photo that shows VIN, and let the model read `text` with these doubts in it.

        `code` is what a bar code beside it says.
        """
        self._ensure_champion()
        self.seeds.append(len(self.seeds))
        content = render_photo(self.seeds[-1], width=width, height=height)
        now = timezone.now()
        photo = photos.create_photo(
            project=self.people.project,
            content=content,
            name=f"door-{self.seeds[-1]}.jpg",
            uploaded_by=self.people.admin,
            now=now,
        )
        photos.render_photo(photo_id=photo.pk, now=now)
        reading = read_as(text, doubts or {}, width=width, height=height)
        reader = FixedReader(replace(reading, stages=Stages(barcodes=read_code(code))))
        predictions.predict_photo(photo_id=photo.pk, reader_for=lambda version: reader, now=now)
        return Task.objects.get(photo=photo)

    def _ensure_champion(self) -> None:
        version = {"project": self.people.project, "number": 1, "state": "promoted"}
        ModelVersion.objects.get_or_create(
            **version, defaults={"digest": "0" * 64, "manifest": {}, "created_at": timezone.now()}
        )

    def submit(self, task: Task, *, text: str = VIN, author: User | None = None) -> Annotation:
        """An annotation by somebody, without the browser."""
        return self._finish(task, author or self.people.annotator, text=text)

    def mark_unreadable(self, task: Task, reason: str) -> Annotation:
        holder, now = self.people.annotator, timezone.now()
        lease = leases.claim_task(task=task, holder=holder, kind=LeaseKind.ANNOTATE, now=now)
        return annotations.mark_unreadable(
            lease_id=lease.pk, holder=holder, reason=reason, base_revision=task.revision, now=now
        )

    def _finish(self, task: Task, holder: User, *, text: str) -> Annotation:
        now = timezone.now()
        lease = leases.claim_task(task=task, holder=holder, kind=LeaseKind.ANNOTATE, now=now)
        work = [
            {"index": index, "symbol": symbol, "quad": quad_at(index)} for index, symbol in enumerate(text)
        ]
        return annotations.submit_annotation(
            lease_id=lease.pk,
            holder=holder,
            text=text,
            characters=work,
            region=[[LEFT, TOP], [RIGHT, TOP], [RIGHT, BOTTOM], [LEFT, BOTTOM]],
            base_revision=task.revision,
            now=now,
        )

    def address(self, kind: str = "annotate") -> str:
        return f"{self.url}/p/{self.people.project.slug}/{kind}/"


class Editor:
    """The editor in one person's browser. Every key that goes through `press` is counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.presses = 0
        self.problems: list[str] = []
        self.under_way: set[Request] = set()
        page.set_default_timeout(WAIT)
        page.on("request", self._begin)
        page.on("requestfinished", self._end)
        page.on("requestfailed", self._end)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._note)

    def _note(self, message: object) -> None:
        text = getattr(message, "text", "")
        if "Content Security Policy" in text:
            self.problems.append(text)

    def _begin(self, request: Request) -> None:
        self.under_way.add(request)
        if request.redirected_from:
            self._end(request.redirected_from)

    def _end(self, request: Request) -> None:
        self.under_way.discard(request)

    def close(self) -> None:
        """Close the browser once nothing is under way: a request would lock tables that are emptied next."""
        saving = self.page.locator("[data-phase=working] [data-save][data-status=pending]")
        for _ in range(WAIT // 20):
            if not self.under_way and saving.count() == 0:
                break
            self.page.wait_for_timeout(20)
        self.page.context.close()

    def open(self, address: str) -> Editor:
        self.page.goto(address)
        self.cell(1).wait_for()
        return self

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.presses += 1

    def type(self, text: str) -> None:
        self.press(*text)

    def cell(self, position: int) -> Locator:
        """The input of a position, 1 to 17."""
        return self.page.locator(".vin-cell input").nth(position - 1)

    def mark(self, position: int) -> Locator:
        return self.page.locator(".vin-cell .cell-mark").nth(position - 1)

    def text(self) -> str:
        return "".join(cell.input_value() for cell in self.page.locator(".vin-cell input").all())

    def part(self, name: str) -> Locator:
        return self.page.locator(f"[data-{name}]").first

    def drag(self, target: Locator, by: tuple[float, float], *, at: tuple[float, float] = (0.5, 0.5)) -> None:
        """Drag with the mouse from a place in an element, as shares of its width and height."""
        box = target.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] * at[0], box["y"] + box["height"] * at[1]
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + by[0], y + by[1], steps=4)
        self.page.mouse.up()

    def name(self) -> Locator:
        """The file's name of the photo that is open."""
        return self.part("photo-name")

    def focused(self) -> str:
        """What a screen reader would say has the focus."""
        return self.page.evaluate(
            "() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText"
        )

    def points(self, selector: str) -> list[list[float]]:
        """The corners of an SVG polygon."""
        value = self.page.locator(selector).get_attribute("points") or ""
        return [[float(number) for number in point.split(",")] for point in value.split()]


class Opener(Protocol):
    """Opens a browser for a person; the options are those of Playwright's contexts."""

    def __call__(self, user: User, **options: Any) -> Editor: ...


DESK_SCREEN = {"width": 1440, "height": 900}


def sign_in(browser: Browser, user: User, url: str, **options: Any) -> Page:
    """A browser of that person's own, logged in; the options are those of Playwright's contexts."""
    context = browser.new_context(**{"viewport": DESK_SCREEN, **options})
    let_in(context, user, url)
    return context.new_page()


def let_in(context: BrowserContext, user: User, url: str) -> None:
    """Log a person in without the login page."""
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])
