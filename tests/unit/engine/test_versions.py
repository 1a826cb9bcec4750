"""Versions: their order, and those that may be meant by one that does not exist."""

from __future__ import annotations

import pytest

from engine.domain.versions import nearest, newest_first


def test_numbers_are_compared_as_numbers_and_what_comes_before_a_version_as_older() -> None:
    versions = ["1.9.0", "1.10.0", "1.10.0-rc1", "1.10.0-rc2", "2.0"]
    assert newest_first(versions) == ["2.0", "1.10.0", "1.10.0-rc2", "1.10.0-rc1", "1.9.0"]


@pytest.mark.parametrize(
    ("asked", "first"), [("1.40", "1.4.0"), ("14.0", "1.4.0"), ("1.4.O", "1.4.0"), ("v1.5.0", "1.5.0"), ("9", "7.1.0")]
)
def test_what_was_probably_meant_comes_first(asked: str, first: str) -> None:
    assert nearest(asked, ["7.1.0", "7.0.1", "1.5.0", "1.4.0"])[0] == first


def test_what_was_begun_and_not_written_to_its_end_comes_before_what_has_the_same_digits() -> None:
    many = [f"1.{number}.0" for number in range(99, 0, -1)]
    assert nearest("1.40", many)[:2] == ("1.40.0", "1.4.0")


def test_what_is_as_much_alike_but_of_another_first_number_comes_later() -> None:
    assert nearest("1.40", ["7.1.0", "7.0.1", "1.5.0", "1.4.0"]) == ("1.4.0", "1.5.0", "7.1.0")
    assert nearest("1.4", ["7.1.0", "7.0.1", "1.5.0", "1.4.0"]) == ("1.4.0", "1.5.0", "7.1.0")


def test_nothing_is_near_where_nothing_is() -> None:
    assert nearest("1.0.0", []) == ()
