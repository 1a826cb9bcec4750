"""Reads `packages:` of a project: where each of them comes from. It looks into no feed."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from engine.definitions import buckets
from engine.definitions.fields import Field, Record
from engine.definitions.nodes import Scalar, shown
from engine.definitions.secret_references import HOW, holds_a_secret, read_secret_reference
from engine.definitions.slugs import flaw_of
from engine.domain.packages import PLACEHOLDER, Credentials, FeedKind, Package

KEYS = (
    "feed", "folder", "file", "url", "s3", "checksum", "token", "username", "password", "download_on_machine",
    *buckets.KEYS,
)  # fmt: skip
_SOURCES = ("feed", "folder", "url", "s3")
_BELONGS = {
    "file": ("folder", "s3"),
    "checksum": ("url", "s3"),
    "token": ("url",),
    "username": ("url",),
    "password": ("url",),
    "download_on_machine": ("url",),
    **dict.fromkeys(buckets.KEYS, ("s3",)),
}
_EXAMPLE = 'Write `{feed: built-in}`, `{folder: /srv/builds, file: "web-{version}.tgz"}` or `{url: "https://…"}`.'
_URL_EXAMPLE = "https://ci.example.com/web-{version}.tgz"
_DIGEST = re.compile(r"(?:sha256:)?([0-9a-fA-F]{64})\Z")
_PINNED_EXAMPLE = 'Leave it away, or pin versions: `{"1.4.0": "sha256:…"}`.'
_CREDENTIALS = ("token", "username", "password")


def read_packages(head: Record) -> tuple[Package, ...]:
    """`packages:` — slug to a feed."""
    section = head.get("packages")
    if section is None:
        return ()
    return tuple(sorted((_read(slug, field) for slug, field in section.variables()), key=lambda one: one.slug))


def _read(slug: str, field: Field) -> Package:
    if flaw := flaw_of(slug, is_typed_first=False):
        field.wrong("slug", *flaw)
    built_in = Package(slug, FeedKind.BUILT_IN)
    if isinstance(field.node, Scalar):
        field.wrong("type", "A package says where it comes from.", _EXAMPLE)
        return built_in
    record = field.table(KEYS)
    written = [key for key in _SOURCES if record.has(key)]
    if len(written) != 1:
        said = f"`{written[0]}` and `{written[1]}` exclude each other." if written else "It comes from nowhere."
        field.wrong("one-of", said, _EXAMPLE)
        return built_in
    _refuse_strangers(record, written[0])
    if written[0] == "feed":
        feed = record.get("feed")
        if feed and (name := feed.text("`built-in`")) not in ("", FeedKind.BUILT_IN.value):
            feed.wrong("feed", f"There is no feed {shown(name)}.", "The one feed with a name is `built-in`.")
        return built_in
    if written[0] == "s3":
        found = buckets.read_bucket(slug, record, _require_placeholder)
        checksum = record.get("checksum")
        if checksum and isinstance(checksum.node, Scalar):
            checksum.wrong("checksum", "In a bucket none is required: what has none is read.", _PINNED_EXAMPLE)
            return found
        return replace(found, checksums=_read_checksums(checksum))
    return _read_folder(slug, record) if written[0] == "folder" else _read_url(slug, record)


def _refuse_strangers(record: Record, source: str) -> None:
    for key, belongs in _BELONGS.items():
        if source not in belongs and (field := record.get(key)):
            field.wrong("one-of", f"`{key}` means nothing beside `{source}`.", "Remove it.")


def _read_folder(slug: str, record: Record) -> Package:
    folder, file = record.get("folder"), record.need("file", '"web-{version}.tgz"')
    path = folder.line("`/srv/builds`", longest=1000) if folder else ""
    if folder and path and (not path.startswith("/") or ".." in PurePosixPath(path).parts):
        folder.wrong("folder", "A folder is named by its whole path.", "For example `/srv/builds`.")
    name = file.line('`"web-{version}.tgz"`', longest=200) if file else ""
    if file and name and "/" in name:
        file.wrong("file", "This is a file's name and no path.", "Put the folder into `folder:`.")
    elif file and name:
        _require_placeholder(file, name, '"web-{version}.tgz"')
    return Package(slug, FeedKind.FOLDER, location=path, file=name)


def _read_url(slug: str, record: Record) -> Package:
    field = record.get("url")
    url = field.line(f'`"{_URL_EXAMPLE}"`', longest=2000) if field else ""
    if field and url:
        _check_url(field, url)
    credentials = read_credentials(record)
    if credentials and field and url.startswith("http:"):
        field.wrong("url", "A secret would be sent to it in clear text.", "Write `https://`.")
    return Package(
        slug,
        FeedKind.URL,
        location=url,
        checksums=_read_checksums(record.get("checksum")),
        credentials=credentials,
        on_machine=record.flag("download_on_machine", default=False),
    )


def _check_url(field: Field, url: str) -> None:
    try:
        parts = urlsplit(url)
        host, user = parts.hostname, parts.username or parts.password
    except ValueError:
        parts, host, user = None, None, None
    if parts is None or parts.scheme not in ("http", "https") or not host or re.search(r"\s", url):
        field.wrong(
            "url", "This is not an address that begins with https:// or http://.", f'For example "{_URL_EXAMPLE}".'
        )
    elif user is not None or holds_a_secret(url):
        # Not repeated: it holds the password.
        field.wrong("literal-secret", "There is a password or a token in this address.", f"Use `token`. {HOW}")
    elif PLACEHOLDER in parts.netloc:
        field.wrong("url", "The host cannot depend on the version.", f'For example "{_URL_EXAMPLE}".')
    else:
        _require_placeholder(field, url, f'"{_URL_EXAMPLE}"')


def _require_placeholder(field: Field, text: str, example: str) -> None:
    rest = text.replace(PLACEHOLDER, "")
    if PLACEHOLDER not in text:
        field.wrong(
            "version", f"`{PLACEHOLDER}` is missing: every version would be the same file.", f"For example {example}."
        )
    elif "{" in rest or "}" in rest:
        field.wrong("version", f"Only `{PLACEHOLDER}` can stand in braces here.", f"For example {example}.")


def _read_checksums(field: Field | None) -> dict[str, str]:
    """`required`, which is so when nothing is written, or the digest of each version."""
    if field is None:
        return {}
    example = '`required`, or `{"1.4.0": "sha256:…"}`.'
    if isinstance(field.node, Scalar):
        if (word := field.text("`required`")) not in ("", "required"):
            field.wrong("checksum", f"There is no rule {shown(word)} for checksums.", f"Write {example}")
        return {}
    checksums = {}
    for key, value in field.entries():
        version = Field(key, key.place, value.path, value.reading).line('`"1.4.0"`')
        digest = _DIGEST.match(value.line("`sha256:…`"))
        if digest is None:
            value.wrong("checksum", "This is not a SHA-256: 64 hexadecimal digits.", "`sha256sum FILE` prints it.")
        elif version:
            checksums[version] = digest[1].lower()
    return checksums


def read_credentials(record: Record) -> Credentials | None:
    token, username, password = (record.get(key) for key in _CREDENTIALS)
    if token and (username or password):
        token.wrong("one-of", "`token` and `password` exclude each other.", "Keep one of them.")
    if token:
        return Credentials(read_secret_reference(token))
    if bool(username) != bool(password):
        written = username or password
        if written:
            written.wrong("one-of", "`username` and `password` go together.", "Write both, or a `token`.")
        return None
    if username and password:
        return Credentials(read_secret_reference(password), username.line("`deploy`"))
    return None
