"""Packages on the bot's machine: fetched once, when the first step wants one, and made ready to be sent."""

from __future__ import annotations

import contextlib
import difflib
import os
import tarfile
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from engine.contracts import Origin
from engine.errors import ForedeckError
from engine.package_contracts import Answer, Coming, Found, NotThere, Ready, Unanswered, Wanted
from workers.packages import addresses, buckets, folders, git, repositories
from workers.packages.addresses import DownloadFailed
from workers.packages.archives import make_plain
from workers.packages.entries import UnsafePackage
from workers.packages.formats import HEAD, format_of
from workers.packages.repositories import NoSuchCommit, Unreachable
from workers.packages.store import ChecksumWrong, NotAPackage, PackageStore, chunks_of, digest_of


class PackageUnavailable(ForedeckError):
    """What a release was made with cannot be had, or is not what it was."""

    message = "{name} cannot be {done}: {why}."
    hint_text = "Nothing was {done}. {way_out}"


class FileNotInPackage(ForedeckError):
    """A script should come from a package, and is not in it."""

    message = '{name} has no file "{file}".'
    hint_text = "{hint_of_it}"


_MOST_NAMED = 8
_PAUSES = (2.0, 5.0, 10.0, 20.0)
"""Seconds before a feed that did not answer, or broke off, is asked again. After the last it is given up."""

_SLICE = 0.2
_AGAIN = "When that is mended, deploy again."
_CHANGED = "What a release was made with never changes: create another release, or put the old content back."


