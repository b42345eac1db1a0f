"""VINs of photos that nobody has read, where readers that learned apart from each other agree.

Pseudo-labels (Lee 2013) by the idea of co-training (Blum and Mitchell 1998, doi 10.1145/279943.279962): what
two readers see alike teaches both, so long as they do not make the same mistakes. How often they agree on
what is wrong is measured on the labelled photos of the train part. Photos that may be ones that only
measure are left out.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from inference.decoding import decode_image
from inference.geometry import turn_quad
from inference.labels import path_beside
from inference.metrics import count_edits
from inference.rectifier import STRAIGHT, apply_view, rectify
from inference.search import SECOND_VIEWS, most_probable, score
from inference.splits import part_of
from inference.types import Image, LineEvidence, Quad, Region
from inference.vin import expects_check_digit, has_valid_check_digit
from training.boxed_lines import Reader, open_networks, propose_quads
from training.boxed_photos import BoxedPhoto, list_boxed_photos
from training.held_out import Guard
from training.published_reader import PublishedReader

VIEWS = (STRAIGHT, *SECOND_VIEWS)
LEAST_VOTES = 7
"""Views of each reader, of nine. With three, the check digit was wrong in 5 of 102 readings that have to have
a right one; with seven, in none of 72.
"""
LEAST_CHECKED_VOTES = 3
"""Views of all readers where the check digit is right that has to be."""
MOST_APART = 5
"""Readers whose straight views differ in more characters agree in no other."""
_INSPECTED = 4


@dataclass(frozen=True, slots=True)
class Vote:
    """The outcome for one photo: `vin` and the `quad` of its line are None where there was no agreement."""

    photo: BoxedPhoto
    vin: str | None = None
    quad: Quad | None = None


def elect(ballots: Sequence[Sequence[str]]) -> str | None:
    """The text that the readers agree on, of what each read in each view; None where they do not.

    Each must have read it in LEAST_VOTES views. Where the maker's country demands a check digit, it must be
    right, and then LEAST_CHECKED_VOTES in all, one of each reader among them, are enough.
    """
    counts = Counter(text for ballot in ballots for text in ballot).most_common()
    shared = [(text, votes) for text, votes in counts if _fewest(ballots, text) > 0]
    for text, votes in shared:
        if expects_check_digit(text):
            if has_valid_check_digit(text) and votes >= LEAST_CHECKED_VOTES:
                return text
        elif _fewest(ballots, text) >= LEAST_VOTES:
            return text
    return None


def _fewest(ballots: Sequence[Sequence[str]], text: str) -> int:
    return min(list(ballot).count(text) for ballot in ballots)


def read_line(
    image: Image, quads: Sequence[Quad], readers: Sequence[Reader]
) -> tuple[Quad, list[list[str]]] | None:
    """The likeliest of the quads, and what each reader reads there in each of VIEWS.

    The first reader looks at all quads both ways up, the others at those that it likes best. None where there
    is no quad, or the readers are far from agreeing.
    """
    first, *others = readers
    ways = [way for quad in quads for way in (quad, turn_quad(quad))]
    looks = sorted(zip(ways, _read(image, ways, first), strict=True), key=lambda look: -_score(*look))
    inspected = [way for way, _ in looks[:_INSPECTED]]
    columns = [[evidence for _, evidence in looks[:_INSPECTED]]]
    columns += [_read(image, inspected, reader) for reader in others]
    rows = list(zip(*columns, strict=True))
    if not any(_spread([most_probable(evidence) for evidence in row]) <= MOST_APART for row in rows):
        return None
    scores = [
        _score(way, row[0]) + sum(evidence.log_probability for evidence in row[1:])
        for way, row in zip(inspected, rows, strict=True)
    ]
    best = inspected[scores.index(max(scores))]
    views = [apply_view(best, view) for view in VIEWS]
    return best, [[most_probable(evidence) for evidence in _read(image, views, reader)] for reader in readers]


def _read(image: Image, quads: Sequence[Quad], reader: Reader) -> list[LineEvidence]:
    return reader([rectify(image, Region(quad, 1.0)) for quad in quads])


def _score(quad: Quad, evidence: LineEvidence) -> float:
    return score(Region(quad, 1.0), evidence)


def _spread(texts: Sequence[str]) -> int:
    return max(count_edits(one, other) for one in texts for other in texts)


def collect_votes(csv_path: Path, *, bundle: Path, published: Path) -> Iterator[Vote]:
    """One for each photo of the train part that has a box, whether anybody has read it or not.

    The readers are the sequence recognizer of a bundle, which must not have learned from the published one,
    and the published one in that file. Raises labels.InvalidLabels, bundle.InvalidBundle,
    sessions.InvalidNetwork, OSError.
    """
    find = path_beside(csv_path)
    detector, recognizer = open_networks(bundle)
    readers = (recognizer.weigh, PublishedReader(published).weigh)
    for photo in list_boxed_photos(csv_path, part="train"):
        image = decode_image(find(photo.file).read_bytes())
        found = read_line(image, propose_quads(detector, image, photo.box), readers)
        yield Vote(photo, elect(found[1]), found[0]) if found else Vote(photo)


@dataclass(frozen=True, slots=True)
class Tally:
    """Of `labelled` photos the readers agreed on `known`, and were `right` on so many. Of `unread` ones they
    agreed on `agreed`, and `accepted` are left where those are taken out that may only measure.
    """

    labelled: int
    known: int
    right: int
    unread: int
    agreed: int
    accepted: int


def write_votes(csv_path: Path, *, bundle: Path, published: Path, out: Path) -> Tally:
    """Writes what the readers agree on as a CSV like the given one, for its unread photos; see collect_votes.

    `out` names the photos as the given CSV does, and `box` is a quad.
    """
    guard = _load_guard(csv_path)
    votes = list(collect_votes(csv_path, bundle=bundle, published=published))
    known = [vote for vote in votes if vote.photo.vin]
    unread = [vote for vote in votes if not vote.photo.vin]
    find = path_beside(csv_path)
    accepted = [vote for vote in unread if vote.vin and _may_teach(vote, guard, find(vote.photo.file))]
    with out.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow(("file", "vin", "box", "kind", "conf", "source"))
        writer.writerows((v.photo.file, v.vin, _encode_quad(v.quad), "", "medium", "votes") for v in accepted)
    return Tally(
        labelled=len(known),
        known=sum(vote.vin is not None for vote in known),
        right=sum(vote.vin == vote.photo.vin for vote in known),
        unread=len(unread),
        agreed=sum(vote.vin is not None for vote in unread),
        accepted=len(accepted),
    )


def _load_guard(csv_path: Path) -> Guard:
    find = path_beside(csv_path)
    known = [photo for photo in list_boxed_photos(csv_path, part="held_out") if photo.vin]
    return Guard.against([(photo.vin, decode_image(find(photo.file).read_bytes())) for photo in known])


def _may_teach(vote: Vote, guard: Guard, path: Path) -> bool:
    if vote.vin is None or part_of(vote.vin) == "held_out" or guard.shields_vin(vote.vin):
        return False
    return not guard.shields_photo(decode_image(path.read_bytes()))


def _encode_quad(quad: Quad | None) -> str:
    return ",".join(f"{number:.2f}" for point in quad or () for number in point)
