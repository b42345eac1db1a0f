"""HTML and SVG as strings: elements with escaped attributes, pictures as data URIs, numbers as words."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from html import escape

import cv2

from inference.types import Image, Point

_QUALITY = 78


def element(name: str, *children: str, **attributes: str | float | None) -> str:
    """One element. Children are markup already; an attribute that is None is left out.

    `class_` stands for class, and an underscore inside a name for a hyphen.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_write(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{''.join(children)}</{name}>"


def _write(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")


def points(corners: Iterable[Point]) -> str:
    """Corners as an SVG polygon has them."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)


def embed_jpeg(image: Image) -> str:
    """The pixels as a data URI, so that the page needs no other file."""
    written, content = cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not written:
        raise ValueError(f"OpenCV cannot write a picture of {image.shape} as JPEG.")
    return f"data:image/jpeg;base64,{base64.b64encode(content.tobytes()).decode()}"


def percent(share: float | None, digits: int = 1) -> str:
    return "–" if share is None else f"{share * 100:.{digits}f} %"


def interval(low: float, high: float) -> str:
    return f"{low * 100:.1f} to {high * 100:.1f} %"


def draw_section(title: str, hint: str, *content: str, key: str) -> str:
    """A panel with a heading and a few words beside it."""
    head = element(
        "div", element("h2", title), element("p", hint, class_="faint") if hint else "", class_="panel-head"
    )
    return element("section", head, element("div", *content, class_="panel-body"), class_="panel", id=key)
