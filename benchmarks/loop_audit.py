"""Audits by a person's own eyes: sheets of strips with what was read in them, and a file for the answers."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from benchmarks.loop_client import Client, wait

LONGEST_AUDIT = 6 * 3600.0
_WIDTH, _HEIGHT, _CAPTION = 560, 84, 18


def audit(reviewer: Client, project: str, round_id: str, folder: Path) -> dict[str, int]:
    """Show one sheet after the other until the round's sample has been looked at; returns right and wrong.

    A sheet is drawn as `folder`/sheet-N.png. It goes on when sheet-N.json beside it holds the list of the
    numbers on it that are wrong, such as [3, 17], or [].
    """
    folder.mkdir(parents=True, exist_ok=True)
    total = {"right": 0, "wrong": 0, "passed_over": 0}
    number = 0
    while readings := reviewer.get(f"projects/{project}/sheet", round=round_id)["readings"]:
        number += 1
        picture, answer = folder / f"sheet-{number}.png", folder / f"sheet-{number}.json"
        draw_sheet(reviewer, readings).save(picture)
        print(f"Look at {picture}, and write the numbers that are wrong into {answer}.", flush=True)
        wait(answer.exists, seconds=LONGEST_AUDIT, what=f"{answer} is there")
        shown = [reading["id"] for reading in readings]
        wrong = [shown[index - 1] for index in json.loads(answer.read_text())]
        result = reviewer.post(f"projects/{project}/sheet", shown=shown, wrong=wrong)
        total = {name: count + result[name] for name, count in total.items()}
    return total


def draw_sheet(client: Client, readings: list[dict[str, Any]]) -> Image.Image:
    """Two columns of strips, each with its number and what was read below it."""
    rows = (len(readings) + 1) // 2
    sheet = Image.new("RGB", (2 * _WIDTH, rows * _HEIGHT), "white")
    draw = ImageDraw.Draw(sheet)
    for index, reading in enumerate(readings):
        left, top = index % 2 * _WIDTH, index // 2 * _HEIGHT
        strip = Image.open(io.BytesIO(client.fetch(reading["strip_url"]))).convert("RGB")
        strip.thumbnail((_WIDTH - 8, _HEIGHT - _CAPTION - 4))
        sheet.paste(strip, (left + 4, top + 2))
        draw.text(
            (left + 4, top + _HEIGHT - _CAPTION), f"{index + 1}  {reading['vin']}", "black", font_size=15
        )
    return sheet
