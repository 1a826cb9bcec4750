"""Reads `git:` of a script: the repository that its file comes from, and the branch, tag or commit. It asks nobody."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from engine.definitions.fields import Field, Record
from engine.definitions.nodes import Scalar, shown
from engine.definitions.packages import read_credentials
from engine.definitions.secret_references import HOW, holds_a_secret
from engine.domain.script_sources import FromGit

KEYS_OF_GIT = ("url", "ref", "path", "token", "username", "password")
_EXAMPLE = 'Write `{url: "https://git.example.com/ops/scripts.git", ref: main, path: deploy.sh}`.'
_URL_EXAMPLE = 'For example `url: "https://git.example.com/ops/scripts.git"`.'
_REF = re.compile(
    r"(?!.*(?:\.\.|//|@\{|\.lock(?:/|\Z)|[./]\Z))[^\x00-\x20\x7f~^:?*\[\\./-][^\x00-\x20\x7f~^:?*\[\\]*\Z"
)
_SHORT_COMMIT = re.compile(r"[0-9a-f]{7,39}\Z")


def read_git(field: Field) -> tuple[FromGit, Field | None]:
    """The repository, and the field that names the script in it."""
    if isinstance(field.node, Scalar):
        field.wrong("type", "A repository is given by `url`, `ref` and `path`.", _EXAMPLE)
        return FromGit("", ""), None
    record = field.table(
        KEYS_OF_GIT, hints={"branch": "Write `ref`.", "file": "Write `path`.", "commit": "Write `ref`."}
    )
    url = _read_url(record)
    credentials = read_credentials(record)
    if credentials and not url.startswith("https:"):
        where = record.get("token") or record.get("password") or field
        where.wrong("url", "A secret is sent over https only.", "Write `https://`, or remove it.")
    return FromGit(url, _read_ref(record), credentials), record.need("path", "deploy.sh")


def _read_url(record: Record) -> str:
    field = record.need("url", '"https://git.example.com/ops/scripts.git"')
    url = field.line(_URL_EXAMPLE, longest=2000) if field else ""
    if not field or not url:
        return ""
    try:
        parts = urlsplit(url)
        host, has_user = parts.hostname, bool(parts.username or parts.password)
    except ValueError:
        parts, host, has_user = None, None, False
    if parts is None or re.search(r"\s", url) or (parts.scheme in ("http", "https") and not host):
        field.wrong("url", "This is no address of a repository.", _URL_EXAMPLE)
    elif has_user or holds_a_secret(url):
        # Not repeated: it holds the password.
        field.wrong("literal-secret", "There is a name or a password in this address.", f"Use `token`. {HOW}")
    elif parts.scheme == "file":
        if host or not PurePosixPath(parts.path).is_absolute() or ".." in PurePosixPath(parts.path).parts:
            field.wrong("url", "A folder is named by its whole path.", 'For example "file:///srv/git/scripts.git".')
    elif parts.scheme not in ("http", "https"):
        message = "Repositories are read over https, or from a folder of the bot's machine."
        field.wrong("url", message, f"Over ssh they are not: use https with a `token`. {_URL_EXAMPLE}")
    return url


def _read_ref(record: Record) -> str:
    field = record.need("ref", "main")
    ref = field.line("`main`", longest=255) if field else ""
    if field and ref and not _REF.match(ref):
        field.wrong("ref", f"{shown(ref)} is no branch, tag or commit.", "For example `main` or `v1.4.0`.")
    elif field and _SHORT_COMMIT.match(ref) and not ref.isdecimal():
        field.wrong(
            "ref",
            f"{shown(ref)} looks like the beginning of a commit; only a whole one is sure.",
            "Write all of its 40 digits; a branch of this name is `refs/heads/…`.",
        )
    return ref
