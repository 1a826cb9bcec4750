"""Patterns that choose files by their path: `*`, `**`, `?`, `[abc]`, `{a,b}`. Pure: it looks at names, not at a disk.

`*` and `?` stay within one part of a path, `**` stands for any number of folders; hidden files are files like others.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Sequence

LONGEST = 300
"""Characters of a pattern."""

_MOST_CHOICES = 64
_WILD = re.compile(r"[*?]|\[(?P<negated>!?)(?P<listed>\]?[^\]/]+)\]")
_RANGE = re.compile("(.)-(.)")
_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")


def select(pattern: str, paths: Iterable[str]) -> tuple[str, ...]:
    """Those of the paths (relative, `/` between their parts) that the pattern matches, in their order."""
    wanted = [tuple(part for part in choice.split("/") if part != ".") for choice in _choices(_tidy(pattern))]
    return tuple(path for path in paths if any(_matches(parts, path.split("/")) for parts in wanted))


def expression(patterns: Iterable[str]) -> str:
    """The patterns as one extended regular expression (POSIX) of whole paths, for a machine that has no such patterns;
    empty when there are none.
    """
    choices = (choice for pattern in patterns for choice in _choices(_tidy(pattern)))
    return "|".join(_as_expression([part for part in choice.split("/") if part != "."]) for choice in choices)


def _as_expression(parts: Sequence[str]) -> str:
    """`**` takes the slash behind it along, or before it where it is the last."""
    written = ""
    for index, part in enumerate(parts):
        is_last = index == len(parts) - 1
        if part == "**":
            written = f"{written.removesuffix('/')}(/.*)?" if is_last and index else f"{written}(.*/)?"
            if is_last and not index:
                written = ".*"
        else:
            written += _part_as_expression(part) + ("" if is_last else "/")
    return written


def _part_as_expression(part: str) -> str:
    written, at = "", 0
    while at < len(part):
        kind = _WILD.match(part, at)
        if kind is None:
            written += re.escape(part[at]) if part[at].isascii() else part[at]
            at += 1
            continue
        at = kind.end()
        negated, listed = kind["negated"], kind["listed"]
        written += {"*": "[^/]*", "?": "[^/]"}.get(kind[0]) or f"[{'^' if negated else ''}{listed}]"
    return written


def flaw_of(pattern: str) -> str:
    """Why this cannot be a pattern, as a sentence; empty when it can."""
    tidy = _tidy(pattern)
    if not tidy.strip("/ "):
        return "The pattern is blank."
    if len(pattern) > LONGEST:
        return f"The pattern is longer than {LONGEST} characters."
    if tidy.startswith(("/", "~")) or ".." in tidy.split("/"):
        return "The pattern would lead out of the folder."
    if any(first > last for listed in _WILD.finditer(tidy) for first, last in _RANGE.findall(listed["listed"] or "")):
        return "A range in the pattern counts down, as [z-a] would."
    return ""


def _tidy(pattern: str) -> str:
    return pattern.strip().replace("\\", "/")  # as written for Windows


def _choices(pattern: str) -> list[str]:
    """The pattern once for each choice in its braces; what are more choices than bearable stays as it is written."""
    done: list[str] = []
    waiting = [pattern]
    while waiting and len(done) + len(waiting) <= _MOST_CHOICES:
        current = waiting.pop()
        if match := _BRACES.search(current):
            waiting += [current[: match.start()] + choice + current[match.end() :] for choice in match[1].split(",")]
        else:
            done.append(current)
    return done + waiting


def _matches(wanted: Sequence[str], parts: Sequence[str]) -> bool:
    """Match part by part; `reached` holds how many parts of the pattern may be used up, so nothing is tried twice."""
    reached = _past_folders({0}, wanted)
    for part in parts:
        reached = _past_folders(
            {
                at if wanted[at] == "**" else at + 1
                for at in reached
                if at < len(wanted) and (wanted[at] == "**" or _is_part(wanted[at], part))
            },
            wanted,
        )
    return len(wanted) in reached


def _past_folders(reached: set[int], wanted: Sequence[str]) -> set[int]:
    """`**` may also stand for nothing."""
    for at in sorted(reached):
        while at < len(wanted) and wanted[at] == "**":
            at += 1  # noqa: PLW2901
            reached.add(at)
    return reached


def _is_part(pattern: str, part: str) -> bool:
    return fnmatch.fnmatchcase(part, pattern)  # it keeps what it compiled, and does not go back and forth
