"""What is refused of the answers to a deployment's prompts, as sentences for people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from engine.domain.prompts import Question
from engine.errors import ForedeckError
from engine.services.errors import UnknownName, close_names


class UnknownAnswer(UnknownName):
    """An answer to something that is not asked for there."""

    message = "{project} does not ask for `{name}` in {environment}."

    def __init__(self, *, name: str, known: Iterable[str], project: str, environment: str) -> None:
        self.known = tuple(known)
        self.suggestions = close_names(name, self.known)
        ForedeckError.__init__(self, name=name, project=project, environment=environment)

    @property
    def hint(self) -> str:
        """The nearest names, else all of them."""
        return super().hint if self.known else "It asks for nothing there. Nothing was deployed."


class WrongAnswer(ForedeckError):
    """An answer that will not do. It is not repeated: the flaw says what would do."""

    message = "{label} {flaw}."
    hint_text = "Nothing was deployed."


class AnswersMissing(ForedeckError):
    """Something that is required was not answered; `questions` are those."""

    message = "{project} {version} needs an answer before it goes to {environment}: {labels}."

    def __init__(self, *, questions: Sequence[Question], project: str, version: str, environment: str) -> None:
        self.questions = tuple(questions)
        labels = ", ".join(question.label for question in questions)
        super().__init__(project=project, version=version, environment=environment, labels=labels)

    @property
    def hint(self) -> str:
        """How to answer on the command line."""
        return f"Nothing was deployed. Add {' '.join(f'--with {_word(q.name)}=…' for q in self.questions)}."


def _word(name: str) -> str:
    """A name as it is typed."""
    return f'"{name}"' if re.search(r"\s", name) else name
