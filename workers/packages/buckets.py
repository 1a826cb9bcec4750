"""Asks an S3-compatible bucket, with the package `minio` of the extra `s3`: with time limits and size limits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from engine.package_contracts import Answer, Found, NotThere, Unanswered, Wanted
from workers.packages.addresses import ANSWER_SECONDS, PLACEHOLDER, DownloadFailed
from workers.packages.checksum_files import LARGEST_CHECKSUM_FILE, digest_in
from workers.packages.formats import HEAD, format_of, what_else
from workers.packages.refused import Refused
from workers.packages.store import CHUNK, NotAPackage, measure

if TYPE_CHECKING:
    import minio

_MOST = 10_000
_NO_ENTRY = {"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"}


def find(wanted: Wanted) -> Answer:
    """Is it there? Reads all of it for its digest, unless that is pinned or lies beside it."""
    try:
        with _asked(wanted) as client:
            bucket, key = bucket_of(wanted), _key_of(wanted)
            size = client.stat_object(bucket, key).size or 0
            head = _read(client, bucket, key, HEAD)
            found = format_of(head)
            if found is None:
                return NotThere(f"{_where(wanted)} has {key.rpartition('/')[2]}, but {what_else(head)}")
            digest = wanted.checksum or _beside(client, wanted)
            if not digest:
                return _measured(client, wanted)
            return Found(digest, size, found.value)
    except Refused as refused:
        return refused.answer


def download(wanted: Wanted) -> Iterator[bytes]:
    """The package itself, in pieces. Raises DownloadFailed when it ends too early or never begins."""
    try:
        with _asked(wanted) as client:
            yield from _pieces(client, bucket_of(wanted), _key_of(wanted))
    except Refused as refused:
        raise DownloadFailed(refused.answer.reason, may_pass=isinstance(refused.answer, Unanswered)) from None


def versions(wanted: Wanted) -> tuple[str, ...] | None:
    """The versions that are there; None when that cannot be known now."""
    before, _, after = wanted.file.partition(PLACEHOLDER)
    try:
        with _asked(wanted) as client:
            listed = client.list_objects(bucket_of(wanted), prefix=before or None, recursive=True)
            names = [one.object_name or "" for one, _ in zip(listed, range(_MOST), strict=False)]
    except Refused:
        return None
    made_so = re.compile(f"{re.escape(before)}([0-9A-Za-z][0-9A-Za-z.+_-]*){re.escape(after)}\\Z")
    return tuple(match[1] for name in names if PLACEHOLDER not in after and (match := made_so.match(name)))


def bucket_of(wanted: Wanted) -> str:
    """The bucket's name."""
    return wanted.location.rpartition("/")[2]


def _key_of(wanted: Wanted) -> str:
    return wanted.file.replace(PLACEHOLDER, wanted.version)


def _where(wanted: Wanted) -> str:
    return f"the bucket {bucket_of(wanted)}"


def _measured(client: minio.Minio, wanted: Wanted) -> Answer:
    try:
        stored = measure(_pieces(client, bucket_of(wanted), _key_of(wanted)))
    except NotAPackage as error:
        return NotThere(f"{_where(wanted)} has it, but {error}")
    return Found(stored.digest, stored.size, stored.format.value)


def _beside(client: minio.Minio, wanted: Wanted) -> str:
    """The SHA-256 in the file beside it; empty when there is none."""
    from minio.error import S3Error

    key = f"{_key_of(wanted)}.sha256"
    try:
        content = _read(client, bucket_of(wanted), key, LARGEST_CHECKSUM_FILE)
    except S3Error as error:
        if error.code == "NoSuchKey":
            return ""
        raise
    digest = digest_in(content)
    if digest is None:
        raise Refused(NotThere(f"{_where(wanted)} has {key.rpartition('/')[2]}, but that is no SHA-256"))
    return digest


def _read(client: minio.Minio, bucket: str, key: str, count: int) -> bytes:
    content = b""
    for piece in _pieces(client, bucket, key, count):
        content += piece
        if len(content) >= count:
            break
    return content[:count]


def _pieces(client: minio.Minio, bucket: str, key: str, size: int = CHUNK) -> Iterator[bytes]:
    response = client.get_object(bucket, key)
    try:
        yield from response.stream(size)
    finally:
        response.close()  # what was not read is not wanted: the connection is of no more use


@contextmanager
def _asked(wanted: Wanted) -> Iterator[minio.Minio]:
    """A client, whose errors become answers."""
    try:
        import minio
        import urllib3
        from minio.error import MinioException, S3Error
    except ImportError:
        way_out = "install Foredeck with its extra s3, or `pip install minio`, and start the bot anew"
        raise Refused(NotThere(f"buckets need the package minio on the bot's machine: {way_out}")) from None
    address = urlsplit(wanted.location)
    patience = urllib3.Timeout(connect=ANSWER_SECONDS, read=ANSWER_SECONDS)
    client = minio.Minio(
        address.netloc,
        access_key=wanted.username or None,
        secret_key=wanted.secret.reveal() if wanted.secret else None,
        region=wanted.region or None,
        secure=address.scheme == "https",
        http_client=urllib3.PoolManager(timeout=patience, retries=urllib3.Retry(total=2, backoff_factor=0.2)),
    )
    try:
        yield client
    except S3Error as error:
        raise Refused(_answer_to(wanted, error.code or "an error")) from None
    except (MinioException, urllib3.exceptions.HTTPError) as error:
        why = type(error).__name__  # the text of some repeats the address
        raise Refused(Unanswered(f"{address.hostname} cannot be reached ({why})")) from None
    except ValueError as error:  # what minio makes of a name that no server takes
        raise Refused(NotThere(f"{_where(wanted)} cannot be asked: {error}")) from None


def _answer_to(wanted: Wanted, code: str) -> NotThere | Unanswered:
    if code in ("NoSuchKey", "NoSuchVersion"):
        return NotThere(f"{_where(wanted)} has no {wanted.name}")
    if code == "NoSuchBucket":
        return NotThere(f"there is no bucket {bucket_of(wanted)} at {urlsplit(wanted.location).hostname}")
    if code in _NO_ENTRY:
        return NotThere(f"{_where(wanted)} lets nobody in with these credentials ({code})")
    return Unanswered(f"{_where(wanted)} answers {code}")
