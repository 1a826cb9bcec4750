"""The filter `Markdown`: CommonMark with tables, strike, sub- and superscript and links from bare addresses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from engine.domain.templates.filters.setting import Filter, Setting
from engine.domain.templates.limits import Impossible

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_LONGEST = 50_000
_STEPS = 15
"""For each character."""
_ALIGNED = re.compile(r'(<t[hd] style="text-align:)(left|right|center)"')


def _markdown(value: str | None, options: Sequence[str], setting: Setting) -> str | None:
    if value is None or options:
        return None
    if len(value) > _LONGEST:
        raise Impossible(f"Markdown of more than {_LONGEST} characters is not rendered")
    setting.budget.spend(0, steps=_STEPS * len(value))
    html: str = _renderer().render(value.strip())
    return _ALIGNED.sub(r'\1 \2;"', html)


@lru_cache(maxsize=1)
def _renderer() -> MarkdownIt:
    from markdown_it import MarkdownIt

    from engine.domain.templates.filters.markdown_extras import add_extras

    return add_extras(MarkdownIt("commonmark").enable("table"))


FILTERS: dict[str, Filter] = {"markdown": _markdown, "markdowntohtml": _markdown}
