"""A table that a helper reads on a telephone: what, how, and what to do."""

import pytest

from kiosk.doctor.finding import Finding, Verdict, good, note, stop, table


def test_every_line_says_how_it_is_in_a_word_and_then_what_to_do() -> None:
    text = table([good("a", "fine"), note("b", "so so", "mend it"), stop("c", "bad", "buy one")])
    assert text.splitlines() == [
        "ok    a           fine",
        "note  b           so so",
        "                  -> mend it",
        "STOP  c           bad",
        "                  -> buy one",
    ]


def test_long_words_stay_in_their_column() -> None:
    text = table([note("disk", "word " * 40, "cure " * 40)]).splitlines()
    assert max(map(len, text)) <= 100
    assert all(line.startswith(" " * 18) for line in text[1:])


@pytest.mark.parametrize("verdict", [Verdict.NOTE, Verdict.STOP])
def test_no_line_is_bad_without_a_cure(verdict: Verdict) -> None:
    with pytest.raises(ValueError, match="without its cure"):
        Finding("disk", verdict, "broken")
