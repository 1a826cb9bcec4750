"""Filters for Base64 and hashes."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence

from engine.domain.templates.dotnet.number_texts import parse_int32
from engine.domain.templates.filters.setting import Filter, with_options

_WHITE = re.compile(r"[ \t\r\n]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}", re.ASCII)


def _bytes(text: str, encoding: str) -> bytes | None:
    """`text` in the named encoding; None for an unknown one, or text that is no Base64."""
    if encoding in ("utf8", "utf-8"):
        return _whole(text).encode("utf-8")
    if encoding == "unicode":
        return _whole(text).encode("utf-16-le")
    return _unpacked(text) if encoding == "base64" else None


def _whole(text: str) -> str:
    """Halves of surrogate pairs become the replacement character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unpacked(text: str) -> bytes | None:
    text = _WHITE.sub("", text)
    if len(text) % 4 or not _BASE64.fullmatch(text):
        return None
    try:
        return base64.b64decode(text)
    except binascii.Error:
        return None


def _to_base64(text: str, options: Sequence[str]) -> str | None:
    encoding = options[0].lower() if options else "utf8"
    data = None if encoding == "base64" else _bytes(text, encoding)
    return None if data is None else base64.b64encode(data).decode()


def _from_base64(text: str, options: Sequence[str]) -> str | None:
    codec = {"utf8": "utf-8", "utf-8": "utf-8", "unicode": "utf-16-le"}.get(options[0].lower() if options else "utf8")
    data = None if codec is None else _unpacked(text)
    return None if data is None or codec is None else data.decode(codec, "replace")


def _hash(name: str) -> Filter:
    def change(text: str, options: Sequence[str]) -> str | None:
        sizes = [size for size in map(parse_int32, options) if size is not None]
        encodings = [option.lower() for option in options if parse_int32(option) is None]
        if len(sizes) > 1 or len(encodings) > 1 or any(size <= 0 for size in sizes):
            return None
        data = _bytes(text, encodings[0] if encodings else "utf8")
        if data is None:
            return None
        digest = hashlib.new(name, data, usedforsecurity=False).digest()
        return digest[: sizes[0] if sizes else None].hex()

    return with_options(change, 2)


FILTERS: dict[str, Filter] = {
    "tobase64": with_options(_to_base64, 1),
    "frombase64": with_options(_from_base64, 1),
    **{name: _hash(name) for name in ("md5", "sha1", "sha256", "sha384", "sha512")},
}
