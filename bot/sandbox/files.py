"""Files: where bytes are uploaded, kept and fetched. Sharing them into channels is not done here."""

import mimetypes
import secrets
from pathlib import Path
from urllib.parse import quote

from bot.sandbox.ids import random_id
from bot.sandbox.json_types import JsonObject
from bot.sandbox.people import TEAM_ID
from bot.sandbox.workspace import Workspace

MAX_BYTES = 1_000_000_000
PREVIEW = 2_000
TEXT_TYPES = {"log": "Plain Text", "txt": "Plain Text", "md": "Markdown", "json": "JSON", "yml": "YAML", "sh": "Shell"}


class Uploads:
    """Upload tickets and the bytes behind files; in the state folder when there is one, else in memory."""

    def __init__(self, workspace: Workspace, base_url: str, state_dir: Path | None) -> None:
        self._workspace = workspace
        self._base_url = base_url
        self._folder = state_dir / "files" if state_dir is not None else None
        self._bytes: dict[str, bytes] = {}
        self._tickets: dict[str, str] = {}
        if self._folder is not None:
            self._folder.mkdir(exist_ok=True, mode=0o700)
        for file in workspace.files.values():
            file.update(self._links(file["id"], file["name"]))  # the port may be another one today

    def expect(self, filename: str, length: int) -> JsonObject:
        """Announce an upload: a ticket's URL and the id of the file to be."""
        file_id, ticket = random_id("F0"), secrets.token_urlsafe(24)
        self._tickets[ticket] = file_id
        self._workspace.save_file(self._described(file_id, filename, length))
        return {"upload_url": f"{self._base_url}/upload/{ticket}", "file_id": file_id}

    def ticket(self, ticket: str) -> str | None:
        """The file that this ticket is for."""
        return self._tickets.get(ticket)

    def store(self, ticket: str, content: bytes) -> None:
        """Keep the uploaded bytes; the ticket is spent."""
        file_id = self._tickets.pop(ticket)
        if self._folder is not None:
            (self._folder / file_id).write_bytes(content)
        else:
            self._bytes[file_id] = content
        file = self._workspace.files[file_id]
        file.update(size=len(content), is_uploaded=True)
        if file["mode"] == "snippet":
            text = content[: PREVIEW * 4].decode("utf-8", errors="replace")
            file.update(
                preview=text[:PREVIEW],
                lines=content.count(b"\n") + 1,
                preview_is_truncated=len(content) > PREVIEW,
            )
        self._workspace.save_file(file)

    def delete(self, file: JsonObject) -> None:
        """Forget the bytes; what is left says that there was a file."""
        if self._folder is not None:
            (self._folder / file["id"]).unlink(missing_ok=True)
        self._bytes.pop(file["id"], None)
        for key in ("preview", "lines", "preview_is_truncated"):
            file.pop(key, None)
        file.update(mode="tombstone", size=0, is_uploaded=False)
        self._workspace.save_file(file)

    def add(self, filename: str, content: bytes, person: JsonObject) -> JsonObject:
        """A file of a person's, whole at once."""
        ticket = str(self.expect(filename, len(content))["upload_url"]).rsplit("/", 1)[1]
        file = self._workspace.files[self._tickets[ticket]]
        file.update(user=person["id"], user_team=person["team_id"])
        self.store(ticket, content)
        return file

    def read(self, file_id: str) -> bytes | None:
        """The bytes of a file, None when they were never uploaded."""
        if self._folder is None:
            return self._bytes.get(file_id)
        path = self._folder / file_id
        return path.read_bytes() if path.is_file() else None

    def _described(self, file_id: str, filename: str, length: int) -> JsonObject:
        extension = Path(filename).suffix.removeprefix(".").lower()
        mimetype = "text/plain" if extension in TEXT_TYPES else mimetypes.guess_type(filename)[0] or "text/plain"
        is_text = mimetype.startswith("text/")
        return {
            "id": file_id,
            "created": int(self._workspace.clock.now()),
            "timestamp": int(self._workspace.clock.now()),
            "name": filename,
            "title": filename,
            "mimetype": mimetype,
            "filetype": extension or "text",
            "pretty_type": TEXT_TYPES.get(extension, extension.upper() or "Plain Text"),
            "user": self._workspace.bot_user_id,
            "user_team": TEAM_ID,
            "editable": is_text,
            "size": length,
            "mode": "snippet" if is_text else "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": False,
            "public_url_shared": False,
            "display_as_bot": False,
            "username": "",
            **self._links(file_id, filename),
            "comments_count": 0,
            "is_starred": False,
            "shares": {},
            "channels": [],
            "groups": [],
            "ims": [],
            "has_rich_preview": False,
            "file_access": "visible",
            "is_uploaded": False,
        }

    def _links(self, file_id: str, filename: str) -> JsonObject:
        url = f"{self._base_url}/files/{file_id}/{quote(Path(filename).name)}"
        return {"url_private": url, "url_private_download": f"{url}?download=1", "permalink": url}
