"""In which forms a secret may show in a log: itself, its lines, and what common encodings make of it.

Which of them hide too much is decided here too: nothing under four characters, no blank or decorative text.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

from workers.plain_text import plain

SHORTEST = 4  # shorter values would hide too much of the log (Octopus has the same limit)
_SHORTEST_WORD = 8  # a line of a secret that is merely a word ("true", "users:") is not secret by itself
_SHORTEST_INSIDE = 6  # bytes; shorter values are looked for only at the beginning of a base64 text

SHORTEST_WRAPPED = 16  # characters of base64; half of it is telling
HEAD = 4  # so many characters of base64 stand before a line end at least, if it is in the middle of a secret

_URL_SAFE = {ord("+"): "-", ord("/"): "_"}
_LINE_END = re.compile(r"\r\n|\r|\n")
_MERE_WORD = re.compile(r"\W*[^\W\d_]+\W*")
_WORD_CHARACTER = re.compile(r"\w")
_SHELL_SPECIAL = re.compile(r"([^\w@%+=:,./-])")
_DOUBLE_QUOTE_SPECIAL = re.compile(r'([$`"\\])')


def forms(secret: str) -> set[str]:
    """All texts to look for; none for a value that is too short or says nothing."""
    value = secret.strip("\r\n")
    if len(value) < SHORTEST or not value.strip("*").strip():
        return set()
    texts = {value, *_lines(value)}
    found = set(texts)
    for text in texts:
        found.update(_escaped(text))
    joined = _LINE_END.sub("", value)
    for text in {value, joined, _LINE_END.sub("\n", value)}:
        found.update(_base64(text.encode("utf-8", "replace")))
    found |= {plain(form) for form in found}
    return {form for form in found if len(form) >= SHORTEST and form.strip("*").strip()}


def _lines(value: str) -> Iterator[str]:
    """The lines of a secret of several lines, as far as they are telling, and all of them without line ends."""
    lines = _LINE_END.split(value)
    if len(lines) == 1:
        return
    yield "".join(lines)
    for line in map(str.strip, lines):
        if len(line) < SHORTEST or not _WORD_CHARACTER.search(line):
            continue
        if len(line) >= _SHORTEST_WORD or not _MERE_WORD.fullmatch(line):
            yield line


def _escaped(text: str) -> Iterator[str]:
    if text.isalnum() and text.isascii():
        return
    yield from _url_escaped(text)
    yield from _json_escaped(text)
    yield from _xml_escaped(text)
    yield from _shell_escaped(text)


def _url_escaped(text: str) -> Iterator[str]:
    for safe in ("", "/", "!~*'()"):  # RFC 3986, paths, JavaScript's encodeURIComponent
        escaped = quote(text, safe=safe, errors="replace")
        yield escaped
        yield re.sub(r"%[0-9A-F]{2}", lambda found: found.group().lower(), escaped)
    yield quote_plus(text, errors="replace")


def _json_escaped(text: str) -> Iterator[str]:
    for ascii_only in (True, False):
        escaped = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
        yield escaped
        yield escaped.replace("/", "\\/")
        # Go's encoding/json
        yield escaped.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    yield repr(text)[1:-1]


def _xml_escaped(text: str) -> Iterator[str]:
    basic = html.escape(text, quote=False)
    yield basic
    yield basic.replace('"', "&quot;")
    for apostrophe in ("&apos;", "&#39;", "&#x27;"):
        yield basic.replace('"', "&quot;").replace("'", apostrophe)
    yield basic.replace('"', "&#34;").replace("'", "&#39;")


def _shell_escaped(text: str) -> Iterator[str]:
    yield text.replace("'", "'\\''")
    yield text.replace("'", "'\"'\"'")
    yield _DOUBLE_QUOTE_SPECIAL.sub(r"\\\1", text)
    yield _SHELL_SPECIAL.sub(r"\\\1", text)  # bash: printf %q
    yield text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def cores(secret: str) -> set[str]:
    """What of its base64 shows at each alignment in a longer base64 text. A line end may stand in it, behind four
    characters of it at least; where it stands earlier, `forms` has the rest. Only of what is long enough for its halves
    to be telling.
    """
    value = secret.strip("\r\n")
    if not forms(secret):
        return set()
    texts = {value, _LINE_END.sub("", value), _LINE_END.sub("\n", value)}
    found = {core for text in texts for core in _cores(text.encode("utf-8", "replace"))}
    return {core for core in found if len(core) >= SHORTEST_WRAPPED}


def _cores(data: bytes) -> Iterator[str]:
    for before in (0, 1, 2) if len(data) >= _SHORTEST_INSIDE else (0,):
        core = _base64_core(data, before)
        yield core
        yield core.translate(_URL_SAFE)


def _base64(data: bytes) -> Iterator[str]:
    """As a base64 text of its own, and as a part of one, at each of the three alignments (basic authentication)."""
    core = _base64_core(data, 0)
    for whole in (core, *(base64.b64encode(data + end).decode() for end in (b"", b"\n"))):  # echo adds a line end
        yield whole
        yield whole.translate(_URL_SAFE)
        for width in (76, 64):  # base64 and openssl break lines
            yield "\n".join(whole[at : at + width] for at in range(0, len(whole), width))
    for core in _cores(data):
        yield core
        if len(core) >= SHORTEST_WRAPPED:
            yield from (core[missing:] for missing in range(1, HEAD))  # the line before has the others


def _base64_core(data: bytes, before: int) -> str:
    """The base64 characters that hold nothing but bits of this data, when so many bytes stand before it."""
    encoded = base64.b64encode(bytes(before) + data).decode()
    return encoded[-(-8 * before // 6) : 8 * (before + len(data)) // 6]
