"""Wrong arguments are refused with a reason; right ones need no more than they say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from analytics.demo import DemoArgumentError, DemoError, DemoWriteError, generate
from analytics.errors import AnalyticsError, InputError

EARLY = date(2024, 3, 2)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"n_customers": 99}, "99 customers are too few"),
        ({"n_customers": 0}, "0 customers are too few"),
        ({"until": date(2024, 3, 1)}, "2024-03-01 is too early"),
        ({"until": date(2023, 1, 1)}, "2023-01-01 is too early"),
        ({"seed": -1}, "-1 is negative"),
    ],
)
def test_an_argument_out_of_range_is_refused(
    tmp_path: Path, arguments: dict[str, object], said: str
) -> None:
    with pytest.raises(DemoArgumentError, match=said) as caught:
        generate(out=tmp_path / "new", **arguments)
    assert caught.value.hint
    assert not (tmp_path / "new").exists()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    file = tmp_path / "taken"
    file.write_text("mine")
    with pytest.raises(DemoArgumentError, match="is a file"):
        generate(out=file, n_customers=100, until=EARLY)
    assert file.read_text() == "mine"


def test_a_folder_below_a_file_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(DemoWriteError, match="cannot be made"):
        generate(out=tmp_path / "taken" / "demo", n_customers=100, until=EARLY)


def test_a_table_that_cannot_be_written_says_which(tmp_path: Path) -> None:
    (tmp_path / "products.parquet").mkdir()
    with pytest.raises(DemoWriteError, match=r"products\.parquet cannot be written"):
        generate(out=tmp_path, n_customers=100, until=EARLY)


def test_errors_belong_to_analytics_and_have_stable_codes() -> None:
    assert issubclass(DemoError, AnalyticsError)
    assert issubclass(DemoArgumentError, (DemoError, InputError))
    assert DemoError.code == "demo_failed"
    assert DemoArgumentError.code == "demo_argument_invalid"
    assert DemoWriteError.code == "demo_not_written"


@pytest.mark.parametrize("until", [EARLY, date(2024, 11, 30), date(2027, 2, 10)])
def test_the_smallest_demo_works_at_any_end(tmp_path: Path, until: date) -> None:
    told: list[str] = []
    summary = generate(
        out=tmp_path / "deep" / "down", n_customers=100, until=until, progress=told.append
    )
    assert summary.rows["customers"] == 100
    assert summary.path == tmp_path / "deep" / "down"
    assert summary.seconds_s > 0
    assert "Writing tickets" in told
    assert sorted(file.suffix for file in summary.path.iterdir())[:2] == [".json", ".parquet"]
