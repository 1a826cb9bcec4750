"""Numbers and dates by .NET's format strings, invariant culture."""

from __future__ import annotations

import pytest

from engine.domain.templates import evaluate


def formatted(value: str, options: str) -> str | None:
    """What `Format` makes of it; None when it is echoed."""
    found = evaluate(f"#{{X | Format {options}}}", {"X": value})
    assert found.error is None
    return None if found.unresolved else found.text


@pytest.mark.parametrize(
    ("value", "options", "text"),
    [
        ("4.3", "C", "¤4.30"),
        ("1234.565", "C", "¤1,234.57"),
        ("-4.3", "C", "(¤4.30)"),
        ("4.3", "C0", "¤4"),
        ("12", "int D5", "00012"),
        ("-12", "int32 d4", "-0012"),
        ("12.5", "D5", None),
        ("12", "D5", None),
        ("12", "double D5", None),
        ("1234.5", "E", "1.234500E+003"),
        ("1234.5", "e2", "1.23e+003"),
        ("0.00012", "double E1", "1.2E-004"),
        ("0", "E2", "0.00E+000"),
        ("1234.567", "F", "1234.57"),
        ("1234.567", "F0", "1235"),
        ("2.5", "F0", "3"),
        ("-0.001", "F2", "0.00"),
        ("-0.001", "double F2", "-0.00"),
        ("2.675", "double F2", "2.67"),
        ("2.675", "F2", "2.68"),
        ("1.50", "G", "1.50"),
        ("1.50", "double G", "1.5"),
        ("1234.567", "G3", "1.23E+03"),
        ("0.00001234", "double G", "1.234E-05"),
        ("1234567.891", "N", "1,234,567.89"),
        ("-1234567.891", "N0", "-1,234,568"),
        ("0.1234", "P", "12.34 %"),
        ("-0.1234", "P1", "-12.3 %"),
        ("0.1", "double R", "0.1"),
        ("0.1", "R", None),
        ("1e20", "double R", "1E+20"),
        ("255", "int X", "FF"),
        ("255", "int x4", "00ff"),
        ("-1", "int X", "FFFFFFFF"),
        ("255", "X", None),
        ("1", "Z", None),
        ("1e3", "double F1", "1000.0"),
        ("1e3", "F1", None),
        ("1,234", "F1", "1234.0"),
        (" 5 ", "F1", "5.0"),
        ("5-", "F1", "-5.0"),
        ("NaN", "double F2", "NaN"),
        ("3000000000", "int N0", None),
        ("1.5", "int N0", None),
        ("x", "N0", None),
        ("1", "string N0", None),
        ("1", "int N0 x", None),
    ],
)
def test_standard_numbers(value: str, options: str, text: str | None) -> None:
    assert formatted(value, options) == text


@pytest.mark.parametrize(
    ("value", "pattern", "text"),
    [
        ("4.3", "00.00", "04.30"),
        ("1234567.891", "#,##0.00", "1,234,567.89"),
        ("1234567", "#,#", "1,234,567"),
        ("1234567", "0,0", "1,234,567"),
        ("12", "0,000", "0,012"),
        ("1234567", "0,", "1235"),
        ("1234567890", "0,,.0", "1234.6"),
        ("0.1234", "0.0%", "12.3%"),
        ("0.1234", "0‰", "123‰"),
        ("0", "#.##", ""),
        ("0.5", "#.##", ".5"),
        ("1.50", "0.##", "1.5"),
        ("-1.5", "0.0", "-1.5"),
        ("-1.5", "0.0;(0.0)", "(1.5)"),
        ("0", "0.0;(0.0);zero", "zero"),
        ("0.01", "0.0;(0.0);zero", "zero"),
        ("-0.01", "0.0", "0.0"),
        ("5", "0.0;;zero", "5.0"),
        ("-5", "0.0;;zero", "-5.0"),
        ("42", "'#'0", "#42"),
        ("42", "\\#0", "#42"),
        ("42", "0 items", "42 items"),
        ("5551234", "000-0000", "555-1234"),
        ("12345", "0.00E+00", "1.23E+04"),
        ("12345", "0.0e0", "1.2e4"),
        ("0.00012", "0.#E+0", "1.2E-4"),
        ("2.5", "0", "3"),
        ("-2.5", "0", "-3"),
        ("123", "abc", "abc"),
        ("123.45", "0.", "123"),
    ],
)
def test_custom_numbers(value: str, pattern: str, text: str) -> None:
    assert evaluate("#{X | Format #{F}}", {"X": value, "F": pattern}).text == text


