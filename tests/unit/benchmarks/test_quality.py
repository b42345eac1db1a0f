from benchmarks.quality import Outcome, describe, format_table
from inference.types import QualityIssue, QualityReport, Reading


def outcome(cause, advised, *others, refused=True) -> Outcome:
    mentioned = (advised, *others) if advised else ()
    return Outcome(cause, refused, advised, mentioned)


def test_advice_that_leads_to_a_readable_photo_is_right() -> None:
    assert outcome("glare", "glare").is_advised_right
    assert outcome("too_small", "no_vin").is_advised_right
    assert not outcome("glare", "no_vin").is_advised_right
    assert not outcome("glare", "glare", refused=False).is_advised_right
    assert not outcome(None, "no_vin").is_advised_right


def test_the_table_counts_each_cause() -> None:
    table = format_table(
        [
            outcome("blurred", "blurred"),
            outcome("blurred", "glare", "blurred"),
            outcome("blurred", None, refused=False),
            outcome(None, None, refused=False),
            outcome(None, "no_vin"),
        ]
    )
    rows = {line.split()[0]: line for line in table.splitlines()}
    assert " 66.7%" in rows["blurred"]
    assert " 33.3%" in rows["blurred"]
    assert rows["blurred"].endswith("blurred 1, glare 1")
    assert " 50.0%" in rows["readable"]
    assert rows["unreadable"].split()[1] == "3"


def test_a_photo_without_a_vin_counts_as_refused() -> None:
    report = QualityReport(False, (QualityIssue("glare", "tilt"), QualityIssue("blurred", "hold still")))
    reading = Reading(None, 0.0, None, (), report, (10, 10), 1.0)
    assert describe("glare", reading) == Outcome("glare", True, "glare", ("glare", "blurred"))
