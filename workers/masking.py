"""Hides secrets in text: whole, line by line, and in the encodings in which they usually show. It reads no streams.

A character is hidden when it lies in any occurrence of any form of any secret; each unbroken run of hidden characters
becomes eight asterisks. So overlapping secrets leave no rest, the longest match wins by itself, and the result does
not depend on how the text was cut into chunks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from workers import wrapping
from workers.secret_forms import HEAD, cores, forms

MASK = "********"
_HEAD = HEAD  # no form is shorter

Span = tuple[int, int]


class Masks:
    """A growing set of secrets, and where they occur in a text."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        self._forms: set[str] = set()
        self._needles: dict[str, tuple[str, ...]] = {}  # a form -> the longer forms that contain it
        self._short_heads: set[str] = set()
        self._cores: dict[str, list[str]] = {}  # a form -> base64 with it inside that may be broken into lines
        for secret in secrets:
            self.add(secret)

    def __repr__(self) -> str:
        return f"Masks({len(self._secrets)} secrets)"

    def add(self, secret: str) -> bool:
        """Hide this secret from now on; false when it was known already or is too short to be hidden."""
        if secret in self._secrets:
            return False
        new = [form for form in forms(secret) if form not in self._forms]
        self._secrets.add(secret)
        self._forms.update(new)
        self._short_heads.update(form[:length] for form in new for length in range(1, _HEAD))
        needles = _by_shortest(new)
        self._needles.update(needles)
        for core in cores(secret).intersection(new):
            inner = next(needle for needle, longer in needles.items() if core == needle or core in longer)
            self._cores.setdefault(inner, []).append(core)
        return bool(new)

    def mask(self, text: str) -> str:
        """This text with every secret hidden, for whole texts: messages, names, links."""
        spans = self.covered(text)
        if not spans:
            return text
        ends = [0, *(end for _, end in spans)]
        starts = [*(start for start, _ in spans), len(text)]
        return MASK.join(text[end:start] for end, start in zip(ends, starts, strict=True))

    def covered(self, text: str) -> list[Span]:
        """Where secrets are: sorted stretches that neither overlap nor touch."""
        spans: list[Span] = []
        joined = text.replace("\n", "") if self._cores else text
        for needle, longer in self._needles.items():
            if needle in self._cores:
                if needle not in joined:  # nor is it in the text
                    continue
                spans += [span for core in self._cores[needle] for span in wrapping.occurrences(core, text)]
            found = list(_occurrences(needle, text))
            spans += found
            if found:
                spans += [span for form in longer for span in _occurrences(form, text)]
        return merged(spans)

    def undecided(self, text: str) -> int:
        """Where the tail begins that the next characters may turn into a secret; the text's end when there is none."""
        length = len(text)
        earliest = min(
            (wrapping.undecided(core, text) for some in self._cores.values() for core in some), default=length
        )
        for form in self._forms:
            head = form[:_HEAD]
            at = text.find(head, max(0, length - len(form) + 1))
            while -1 < at < earliest:
                if form.startswith(text[at:]):
                    earliest = at
                at = text.find(head, at + 1)
        for size in range(_HEAD - 1, 0, -1):
            if size <= length and text[-size:] in self._short_heads:
                return min(earliest, length - size)
        return earliest


