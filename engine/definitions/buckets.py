"""Reads a package that lies in an S3-compatible bucket. It asks nobody."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from engine.definitions.fields import Field, Record
from engine.definitions.secret_references import HOW, holds_a_secret, read_secret_reference
from engine.domain.packages import Credentials, FeedKind, Package

KEYS = ("endpoint", "region", "access_key", "secret_key")
FILE_EXAMPLE = '"web/web-{version}.tgz"'

_AMAZON = "https://s3.amazonaws.com"
_ENDPOINT_EXAMPLE = '"https://s3.eu-central-1.amazonaws.com"'
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\Z")


def read_bucket(slug: str, record: Record, check_file: Callable[[Field, str, str], None]) -> Package:
    """`s3:` with the bucket's name, and where in it each version lies."""
    bucket, file = record.get("s3"), record.need("file", FILE_EXAMPLE)
    name = bucket.line("`builds`") if bucket else ""
    if bucket and name and not _BUCKET.match(name):
        bucket.wrong("bucket", "This is no name of a bucket.", "Only its name stands here, for example `builds`.")
    key = file.line(FILE_EXAMPLE, longest=1000) if file else ""
    if file and key.startswith("/"):
        file.wrong("file", "Names in a bucket begin with no slash.", f"For example {FILE_EXAMPLE}.")
    elif file and key:
        check_file(file, key, FILE_EXAMPLE)
    endpoint, region = record.get("endpoint"), record.get("region")
    address = endpoint.line(f"`{_ENDPOINT_EXAMPLE}`", longest=1000).rstrip("/") if endpoint else _AMAZON
    if endpoint and address:
        _check_endpoint(endpoint, address)
    return Package(
        slug,
        FeedKind.S3,
        location=f"{address}/{name}",
        file=key,
        region=region.line("`eu-central-1`") if region else "",
        credentials=_read_credentials(record),
    )


def _check_endpoint(field: Field, address: str) -> None:
    try:
        parts = urlsplit(address)
        is_server = parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.path or parts.query)
        user = parts.username or parts.password
    except ValueError:
        is_server, user = False, None
    if user is not None or holds_a_secret(address):
        field.wrong("literal-secret", "There is a password or a key in this address.", f"Use `secret_key`. {HOW}")
    elif not is_server:
        field.wrong(
            "endpoint", "This is not the address of a server, without a path.", f"For example {_ENDPOINT_EXAMPLE}."
        )


def _read_credentials(record: Record) -> Credentials | None:
    access_key, secret_key = record.get("access_key"), record.get("secret_key")
    if access_key and secret_key:
        return Credentials(read_secret_reference(secret_key), access_key.line("`AKIA…`", longest=200))
    if written := access_key or secret_key:
        written.wrong(
            "one-of", "`access_key` and `secret_key` go together.", "Write both, or none for a public bucket."
        )
    return None
