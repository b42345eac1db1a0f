from benchmarks.read import Photo, Run, format_table


def test_the_table_has_a_row_for_each_group_and_engine() -> None:
    photos = [
        Photo("a", "VIN1", "own, paper"),
        Photo("b", "VIN2", "own, metal"),
        Photo("c", "VIN3", "synthetic"),
    ]
    times = {"a": 10.0, "b": 30.0, "c": 20.0}
    busy = {"a": 7.0, "b": 9.0, "c": 8.0}
    ours = Run("ours", {"a": "VIN1", "b": None, "c": "VIN3"}, times, busy, 300.0)
    peer = Run("peer", {"a": "VIN2", "b": "VIN2", "c": "VIN3"}, times, busy, 900.0)
    header, *rows, memory = format_table(photos, [ours, peer]).splitlines()
    assert header.split()[-6:] == ["p95", "ms", "busy", "ms", "p95", "busy"]
    assert [row[:26].strip() for row in rows[::2]] == ["own, all", "own, metal", "own, paper", "synthetic"]
    assert " 50.0% (" in rows[0]
    assert rows[0].split()[-4:] == ["10", "30", "7", "9"]
    assert " 0.0% (" in rows[2]
    assert memory == "greatest memory: ours 300 MiB, peer 900 MiB"
