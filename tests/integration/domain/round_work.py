"""What rounds need besides photos: a teacher that reads by the script, and labels by people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inference.types import LineReading, QualityReport, Reading, Region, Stages
from labeling import storage
from labeling.models import DatasetSnapshot, Photo, PseudoRound, Task
from labeling.operations import photos
from labeling.operations.datasets import freeze_snapshot
from labeling.operations.pseudo_round_execution import execute_round
from labeling.operations.pseudo_rounds import request_round
from tests.integration.domain.training import find_vins
from tests.integration.domain.workshop import REGION, PlainReader, Workshop

TARGET = 0.6
"""Six validation photos that are read right show it; so few are soon made."""

PEOPLE_LABELED = 7


def read_as(vin: str | None, confidence: float = 0.99, *, other: str | None = None, **stages: Any) -> Reading:
    """Both recognizers read the VIN, or the second one another text."""
    lines = [("sequence", vin), ("characters", other or vin)] if vin else []
    told = Stages(lines=tuple(LineReading(name, text, (0.99,) * 17) for name, text in lines), **stages)  # type: ignore[arg-type]
    region = Region(REGION, 0.9) if vin else None
    return Reading(vin, confidence, region, (), QualityReport(True), (640, 240), 12.0, told)


@dataclass
class Teacher:
    """Reads in each photo what `script` has for it; `on_read` is called before each reading."""

    script: dict[str, Reading | Exception] = field(default_factory=dict)
    on_read: Callable[[int], None] = lambda count: None
    read: list[str] = field(default_factory=list)

    def read_file(self, path: Path) -> Reading:
        self.on_read(len(self.read))
        self.read.append(path.name)
        answer = self.script[path.name]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def teach(self, photo: Photo, reading: Reading | Exception) -> Photo:
        self.script[storage.original_path(photo.sha256).name] = reading
        return photo


@dataclass
class Classroom:
    """A workshop in which people have labeled enough for a threshold, and a teacher that has read nothing."""

    workshop: Workshop
    teacher: Teacher = field(default_factory=Teacher)
    seed: int = 500

    def label(
        self, count: int = PEOPLE_LABELED, *, wrong: int = 0, confidence: float = 0.95
    ) -> DatasetSnapshot:
        """People read so many validation photos; the teacher reads `wrong` of them as something else."""
        vins = find_vins("validation", 2 * count)
        for place, vin in enumerate(vins[:count]):
            read = vins[count + place] if place < wrong else vin
            self.teacher.teach(self.workshop.accept(place, vin).photo, read_as(read, confidence))
        return freeze_snapshot(
            project=self.workshop.people.project,
            name="by people",
            by=self.workshop.people.ml_engineer,
            now=self.workshop.now,
        )

    def wait(self, reading: Reading | Exception) -> Task:
        """A photo that nobody has labeled; the teacher reads this in it."""
        self.seed += 1
        task = self.workshop.open_task(self.seed, PlainReader(vin=None))
        photos.render_photo(photo_id=task.photo_id, now=self.workshop.now)
        self.teacher.teach(task.photo, reading)
        return task

    def wait_sure(self, count: int) -> list[Task]:
        """Photos that the teacher is sure of, of vehicles that may teach."""
        return [self.wait(read_as(vin)) for vin in find_vins("train", count)]

    def request(self, **wanted: Any) -> PseudoRound:
        """With a version of its own, which has read nothing yet."""
        project = self.workshop.people.project
        teacher = wanted.pop("teacher", None) or self.workshop.register("teacher")
        return request_round(
            project=project,
            by=wanted.pop("by", self.workshop.people.ml_engineer),
            now=self.workshop.now,
            **({"target": TARGET, "teacher": teacher} | wanted),
        )

    def execute(self, pseudo_round: PseudoRound, teacher: Any = None) -> PseudoRound:
        done = execute_round(
            round_id=pseudo_round.pk,
            reader_for=lambda version: teacher or self.teacher,
            now=self.workshop.now,
        )
        assert done is not None
        return done

    def run(self, **wanted: Any) -> PseudoRound:
        return self.execute(self.request(**wanted))
