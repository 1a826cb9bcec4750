"""Reads a secret where its reference points, at the moment of use. It stores nothing; errors repeat no content."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from engine.contracts import Secret
from engine.domain.processes import SecretReference
from engine.errors import ForedeckError

LARGEST_SECRET = 64 * 1024
"""In bytes. Keys and passwords are far below; a log file named by mistake is above."""


class SecretUnavailable(ForedeckError):
    """A referenced secret cannot be read. Names the reference, never content."""

    message = "The secret {reference} is not available: {reason}."
    hint_text = "Make it readable for the bot, then try again."


def resolve(reference: SecretReference) -> Secret:
    """The secret behind the reference. Raises `SecretUnavailable`. One newline at a file's end is not part of it."""
    if reference.store == "env":
        text = os.environ.get(reference.path)
        if text is None:
            raise SecretUnavailable(reference=reference, reason="the environment variable is not set")
    elif reference.store == "file":
        text = _read_file(reference)
    else:
        raise SecretUnavailable(reference=reference, reason=f"there is no secret store {reference.store}")
    if not text:
        raise SecretUnavailable(reference=reference, reason="it is empty")
    return Secret(text)


def _read_file(reference: SecretReference) -> str:
    try:
        # Non-blocking, so that a pipe without a writer cannot hold the bot up; it is refused below.
        descriptor = os.open(Path(reference.path), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise SecretUnavailable(reference=reference, reason="it is not a regular file")
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                content = file.read(LARGEST_SECRET + 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise SecretUnavailable(reference=reference, reason=_why(error)) from None
    except ValueError:  # a NUL in the path
        raise SecretUnavailable(reference=reference, reason="its path is not valid") from None
    if len(content) > LARGEST_SECRET:
        raise SecretUnavailable(reference=reference, reason=f"it is larger than {LARGEST_SECRET // 1024} KiB")
    try:
        return content.decode().removesuffix("\n")
    except UnicodeDecodeError:
        # `from None`: the decoding error holds the bytes.
        raise SecretUnavailable(reference=reference, reason="it is not UTF-8 text") from None


def _why(error: OSError) -> str:
    return (error.strerror or "it cannot be read").lower()
