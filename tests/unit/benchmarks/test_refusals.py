from benchmarks.refusals import Judgement, format_table
from inference.types import Candidate, QualityReport, Reading, Stages

VIN = "1M8GDM9AXKP042788"


def reading(vin: str | None, *candidates: str) -> Reading:
    stages = Stages(candidates=tuple(Candidate(text, 0.5) for text in candidates))
    return Reading(vin, 0.5, None, (), QualityReport(vin is not None), (10, 10), 1.0, stages)


def test_a_refused_photo_counts_as_read_right_by_its_likeliest_candidate() -> None:
    assert Judgement.of(reading(VIN, VIN), VIN) == Judgement(is_refused=False, is_right=True)
    assert Judgement.of(reading(None, VIN, "other"), VIN) == Judgement(is_refused=True, is_right=True)
    assert Judgement.of(reading(None, "other", VIN), VIN) == Judgement(is_refused=True, is_right=False)
    assert Judgement.of(reading(None), VIN) == Judgement(is_refused=True, is_right=False)


def test_the_table_keeps_apart_what_was_read_right() -> None:
    judgements = [Judgement(True, True), Judgement(False, True), Judgement(True, False)]
    rows = dict(line.split("  ", 1) for line in format_table(judgements).splitlines())
    assert rows["all"].split()[:4] == ["2", "of", "3", "refused,"]
    assert rows["read right"].split()[:4] == ["1", "of", "2", "refused,"]
    assert rows["misread"].split()[:4] == ["1", "of", "1", "refused,"]
