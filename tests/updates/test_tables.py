"""Tables as people bring them: spreadsheets, files, two notations of numbers, and what is none."""

from __future__ import annotations

import csv
import io

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from community.core.errors import Invalid
from community.updates.tables import MOST_ROWS, Table, first_word, loaded, parsed, written


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Month,Sent\nMay,1\nJune,2.5", [1.0, 2.5]),
        ("Month\tSent\nMay\t1,200\nJune\t3.25", [1200.0, 3.25]),
        ("Monat;Versandt\nMai;1.200\nJuni;3,25", [1200.0, 3.25]),
        ("Monat;Versandt\nMai;1.200\nJuni;1.300", [1200.0, 1300.0]),
        ("Month\tSent\nMay\t1.200\nJune\t1.5", [1.2, 1.5]),
        ("Monat\tVersandt\tQuote\nMai\t1.200\t1,5\nJuni\t1.300\t2,5", [1200.0, 1300.0]),
        ("\ufeffMonth,Sent\r\nMay,-3\r\nJune,−4\r\n\r\n", [-3.0, -4.0]),
        ('Month,Sent\nMay,"1,200"\n"June, early",7', [1200.0, 7.0]),
        ("Month\tSent\nMay\t12 %\nJune\t€ 3", [12.0, 3.0]),
        ("Month\tSent\nMay\t\nJune\tn/a", [None, None]),
        ("Month,Sent\nMay,1 200\nJune,1\u202f300", [1200.0, 1300.0]),
    ],
)
def test_numbers_are_read_as_they_are_written(app: Flask, text: str, numbers: list[float | None]) -> None:
    with app.test_request_context():
        table = parsed(text)
    assert [row[1] for row in table.rows] == numbers
    assert table.rows[0][0] in {"May", "Mai"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "row of names"),
        ("Month", "row of names"),
        ("Month,Sent", "row of names"),
        ("Month\nMay", "row of names"),
        ("Month,Sent\nMay,1,2", "Row 2 has 3 cells"),
        ("Month,,x\nMay,1,2", "name of its own"),
        ("Month,Sent,Sent\nMay,1,2", "name of its own"),
        ("Month,Sent\n" + "May,1\n" * (MOST_ROWS + 1), "at most"),
        (",".join(f"c{n}" for n in range(20)) + "\n" + ",".join("1" * 20), "at most"),
        ("Month,Sent\n" + "x" * 81 + ",1", "longer than"),
        ("Month,Sent\nMay\x00,1", "cannot be stored"),
        ('Month,Sent\n"May,1', "Row 2 has"),
        ("Month,Sent\nMay," + "9" * 70_000, "too long"),
    ],
)
def test_what_is_no_table_is_refused_with_its_place(app: Flask, text: str, told: str) -> None:
    with app.test_request_context(), pytest.raises(Invalid) as refused:
        parsed(text)
    assert told in refused.value.fields["data"]


def test_the_first_word_among_numbers_is_named(app: Flask) -> None:
    with app.test_request_context():
        assert first_word("Week\tCells\n1\t99,5\n2\tlow") == "Row 3, “Cells”: “low” is no number."
        assert first_word("Week\tCells\n1\t99,5") == ""
    assert not parsed("Week,Cells\n1,low").is_numeric
    assert parsed("Week,Cells\n1,low").rows == (("1", "low"),)


def test_a_file_opens_no_formula() -> None:
    table = Table(("=cmd", "+n"), (("=1+1", 2.0), ("@x", None), ("-5", -5.0)))
    rows = list(csv.reader(io.StringIO(table.as_csv())))
    assert rows == [["'=cmd", "'+n"], ["'=1+1", "2"], ["'@x", ""], ["-5", "-5"]]


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(categories=["Ll", "Lu"]), min_size=1, max_size=12),
            st.none() | st.integers(-(10**9), 10**9).map(lambda n: n / 100),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_what_is_taken_along_is_read_again_as_the_same(rows: list[tuple[str, float | None]]) -> None:
    table = Table(("Name", "Value"), tuple(rows))
    assert parsed(table.as_csv()) == table
    assert loaded(table.stored()) == table


@given(st.integers(-(10**12), 10**12).map(lambda n: n / 1000))
def test_a_number_is_written_without_an_exponent(number: float) -> None:
    assert "e" not in written(number)
    assert float(written(number)) == pytest.approx(number, abs=1e-9)


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    try:
        table = parsed(text)
    except Invalid:
        return
    assert len({len(row) for row in table.rows} | {len(table.columns)}) == 1