class PackageShelf:
    """Implements `engine.ports.Shelf` and `PackageFiles` in the folder `packages` of the state folder."""

    def __init__(self, folder: Path, pauses: Sequence[float] = _PAUSES) -> None:
        self._pauses = pauses
        self._come: dict[str, Coming] = {}  # by digest, of what is being fetched
        self._store = PackageStore(folder)
        self._plain = folder / "plain"
        self._guard = threading.Lock()
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def take(self, wanted: Wanted, digest: str, came: Callable[[Coming], None] = lambda _coming: None) -> Ready:
        """The package with this digest, fetched if nobody has wanted it before. `came` is told again and again how much
        has come, whoever fetches it; what it raises ends that. Raises PackageUnavailable.
        """
        try:
            ready = self._take(wanted, digest, came)
            return replace(ready, origin=self._origin(wanted, digest)) if wanted.on_machine else ready
        except (NotAPackage, UnsafePackage, DownloadFailed, NoSuchCommit, Unreachable) as error:
            way_out = _CHANGED if isinstance(error, ChecksumWrong) else _AGAIN
            raise _unavailable(wanted, str(error), way_out) from None
        except OSError as error:
            raise _unavailable(wanted, (error.strerror or str(error)).lower(), _AGAIN) from None

    def _take(
        self,
        wanted: Wanted,
        digest: str,
        came: Callable[[Coming], None] = lambda _coming: None,
        *,
        may_be_cut: bool = False,
    ) -> Ready:
        with self._guard:
            lock = self._locks[digest]
        while not lock.acquire(timeout=_SLICE):
            came(self._come.get(digest, Coming()))
        try:
            return self._ready(digest) or self._make_ready(wanted, digest, came, may_be_cut=may_be_cut)
        finally:
            self._come.pop(digest, None)
            lock.release()

    def pin(self, wanted: Wanted) -> Answer:
        """Which commit a branch or tag is just now; that is fetched, and the scripts that are meant are in it."""
        try:
            commit = repositories.resolve(wanted)
            ready = self._take(wanted, commit, may_be_cut=True)
            for path in wanted.paths:
                self.require_file(wanted, ready, path)
        except (NoSuchCommit, UnsafePackage) as error:
            return NotThere(str(error))
        except Unreachable as error:
            return Unanswered(str(error))
        except FileNotInPackage as error:
            return NotThere(f"{str(error).rstrip('.')}; {error.hint[:1].lower()}{error.hint[1:].rstrip('.')}")
        except OSError as error:
            return Unanswered(f"{wanted.name} cannot be kept: {(error.strerror or str(error)).lower()}")
        return Found(commit, ready.size, "tar")

    def take_whole(self, wanted: Wanted, digest: str) -> Ready:
        """The same as the file that it is; looked through, too. Raises PackageUnavailable."""
        self.take(wanted, digest)
        with self._guard:
            lock = self._locks[digest]
        with lock:
            try:
                if not self._store.has(digest):
                    self._fetch(wanted, digest, lambda _coming: None)
                path = self._store.path(digest)
                return Ready(path, digest, path.stat().st_size)
            except (NotAPackage, DownloadFailed) as error:
                raise _unavailable(wanted, str(error), _AGAIN) from None
            except OSError as error:
                raise _unavailable(wanted, (error.strerror or str(error)).lower(), _AGAIN) from None

    def require_file(self, wanted: Wanted, ready: Ready, path: str) -> None:
        """Is this file in it? Raises FileNotInPackage."""
        with tarfile.open(ready.path, "r:") as tar:
            names = [member.name for member in tar if member.isfile() or member.issym()]
        if path not in names:
            near = difflib.get_close_matches(path, names, n=1)
            listed = sorted(name for name in names if "/" not in name)[:_MOST_NAMED] or sorted(names)[:_MOST_NAMED]
            hint = f'There is "{near[0]}".' if near else f"There is {', '.join(listed) or 'none at all'}."
            raise FileNotInPackage(name=wanted.name, file=path, hint_of_it=hint)

    def close(self) -> None:
        """The bot stops: what is looked up in repositories is let go of, and looked up again after the next start."""
        git.end_all()

    def clean_up(self) -> None:
        """Remove what a process left that ended in the middle. Only who serves may call it, before it begins."""
        self._store.clean_up()
        for left in self._plain.glob(".*"):
            left.unlink(missing_ok=True)

    def remove_unused(self, *, since: datetime) -> None:
        """Remove the plain tars that nobody wanted since then, and their patches: each can be made again."""
        for made in self._plain.glob("[!.]*"):
            with self._guard:
                lock = self._locks[made.name.split(".")[0]]
            if not lock.acquire(blocking=False):
                continue  # it is wanted just now
            try:
                if made.stat().st_mtime < since.timestamp():
                    made.unlink()
            except FileNotFoundError:
                continue
            finally:
                lock.release()

    def digests(self, *, before: datetime) -> Sequence[str]:
        """The packages that were put there before then."""
        return self._store.digests(before.timestamp())

    def remove(self, digest: str, *, unless_since: datetime) -> None:
        """Remove this package and what was made of it, unless it was put there again since then."""
        if self._store.remove(digest, unless_since.timestamp()):
            for made in self._plain.glob(f"{digest}.*.tar"):
                for patch in self._plain.glob(f"*{made.name.split('.')[1]}*.patch"):
                    patch.unlink(missing_ok=True)
                made.unlink(missing_ok=True)

    def _ready(self, digest: str) -> Ready | None:
        found = next(self._plain.glob(f"{digest}.*.tar"), None)
        if found is None:
            return None
        os.utime(found)  # it is in use
        return Ready(found, found.name.split(".")[1], found.stat().st_size)

    def _origin(self, wanted: Wanted, digest: str) -> Origin | None:
        """What a machine finds at the address; None when it is not known any more what that was."""
        path = self._store.path(digest)
        if not path.exists():
            return None
        with path.open("rb") as file:
            found = format_of(file.read(HEAD))
        if found is None:
            return None
        return Origin(
            addresses.address_of(wanted), digest, path.stat().st_size, found.value, addresses.authorization_of(wanted)
        )

    def _make_ready(self, wanted: Wanted, digest: str, came: Callable[[Coming], None], *, may_be_cut: bool) -> Ready:
        is_of_git = wanted.kind == "git"
        if not is_of_git and not self._store.has(digest):
            self._fetch(wanted, digest, came)
        self._plain.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(dir=self._plain, prefix=".making-")
        os.close(descriptor)
        made = Path(name)
        try:
            if is_of_git:
                with tempfile.NamedTemporaryFile(dir=self._plain, prefix=".making-") as fetched:
                    repositories.archive(wanted, digest, Path(fetched.name), may_be_cut=may_be_cut)
                    make_plain(Path(fetched.name), made)
            else:
                make_plain(self._store.path(digest), made)
            own = digest_of(made)
            made.replace(self._plain / f"{digest}.{own}.tar")
        finally:
            with contextlib.suppress(FileNotFoundError):
                made.unlink()
        return Ready(self._plain / f"{digest}.{own}.tar", own, (self._plain / f"{digest}.{own}.tar").stat().st_size)

    def _fetch(self, wanted: Wanted, digest: str, came: Callable[[Coming], None]) -> None:
        """Have it in the store; a feed that does not answer is asked again for a while."""
        for pause in (*self._pauses, None):
            try:
                self._store.put(self._counted(_content(wanted), digest, came), expected=digest)
            except DownloadFailed as error:
                if pause is None or not error.may_pass:
                    raise
                self._come[digest] = Coming(trouble=str(error))
            else:
                return
            until = time.monotonic() + pause
            while time.monotonic() < until:
                came(self._come[digest])
                time.sleep(min(pause, _SLICE))

    def _counted(self, chunks: Iterator[bytes], digest: str, came: Callable[[Coming], None]) -> Iterator[bytes]:
        coming = Coming()
        for chunk in chunks:
            coming = self._come[digest] = Coming(coming.size + len(chunk))
            came(coming)
            yield chunk


def _content(wanted: Wanted) -> Iterator[bytes]:
    match wanted.kind:
        case "folder":
            path = folders.path_of(wanted)
            if not path.is_file():
                raise NotAPackage(f"{path} is gone")
            return chunks_of(path)
        case "url":
            return addresses.download(wanted)
        case "s3":
            return buckets.download(wanted)
        case _:
            raise NotAPackage("its content is gone from the state folder")


def _unavailable(wanted: Wanted, why: str, way_out: str) -> PackageUnavailable:
    done = "run" if wanted.kind == "git" else "installed"
    return PackageUnavailable(name=wanted.name, done=done, why=why, way_out=way_out)
