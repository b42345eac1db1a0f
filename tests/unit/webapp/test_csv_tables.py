"""CSV files."""

import csv
import io

import pytest

from webapp.csv_tables import harmless, stream_csv


@pytest.mark.parametrize("text", ["=1+1", "+49", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_formula_is_marked_as_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("cell", ["1HGCM82633A004352", "a=b", "", 3, -0.5, 0])
def test_anything_else_stays(cell: object) -> None:
    assert harmless(cell) == cell


def test_a_table_is_sent_row_by_row_and_read_back() -> None:
    asked = []

    def rows():
        for number in range(3):
            asked.append(number)
            yield ["=HYPERLINK()", 'a "quote", a comma\nand a line', None, number]

    answer = stream_csv("team", ["text", "more", "nothing", "number"], rows())
    assert asked == []
    content = b"".join(answer.streaming_content).decode()
    read = list(csv.reader(io.StringIO(content)))
    assert read[0] == ["text", "more", "nothing", "number"]
    assert read[1] == ["'=HYPERLINK()", 'a "quote", a comma\nand a line', "", "0"]
    assert len(read) == 4
    assert answer["Content-Disposition"] == 'attachment; filename="team.csv"'
    assert answer["Content-Type"].startswith("text/csv")
