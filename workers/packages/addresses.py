"""Asks an HTTP feed: with time limits and size limits, and credentials for the feed's own host only."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

from engine.contracts import Secret
from engine.package_contracts import Answer, Found, NotThere, Unanswered, Wanted
from workers.packages.checksum_files import LARGEST_CHECKSUM_FILE, digest_in
from workers.packages.formats import HEAD, format_of, what_else
from workers.packages.refused import Refused
from workers.packages.store import CHUNK

if TYPE_CHECKING:
    import httpx

PLACEHOLDER = "{version}"
ANSWER_SECONDS = 20.0
"""How long a feed may be silent: while connecting, and between two pieces of what it sends."""

_BRIEF_SECONDS = 60.0  # for what is short, however slowly it comes
_REDIRECTS = 5
_SAME_SERVER_FAILS = 500
_NO_ENTRY = {401: "it wants other credentials", 403: "it lets nobody in with these credentials"}


def find(wanted: Wanted) -> Answer:
    """Is it there? Reads the checksum and how the package begins, not all of it."""
    try:
        digest = wanted.checksum or _checksum_beside(wanted)
        with _get(wanted, address_of(wanted)) as response:
            head = _head(response)
            found, size = format_of(head), int(response.headers.get("content-length") or 0)
            if found is None:
                return NotThere(f"{_where(wanted)} answers, but {what_else(head)}")
            return Found(digest, size, found.value)
    except Refused as refused:
        return refused.answer


def download(wanted: Wanted) -> Iterator[bytes]:
    """The package itself, in pieces. Raises DownloadFailed when it ends too early or never begins."""
    try:
        with _get(wanted, address_of(wanted)) as response:
            yield from response.iter_raw(CHUNK)
    except Refused as refused:
        raise DownloadFailed(refused.answer.reason, may_pass=isinstance(refused.answer, Unanswered)) from None


class DownloadFailed(Exception):
    """A package did not come. The text is a clause without a full stop. `may_pass`: it may come when asked again."""

    def __init__(self, why: str, *, may_pass: bool = False) -> None:
        super().__init__(why)
        self.may_pass = may_pass


def address_of(wanted: Wanted) -> str:
    """Where this version is. What stands in a version is escaped, so that it leads nowhere else."""
    return wanted.location.replace(PLACEHOLDER, quote(wanted.version, safe=""))


def authorization_of(wanted: Wanted) -> Secret | None:
    """The header with which it is asked, if it wants to know who asks."""
    if wanted.secret is None:
        return None
    if not wanted.username:
        return Secret(f"Bearer {wanted.secret.reveal()}")
    pair = f"{wanted.username}:{wanted.secret.reveal()}".encode()
    return Secret(f"Basic {base64.b64encode(pair).decode()}")


def _checksum_beside(wanted: Wanted) -> str:
    url = _checksum_address(address_of(wanted))
    try:
        with _get(wanted, url) as response:
            content, deadline = b"", time.monotonic() + _BRIEF_SECONDS
            for piece in response.iter_bytes():
                content += piece
                if len(content) > LARGEST_CHECKSUM_FILE or time.monotonic() > deadline:
                    break
    except Refused as refused:
        if isinstance(refused.answer, NotThere):
            # Is the package missing, or only its checksum? That makes a difference to who has to mend it.
            with _get(wanted, address_of(wanted)):
                pass
            reason = f"{_where(wanted)} has {wanted.package} {wanted.version}, but no {_name(url)} beside it"
            raise Refused(NotThere(reason)) from None
        raise
    digest = digest_in(content)
    if digest is None:
        raise Refused(NotThere(f"{_where(wanted)} answers for {_name(url)}, but that is no SHA-256"))
    return digest


def _checksum_address(url: str) -> str:
    path, is_query, query = url.partition("?")
    return f"{path}.sha256{is_query}{query}"


@contextmanager
def _get(wanted: Wanted, url: str) -> Iterator[httpx.Response]:
    import httpx  # only who has such a feed pays for it

    auth: httpx.Auth | None = None
    headers = {"accept-encoding": "identity", "user-agent": "foredeck"}
    if wanted.secret is not None and wanted.username:
        auth = httpx.BasicAuth(wanted.username, wanted.secret.reveal())
    elif wanted.secret is not None:
        headers["authorization"] = f"Bearer {wanted.secret.reveal()}"
    try:
        # httpx sends `authorization` to no other host than the first, and httpx.BasicAuth neither.
        with (
            httpx.Client(timeout=ANSWER_SECONDS, follow_redirects=True, max_redirects=_REDIRECTS, auth=auth) as client,
            client.stream("GET", url, headers=headers) as response,
        ):
            _refuse(wanted, url, response)
            yield response
    except httpx.TooManyRedirects:
        raise Refused(NotThere(f"{_where(wanted)} sends us round in circles")) from None
    except httpx.TimeoutException:
        raise Refused(Unanswered(f"{_where(wanted)} did not answer within {ANSWER_SECONDS:.0f} s")) from None
    except httpx.RemoteProtocolError:
        raise Refused(Unanswered(f"{_where(wanted)} broke off in the middle of its answer")) from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        why = type(error).__name__  # the text of some repeats the address
        raise Refused(Unanswered(f"{_where(wanted)} cannot be reached ({why})")) from None


def _refuse(wanted: Wanted, url: str, response: httpx.Response) -> None:
    status, where = response.status_code, _where(wanted)
    if any(step.url.scheme == "https" for step in response.history) and response.url.scheme != "https":
        raise Refused(NotThere(f"{where} leads from https to http, where everybody could change it"))
    if status in _NO_ENTRY:
        raise Refused(NotThere(f"{where} says {status}: {_NO_ENTRY[status]}"))
    if status >= _SAME_SERVER_FAILS or status == 429:
        raise Refused(Unanswered(f"{where} says {status}"))
    if status in (404, 410):
        raise Refused(NotThere(f"{where} has no {wanted.package} {wanted.version}"))
    if status != 200:
        raise Refused(NotThere(f"{where} says {status} for {_name(url)}"))


def _head(response: httpx.Response) -> bytes:
    head, deadline = b"", time.monotonic() + _BRIEF_SECONDS
    for piece in response.iter_raw(HEAD):
        head += piece
        if len(head) >= HEAD or time.monotonic() > deadline:
            break
    return head[:HEAD]


def _where(wanted: Wanted) -> str:
    import httpx

    return httpx.URL(address_of(wanted)).host


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]
