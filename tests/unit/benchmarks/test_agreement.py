from benchmarks.agreement import draw, format_table, parse_kept
from training.boxed_photos import BoxedPhoto

PHOTOS = [BoxedPhoto(f"{number}.jpg", "", (0, 0, 9, 9)) for number in range(20)]


def test_the_same_seed_draws_the_same_photos_and_fewer_are_the_first_of_them() -> None:
    drawn = draw(PHOTOS, 5, seed=11)
    assert [photo.file for photo in drawn] == ["18.jpg", "2.jpg", "15.jpg", "9.jpg", "8.jpg"]
    assert draw(PHOTOS, 3, seed=11) == drawn[:3]
    assert draw(PHOTOS, 5, seed=5) != drawn
    assert sorted(draw(PHOTOS, 100, seed=11), key=PHOTOS.index) == PHOTOS


def test_a_kept_reading_that_a_kill_cut_off_is_asked_for_again() -> None:
    whole = '{"photo": "aa", "vin": "1M8GDM9AXKP042788"}\n{"photo": "bb", "vin": null}\n'
    known = {"aa": "1M8GDM9AXKP042788", "bb": None}
    assert dict(parse_kept(whole + '{"photo": "cc", "vi')) == known
    later = '{"photo": "cc", "vi{"photo": "dd", "vin": null}\n{"photo": "ee", "vin": null}\n'
    assert dict(parse_kept(whole + later)) == {**known, "ee": None}


def test_bundles_are_compared_photo_by_photo() -> None:
    before, after = [True] * 12 + [False] * 8, [True] * 9 + [False] * 3 + [True] * 8
    head, first, second, pair = format_table("read", {"old": before, "new": after}).splitlines()
    assert head.split() == ["read", "photos", "share", "(95", "%)"]
    assert "12 of 20  60.0%" in first
    assert "17 of 20  85.0% (64.0% to 94.8%)" in second
    assert pair == "new against old: 8 won, 3 lost; McNemar p = 0.227"


def test_no_difference_is_told_with_more_digits_than_it_deserves() -> None:
    table = format_table("read", {"old": [True] * 40, "new": [False] * 40})
    assert table.endswith("0 won, 40 lost; McNemar p < 0.001")


def test_one_bundle_alone_is_compared_with_nothing() -> None:
    assert len(format_table("found", {"only": [True, False]}).splitlines()) == 2