class MaskedText:
    """Masks one stream of text, cut into pieces that each carry a tag (the log level).

    Only the tail that may still become a secret is held back; its pieces keep their tags. Adding is cheap and releasing
    searches, so that many small pieces cost one search.
    """

    def __init__(self, masks: Masks, state: Mapping[str, object] | None = None) -> None:
        state = state or {}
        self._masks = masks
        self._tail = str(state.get("tail", ""))
        self._added: list[str] = []
        tags = state.get("tags", ())
        assert isinstance(tags, Sequence)  # noqa: S101 - our own state
        self._tags: list[tuple[str, int]] = [(str(tag), int(size)) for tag, size in tags]
        self._known = int(str(state.get("known", 0)))  # so many characters of the tail are hidden already
        self._in_mask = bool(state.get("in_mask", False))  # what came before the tail was hidden

    def state(self) -> dict[str, object]:
        """The tail that is held back, for JSON; it may hold parts of secrets. Release first."""
        tags = [[tag, size] for tag, size in self._tags]
        return {"tail": self._tail, "tags": tags, "known": self._known, "in_mask": self._in_mask}

    def add(self, text: str, tag: str) -> None:
        """The stream goes on with this text."""
        self._added.append(text)
        size = len(text)
        if self._tags and self._tags[-1][0] == tag:
            size += self._tags.pop()[1]
        self._tags.append((tag, size))

    def release(self) -> list[tuple[str, str]]:
        """What has become certain: pairs of tag and masked text."""
        if not self._added:
            return []
        if self._tail:
            self._added.insert(0, self._tail)
        self._tail = "".join(self._added)
        self._added = []
        return self._released(self._masks.undecided(self._tail))

    def finish(self) -> list[tuple[str, str]]:
        """All of it: a beginning of a secret whose end never came is no secret."""
        return self.release() + self._released(len(self._tail))

    def _released(self, until: int) -> list[tuple[str, str]]:
        if not until:
            return []
        spans = self._masks.covered(self._tail)
        if self._known:
            spans = merged([(0, self._known), *spans])
        spans = [span for span in spans if span[0] < until]
        shown = self._shown(spans, until)
        last = spans[-1][1] if spans else -1
        self._in_mask, self._known = last >= until, max(0, last - until)
        self._tail, self._tags = self._tail[until:], _without(self._tags, until)
        return shown

    def _shown(self, spans: list[Span], until: int) -> list[tuple[str, str]]:
        """The text before `until` by tags, each hidden run as one mask that has the tag of its first character."""
        shown, begin, first = [], 0, 0
        for tag, size in self._tags:
            end = min(begin + size, until)
            parts, at, number = [], begin, first
            while number < len(spans) and spans[number][0] < end:
                start, stop = spans[number]
                if start >= begin:
                    parts.append(self._tail[at:start])
                    if start or not self._in_mask:
                        parts.append(MASK)
                at = max(begin, min(stop, end))
                first = number  # it may go on in the next piece
                number += 1
            parts.append(self._tail[at:end])
            if piece := "".join(parts):
                shown.append((tag, piece))
            begin += size
            if begin >= until:
                break
        return shown


def merged(spans: list[Span]) -> list[Span]:
    """The same stretches, sorted; those that overlap or touch have become one."""
    if len(spans) < 2:
        return spans
    spans.sort()
    if all(before[1] < after[0] for before, after in pairwise(spans)):
        return spans
    result = [spans[0]]
    for start, end in spans[1:]:
        if start > result[-1][1]:
            result.append((start, end))
        elif end > result[-1][1]:
            result[-1] = (result[-1][0], end)
    return result


def _occurrences(form: str, text: str) -> Iterator[Span]:
    """The stretches that occurrences of this form cover, overlapping ones as one.

    Inside a run it jumps to the last occurrence within reach, so that "aaaa" in a million of "a" stays linear.
    """
    size, start = len(form), text.find(form)
    while start >= 0:
        last = start
        while (further := text.rfind(form, last + 1, last + 2 * size)) >= 0:
            last = further
        yield start, last + size
        start = text.find(form, last + size)


def _by_shortest(new: list[str]) -> dict[str, tuple[str, ...]]:
    """Where a form contains another one, looking for the shorter one is enough as long as it is not found."""
    needles: dict[str, list[str]] = {}
    for form in sorted(new, key=len):
        inner = next((needle for needle in needles if needle in form), None)
        if inner is None:
            needles[form] = []
        else:
            needles[inner].append(form)
    return {needle: tuple(longer) for needle, longer in needles.items()}


def _without(tags: list[tuple[str, int]], size: int) -> list[tuple[str, int]]:
    """The tags of what remains after so many characters are gone."""
    rest: list[tuple[str, int]] = []
    for tag, length in tags:
        gone = min(size, length)
        size -= gone
        if length > gone:
            rest.append((tag, length - gone))
    return rest