def test_a_quoted_pattern_may_have_hashes() -> None:
    assert formatted("1234.5", '"#,##0.00"') == "1,234.50"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ("date d", "05/02/2030"),
        ("date D", "Thursday, 02 May 2030"),
        ("date f", "Thursday, 02 May 2030 09:05"),
        ("date F", "Thursday, 02 May 2030 09:05:07"),
        ("date g", "05/02/2030 09:05"),
        ("date G", "05/02/2030 09:05:07"),
        ("date m", "May 02"),
        ("date o", "2030-05-02T09:05:07.1234567"),
        ("date r", "Thu, 02 May 2030 09:05:07 GMT"),
        ("date s", "2030-05-02T09:05:07"),
        ("date t", "09:05"),
        ("date T", "09:05:07"),
        ("date u", "2030-05-02 09:05:07Z"),
        ("date U", "Thursday, 02 May 2030 09:05:07"),
        ("date y", "2030 May"),
        ("datetimeoffset U", None),
        ("date q", None),
        ("yyyy", "2030"),
        ("yy", "30"),
        ('"%y"', "30"),
        ('"%d"', "2"),
        ('"d M"', "2 5"),
        ('"dd MM"', "02 05"),
        ('"ddd MMM"', "Thu May"),
        ('"dddd MMMM"', "Thursday May"),
        ('"h:m:s t"', "9:5:7 A"),
        ('"hh:mm:ss tt"', "09:05:07 AM"),
        ('"HH H"', "09 9"),
        ('"s.f s.ff s.fff s.fffffff"', "7.1 7.12 7.123 7.1234567"),
        ('"s.FFF"', "7.123"),
        ('"gg"', "A.D."),
        ('"zzz zz z"', "+00:00 +00 +0"),
        ('"yyyy-MM-ddTHH:mm:ss.fffK"', "2030-05-02T09:05:07.123+00:00"),
        ("date yyyyK", "2030"),
        ("\"yyyy'y'MM\\d\"", "2030y05d"),
        ('"yyyyy yyy"', "02030 2030"),
        ('"ffffffff"', None),
        ('"\'open"', None),
    ],
)
def test_dates(options: str, text: str | None) -> None:
    assert formatted("2030-05-02T09:05:07.1234567", options) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2030-05-02", "2030-05-02T00:00:00.0000000+00:00"),
        ("2030/05/02 09:05:00", "2030-05-02T09:05:00.0000000+00:00"),
        ("05/02/2030", "2030-05-02T00:00:00.0000000+00:00"),
        ("5/2/2030 9:05 PM", "2030-05-02T21:05:00.0000000+00:00"),
        ("5/2/30 12:00 am", "2030-05-02T00:00:00.0000000+00:00"),
        ("5/2/75", "1975-05-02T00:00:00.0000000+00:00"),
        ("2 May 2030", "2030-05-02T00:00:00.0000000+00:00"),
        ("02-May-2030 09:05", "2030-05-02T09:05:00.0000000+00:00"),
        ("May 2, 2030", "2030-05-02T00:00:00.0000000+00:00"),
        ("May 2030", "2030-05-01T00:00:00.0000000+00:00"),
        ("Thu, 02 May 2030 09:05:00 GMT", "2030-05-02T09:05:00.0000000+00:00"),
        ("Thursday, 02 May 2030", "2030-05-02T00:00:00.0000000+00:00"),
        ("Friday, 02 May 2030", None),
        ("2030-05-02T09:05:07.5Z", "2030-05-02T09:05:07.5000000+00:00"),
        ("2030-05-02T09:05+02:00", "2030-05-02T09:05:00.0000000+02:00"),
        ("2030-05-02 09:05 -0530", "2030-05-02T09:05:00.0000000-05:30"),
        (" 2030-05-02 ", "2030-05-02T00:00:00.0000000+00:00"),
        ("2030-13-02", None),
        ("2030-02-30", None),
        ("2030-05-02 25:00", None),
        ("soon", None),
        ("2030-05-02 later", None),
    ],
)
def test_what_is_read_as_a_date(value: str, text: str | None) -> None:
    assert formatted(value, "datetimeoffset O") == text


def test_a_datetime_is_converted_to_local_time_and_an_offset_is_kept() -> None:
    value = "2030-05-02T09:05:00+02:00"
    assert formatted(value, "datetime O") == "2030-05-02T07:05:00.0000000+00:00"
    assert formatted(value, "datetimeoffset u") == "2030-05-02 07:05:00Z"
    assert formatted(value, "HH:mm") == "09:05"
