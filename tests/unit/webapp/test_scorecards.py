"""Two scorecards side by side."""

from dataclasses import replace

from inference.types import EvaluatedPhoto, Scorecard
from labeling.models import Photo
from tests.scorecards import make_card, make_photo
from webapp.scorecards import compare_scorecards


def _card(*read: str | None, cer: float = 0.1, bundle: str = "a") -> Scorecard:
    photos = tuple(
        EvaluatedPhoto(
            photo=f"{place}" * 64,
            expected="RIGHT",
            vin=vin,
            confidence=0.5,
            edits=0,
            region_iou=0.9,
            milliseconds=80,
        )
        for place, vin in enumerate(read)
    )
    exact = sum(vin == "RIGHT" for vin in read)
    return Scorecard(bundle, "june", "test", len(read), exact, cer, len(read), 0.05, 80.0, 120.0, photos)


def test_one_scorecard_alone_has_no_difference() -> None:
    comparison = compare_scorecards(
        champion=None, challenger=("v1", _card("RIGHT", None)), snapshot="june", photos={}
    )
    assert not comparison.has_two
    assert comparison.rows[0].cells == ["1 of 2, 50.0 %"]
    assert comparison.rows[0].difference == ""


def test_regions_are_counted_where_the_label_has_one() -> None:
    def find(located: int, with_region: int | None) -> str:
        card = replace(_card("RIGHT", "RIGHT", "RIGHT"), located=located, with_region=with_region)
        comparison = compare_scorecards(champion=None, challenger=("v1", card), snapshot="june", photos={})
        return comparison.rows[2].cells[0]

    assert find(2, 2) == "2 of 2, 100.0 %"
    assert find(0, 0) == "–"
    assert find(2, None) == "2 of 3, 66.7 %"


def test_refusals_are_compared_where_both_were_kept() -> None:
    def refusing(*refused: bool | None) -> Scorecard:
        card = _card("RIGHT", "RIGHT")
        photos = tuple(replace(photo, refused=each) for photo, each in zip(card.photos, refused, strict=True))
        return replace(card, photos=photos)

    def row(before: Scorecard, after: Scorecard) -> tuple[list[str], str, str]:
        pairs = {"champion": ("v1", before), "challenger": ("v2", after)}
        found = compare_scorecards(**pairs, snapshot="june", photos={}).rows[3]
        assert found.word == "Refused as unreadable"
        return found.cells, found.difference, found.tone

    cells, difference, tone = row(refusing(False, False), refusing(True, False))
    assert cells == ["0 of 2, 0.0 %", "1 of 2, 50.0 %"]
    assert (difference, tone) == ("+50.0 points worse", "worse")
    assert row(refusing(None, None), refusing(True, False)) == (["–", "1 of 2, 50.0 %"], "", "")


def test_differences_say_whether_they_are_good() -> None:
    comparison = compare_scorecards(
        champion=("v1", _card("RIGHT", "WRONG", cer=0.2)),
        challenger=("v2", _card("RIGHT", "RIGHT", cer=0.3)),
        snapshot="june",
        photos={},
    )
    exact, cer, located = comparison.rows[:3]
    assert (exact.difference, exact.tone) == ("+50.0 points better", "better")
    assert (cer.difference, cer.tone) == ("+10.0 points worse", "worse")
    assert (located.difference, located.tone) == ("same", "")


def test_photos_that_are_read_differently_stand_side_by_side_the_losses_first() -> None:
    won, lost = Photo(sha256="1" * 64), Photo(sha256="2" * 64)
    comparison = compare_scorecards(
        champion=("v1", _card("RIGHT", "WRONG", "RIGHT", "ODD", None)),
        challenger=("v2", _card("RIGHT", "RIGHT", None, "STRANGE", None)),
        snapshot="june",
        photos={photo.sha256: photo for photo in (won, lost)},
    )
    assert [(row.photo, row.rank) for row in comparison.changed] == [(lost, 0), (won, 1), (None, 2)]
    assert [side.name for side in comparison.changed[0].sides] == ["v1", "v2"]
    assert comparison.changed[0].challenger.vin == ""
    assert comparison.changed_count == 3


def test_a_side_shows_the_strip_where_the_version_found_the_vin() -> None:
    quad = ((10.0, 10.0), (110.0, 10.0), (110.0, 20.0), (10.0, 20.0))
    before, after = make_photo(1, is_right=False), replace(make_photo(1), region=quad)
    comparison = compare_scorecards(
        champion=("v1", make_card(0, 1, photos=[before])),
        challenger=("v2", make_card(1, 1, photos=[after])),
        snapshot="june",
        photos={},
    )
    (row,) = comparison.changed
    assert row.champion.strip is None
    assert row.challenger.strip is not None
    assert row.challenger.strip.view_box == "8.5 8.8 103.0 12.5"


def test_chance_is_named_where_two_are_compared() -> None:
    few = compare_scorecards(
        champion=("v1", _card("RIGHT", "WRONG")), challenger=("v2", _card("RIGHT", "RIGHT")),
        snapshot="june", photos={},
    )  # fmt: skip
    assert few.chance.startswith("1 photo is read right that was not, 0 no longer: +50.0 (")
    assert few.chance.endswith("It may be chance.")
    many = compare_scorecards(
        champion=("v1", _card(*["WRONG"] * 9)), challenger=("v2", _card(*["RIGHT"] * 9)),
        snapshot="june", photos={},
    )  # fmt: skip
    assert many.chance.endswith("p = 0.0039. Chance alone hardly makes such a difference.")


def test_kinds_stand_apart_and_one_kind_alone_needs_no_table() -> None:
    before, after = make_card(1, 2), make_card(2, 2)
    of_two = [
        replace(
            card, photos=tuple(replace(p, kind=k) for p, k in zip(card.photos, ("paper", ""), strict=True))
        )
        for card in (before, after)
    ]
    both = compare_scorecards(
        champion=("v1", of_two[0]), challenger=("v2", of_two[1]), snapshot="june", photos={}
    )
    assert [(row.kind, row.cells) for row in both.kinds] == [
        ("Not said", ["0 of 1, 0.0 %", "1 of 1, 100.0 %"]),
        ("Paper", ["1 of 1, 100.0 %", "1 of 1, 100.0 %"]),
    ]
    assert (both.kinds[0].difference, both.kinds[0].tone) == ("+100.0 (+100.0 to +100.0)", "")
    assert compare_scorecards(champion=None, challenger=("v1", before), snapshot="", photos={}).kinds == []
