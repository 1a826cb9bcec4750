"""Filters for the present and for times around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from engine.domain.templates.dotnet.date_formats import ROUND_TRIP, format_date
from engine.domain.templates.dotnet.date_reading import read_date
from engine.domain.templates.dotnet.moments import Moment, local_moment, utc_moment
from engine.domain.templates.dotnet.number_formats import BadFormat
from engine.domain.templates.dotnet.number_texts import parse_double
from engine.domain.templates.filters.setting import Filter, Setting, with_options


def _now(moment_at: Callable[[datetime], Moment]) -> Filter:
    def apply(value: str | None, options: Sequence[str], setting: Setting) -> str | None:
        if value is not None or len(options) > 1 or setting.now is None:
            return None
        try:
            return format_date(moment_at(setting.now), options[0] if options else ROUND_TRIP)
        except (BadFormat, OverflowError):
            return None

    return apply


def _adding(unit: str) -> Filter:
    def change(text: str, options: Sequence[str]) -> str | None:
        moment = read_date(text, keeps_offset=True)
        amount = parse_double(options[0])
        if moment is None or amount is None:
            return None
        try:
            return format_date(moment.add(timedelta(**{unit: amount})), ROUND_TRIP)
        except (OverflowError, ValueError):
            return None

    return with_options(change, 1, 1)


FILTERS: dict[str, Filter] = {
    "nowdate": _now(local_moment),
    "nowdateutc": _now(utc_moment),
    "addhours": _adding("hours"),
    "adddays": _adding("days"),
}
