"""What would become of one row of an import, found out without changing anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from labeling import imaging
from labeling.errors import DomainError
from labeling.formats.records import BadRow, LabeledPhoto, Row, align_characters, show, stem_of
from labeling.models import Annotation, Photo, PhotoKind, Project, Task
from labeling.models.photo import OF_PEOPLE
from labeling.operations.inputs import clean_characters, clean_file_name, clean_region, clean_text
from labeling.operations.packages import Package
from labeling.operations.placements import Places, merge_places
from labeling.states import TaskState

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Action(StrEnum):
    """What a row does to the project."""

    NEW_PHOTO = "new_photo"
    NEW_PHOTO_WITHOUT_LABEL = "new_photo_without_label"
    LABEL = "label"
    PLACE = "place"
    KIND = "kind"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Plan:
    """One row that can be loaded: onto `photo`, or with a new one from `image` in the package."""

    place: str
    name: str
    action: Action
    vin: str
    kind: str
    places: Places
    photo: Photo | None = None
    image: str = ""
    checked: imaging.CheckedPhoto | None = None

    @property
    def sha256(self) -> str:
        return self.photo.sha256 if self.photo else self.checked.sha256 if self.checked else ""


@dataclass(frozen=True, slots=True)
class _Target:
    """The photo that a row means: one of the project, or an image of the package that is none yet."""

    name: str
    width: int
    height: int
    sha256: str
    photo: Photo | None = None
    image: str = ""
    checked: imaging.CheckedPhoto | None = None


@dataclass
class Planner:
    """Finds the photo that each row means, and holds the row to the rules of the project."""

    project: Project
    package: Package
    _targets: dict[str, _Target | str] = field(default_factory=dict)
    _taken: dict[str, str] = field(default_factory=dict)

    def size_of(self, name: str) -> tuple[int, int] | None:
        """Width and height of the photo of this name, upright; None where there is none."""
        try:
            target = self._find(name)
        except BadRow:
            return None
        return target.width, target.height

    def plan(self, row: Row) -> Plan:
        """Raises BadRow."""
        label, target = row.label, self._find(row.label.file)
        if (earlier := self._taken.get(target.sha256)) is not None:
            raise BadRow(f"This photo has a row before this one, {earlier}. Keep one of them.")
        places = _clean(label, target)
        kind = _clean_kind(label.kind)
        plan = Plan(
            place=row.place,
            name=target.name,
            action=_choose_action(label, kind, places, target),
            vin=label.vin,
            kind=kind,
            places=places,
            photo=target.photo,
            image=target.image,
            checked=target.checked,
        )
        self._taken[target.sha256] = row.place
        return plan

    def _find(self, name: str) -> _Target:
        """The same answer, or the same refusal, however often it is asked for. Raises BadRow."""
        if name not in self._targets:
            try:
                self._targets[name] = self._look(name)
            except BadRow as error:
                self._targets[name] = str(error)
        found = self._targets[name]
        if isinstance(found, str):
            raise BadRow(found)
        return found

    def _look(self, name: str) -> _Target:
        """By the hash in its name, by the image in the package, by its name in the project."""
        photos = Photo.objects.filter(project=self.project).select_related("task")
        if _SHA256.fullmatch(stem_of(name)) and (photo := photos.filter(sha256=stem_of(name)).first()):
            return _aim_at(photo)
        path = self.package.find_image(name)
        if path is not None:
            checked = _check_image(self.package.read_image, path)
            known = photos.filter(sha256=checked.sha256).first()
            if known:
                return _aim_at(known)
            called = clean_file_name(self.package.names.get(checked.sha256, path))
            return _Target(called, checked.width, checked.height, checked.sha256, None, path, checked)
        named = list(photos.filter(name=clean_file_name(name))[:2])
        if len(named) == 2:
            raise BadRow(
                f"The project has several photos called {show(name)}. Put the image into the package."
            )
        if not named:
            raise BadRow(
                f"There is no image {show(name)} in the file, and no such photo in the project. Add the "
                "image, or upload it first."
            )
        return _aim_at(named[0])


def _aim_at(photo: Photo) -> _Target:
    return _Target(photo.name, photo.width, photo.height, photo.sha256, photo)


def _check_image(read: Callable[[str], bytes], path: str) -> imaging.CheckedPhoto:
    try:
        return imaging.check_photo(read(path))
    except DomainError as error:
        raise BadRow(f"The image {show(path)} cannot be read: {error.message}") from error


def _choose_action(label: LabeledPhoto, kind: str, places: Places, target: _Target) -> Action:
    """What people have written is never written over. Raises BadRow."""
    photo = target.photo
    if photo is None:
        return Action.NEW_PHOTO if label.vin else Action.NEW_PHOTO_WITHOUT_LABEL
    task = Task.objects.filter(photo=photo).first()
    if not label.vin or (photo.vin_source in OF_PEOPLE and photo.vin == label.vin):
        if label.vin and task is not None and _adds_places(task, places):
            return Action.PLACE
        return Action.KIND if kind and kind != photo.kind else Action.KNOWN
    if task is not None and (task.state != TaskState.NEW or task.revision):
        raise BadRow(_say_why_it_stays(task, photo))
    return Action.LABEL


def _adds_places(task: Task, places: Places) -> bool:
    """Whether the row tells where the characters are of a label that stands. Raises BadRow."""
    label = Annotation.objects.filter(task=task, revision=task.revision).first()
    if label is None or merge_places(label, places) is None:
        return False
    if task.state != TaskState.ACCEPTED:
        raise BadRow(
            "This label waits for its review. Import its boxes again once it is accepted, or remove the row."
        )
    return True


def _say_why_it_stays(task: Task, photo: Photo) -> str:
    read = f", as {photo.vin}" if photo.vin else ""
    if task.state == TaskState.AUTO_ACCEPTED:
        return (
            f"A round has labeled this photo already{read}. Remove the row or, if it knows better, put the "
            "photo back into the queue first."
        )
    if task.state == TaskState.ACCEPTED:
        return (
            f"This photo has an accepted label{read}, which stays. Remove the row or, if it knows better, "
            "send the label back to review from a snapshot that holds it, and correct it there."
        )
    return (
        f"People have worked on this photo already{read}, and their work stays. Remove the row, or correct "
        "the photo in the editor."
    )


def _clean(label: LabeledPhoto, target: _Target) -> Places:
    """Region and characters as annotations have them. Raises BadRow."""
    if not label.vin:
        return Places(None, [])
    symbols = [character.symbol for character in label.characters]
    boxes = [
        {"index": index, "symbol": character.symbol, "quad": [list(corner) for corner in character.quad]}
        for index, character in zip(align_characters(label.vin, symbols), label.characters, strict=True)
    ]
    region = None if label.region is None else [list(corner) for corner in label.region]
    size = {"width": target.width, "height": target.height}
    try:
        text = clean_text(label.vin)
        return Places(clean_region(region, **size), clean_characters(boxes, text=text, **size))
    except DomainError as error:
        raise BadRow(f"{error.message} The photo has {target.width} x {target.height} pixels.") from error


def _clean_kind(kind: str) -> str:
    """Raises BadRow."""
    if kind not in set(PhotoKind):
        listed = ", ".join(known.value for known in PhotoKind if known.value)
        raise BadRow(f"{show(kind)} is no kind of photo: {listed}, or nothing.")
    return kind
