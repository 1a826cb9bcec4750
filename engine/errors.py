"""One tree of errors. A message is a class attribute with named facts; `hint` says what to do next."""

from __future__ import annotations

from typing import ClassVar


class ForedeckError(Exception):
    """Base of all errors that a person may be shown. `str(error)` is a sentence, `error.hint` the way out."""

    message: ClassVar[str] = "Something went wrong."
    hint_text: ClassVar[str] = ""

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.message.format(**facts))

    @property
    def hint(self) -> str:
        """What to do next, as one sentence; empty when there is nothing to say."""
        return self.hint_text.format(**self.facts)


class AlreadyServing(ForedeckError):
    """Another process is the dispatcher."""

    message = "Another `foredeck serve` (process {pid}) already works on {folder}."
    hint_text = "Stop that one first, or give this one its own folder with --state."
