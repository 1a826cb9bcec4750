"""Uploads files into a thread; the log of a run through a temporary file, so that a long one never fills the memory."""

from __future__ import annotations

import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterable, Sequence
from typing import IO

from slack_sdk import WebClient

FILE_LIMIT = 10_000_000
"""Bytes of a log file; of a longer log its first and its last part are kept, with a note between them."""

_TIMEOUT_SECONDS = 60
_CHUNK = 65_536


def upload(
    client: WebClient, content: IO[bytes], size: int, *, name: str, channel_id: str, thread_ts: str, comment: str
) -> str:
    """Share this file in this thread; returns its id. Raises SlackApiError or one of UNREACHED."""
    file_id = put(client, content, size, name=name)
    share(client, [(file_id, name)], channel_id=channel_id, thread_ts=thread_ts, comment=comment)
    return file_id


def put(client: WebClient, content: IO[bytes], size: int, *, name: str) -> str:
    """Hand this file to Slack, where nobody sees it before it is shared; returns its id."""
    place = client.files_getUploadURLExternal(filename=name, length=size)
    address, file_id = str(place["upload_url"]), str(place["file_id"])
    if urllib.parse.urlsplit(address).scheme not in {"https", "http"}:
        raise OSError("Slack named an upload address that is none")
    content.seek(0)
    request = urllib.request.Request(  # noqa: S310 - the scheme was looked at
        address, data=content, headers={"Content-Type": "application/octet-stream", "Content-Length": str(size)}
    )
    with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310
        response.read()
    return file_id


def share(
    client: WebClient, files: Sequence[tuple[str, str]], *, channel_id: str, thread_ts: str, comment: str
) -> None:
    """Show these files, by id and name, as one message of this thread."""
    client.files_completeUploadExternal(
        files=[{"id": file_id, "title": name} for file_id, name in files],
        channel_id=channel_id,
        thread_ts=thread_ts,
        initial_comment=comment,
    )


def spool(texts: Iterable[str], limit: int = FILE_LIMIT) -> tuple[IO[bytes], int, bool]:
    """A temporary file with the text, its size in bytes, and whether its middle was left out. The caller closes it."""
    head_limit = limit // 2
    content: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
    tail = bytearray()
    head = dropped = 0
    try:
        for text in texts:
            data = text.encode(errors="replace")
            if head < head_limit:
                cut = _whole_characters(data, head_limit - head)
                content.write(data[:cut])
                # What is cut off ends the head, even if a few bytes of room are left.
                head = head_limit if cut < len(data) else head + cut
                data = data[cut:]
            tail += data
            if len(tail) > limit:
                dropped += len(tail) - head_limit
                del tail[: len(tail) - head_limit]
        over = len(tail) - head_limit
        if dropped or over > 0:
            dropped += max(0, over)
            kept = bytes(tail[max(0, over) :])
            note = f"\n\n[… {dropped:,} bytes are left out here: the log is longer than {limit:,} bytes …]\n\n"
            content.write(note.encode())
            # The cut may have split a character: begin with the first whole one.
            content.write(kept.decode(errors="ignore").encode())
        else:
            content.write(tail)
        size = content.tell()
    except BaseException:
        content.close()
        raise
    return content, size, dropped > 0


def _whole_characters(data: bytes, limit: int) -> int:
    """The largest length up to `limit` that splits no character."""
    while 0 < limit < len(data) and data[limit] & 0xC0 == 0x80:
        limit -= 1
    return min(limit, len(data))
