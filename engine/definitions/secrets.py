"""Reads secrets where their references point, at the moment of use. It stores nothing; errors repeat no content."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from engine.contracts import Secret
from engine.definitions import store_commands
from engine.definitions.values import SecretStore
from engine.domain.variables import SecretReference
from engine.errors import ForedeckError

LARGEST_SECRET = 64 * 1024
"""In bytes. Keys and passwords are far below; a log file named by mistake is above."""


class SecretUnavailable(ForedeckError):
    """A referenced secret cannot be read. Names the reference, never content."""

    message = "The secret {reference} is not available: {reason}."
    hint_text = "Make it readable for the bot, then try again."


class StoreUnavailable(SecretUnavailable):
    """The command of a secret store gave no secret."""

    message = "The secret store {store} gave no secret for {reference}: {reason}."
    hint_text = "Run the command of the store {store} as the bot's account and see what it says, then try again."


Stores = Mapping[str, SecretStore]

_AT_ONCE = 8
_NO_STORES: Stores = {}


def resolve_all(references: Iterable[SecretReference], stores: Stores) -> dict[SecretReference, Secret]:
    """The secrets behind these references, each read once, the commands side by side. Raises `SecretUnavailable`."""
    wanted = list(dict.fromkeys(references))
    if not any(reference.store in stores for reference in wanted):
        return {reference: resolve(reference) for reference in wanted}
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="foredeck-secrets") as pool:
        return dict(zip(wanted, pool.map(lambda reference: resolve(reference, stores), wanted), strict=True))


def resolve(reference: SecretReference, stores: Stores = _NO_STORES) -> Secret:
    """The secret behind the reference. Raises `SecretUnavailable`. One newline at the end of a file, or of what a
    store's command prints, is not part of it.
    """
    if reference.store == "env":
        text = os.environ.get(reference.path)
        if text is None:
            raise SecretUnavailable(reference=reference, reason="the environment variable is not set")
    elif reference.store == "file":
        text = _read_file(reference)
    elif reference.store in stores:
        text = _ask_store(reference, stores[reference.store])
    else:
        raise SecretUnavailable(reference=reference, reason=f"there is no secret store {reference.store}")
    if not text:
        raise SecretUnavailable(reference=reference, reason="it is empty")
    return Secret(text)


def _ask_store(reference: SecretReference, store: SecretStore) -> str:
    def failed(reason: str) -> StoreUnavailable:
        return StoreUnavailable(store=store.slug, reference=reference, reason=reason)

    try:
        return store_commands.ask(store, reference.path).decode().removesuffix("\n")
    except store_commands.StoreFailed as failure:
        raise failed(str(failure)) from None
    except UnicodeDecodeError:
        raise failed("what its command printed is not UTF-8 text") from None


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
