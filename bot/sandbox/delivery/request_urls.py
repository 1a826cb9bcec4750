"""HTTP mode: the app is called at the addresses of its manifest, signed as Slack signs, instead of over a socket."""

import asyncio
import hashlib
import hmac
import http.client
import json
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from bot.sandbox.clock import Clock
from bot.sandbox.delivery.acks import Ack
from bot.sandbox.delivery.payloads import VERIFICATION_TOKEN
from bot.sandbox.json_types import JsonObject, parsed
from bot.sandbox.manifest import Manifest

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
AT_ONCE = 32
ANSWER_BYTES = 1_000_000
# Slack's words in X-Slack-Retry-Reason.
TIMEOUT, UNREACHABLE, BAD_STATUS = "http_timeout", "connection_failed", "http_error"


@dataclass(frozen=True)
class _Answer:
    """What the app's server said; `reason` is why that is none, in the words of X-Slack-Retry-Reason."""

    status: int = 0
    content_type: str = ""
    body: str = ""
    wants_no_retry: bool = False
    reason: str = ""


class RequestUrls:
    """Calls the app's addresses, on this machine only. It knows what an answer says, not what that means."""

    def __init__(self, clock: Clock, manifest: Manifest, signing_secret: str, ack_wall: float = 3.0) -> None:
        self._clock = clock
        self._manifest = manifest
        self._secret = signing_secret.encode()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sandbox-request")
        self._is_verified = False
        self._checks: dict[str, asyncio.Task[_Answer]] = {}  # by the address of a command
        self.ack_wall = ack_wall

    async def deliver(self, kind: str, payload: JsonObject, retry: tuple[int, str] | None = None) -> Ack:
        """Send one payload and wait for the answer, three seconds at most."""
        url = self._address(kind, payload)
        if not url:
            return Ack(error="dispatch_failed", reason=UNREACHABLE)
        if kind == "events_api" and not await self._verify(url):
            return Ack(error="url_verification_failed", reason=BAD_STATUS)
        if kind == "slash_commands":
            self._check_ssl(url)
        headers = {"x-slack-retry-num": str(retry[0]), "x-slack-retry-reason": retry[1]} if retry else {}
        body, content_type = _encoded(kind, payload)
        started = time.perf_counter()
        answer = await self._post(url, body, {"content-type": content_type, **headers})
        if answer.reason:
            error = "operation_timeout" if answer.reason == TIMEOUT else "dispatch_failed"
            return Ack(error=error, reason=answer.reason, is_final=answer.wants_no_retry)
        return Ack(ms=round((time.perf_counter() - started) * 1000, 3), payload=_payload_of(answer))

    def close(self) -> None:
        """Wait for nobody."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _address(self, kind: str, payload: JsonObject) -> str:
        addresses = self._manifest.addresses
        if kind == "slash_commands":
            return self._manifest.commands[payload["command"]].url
        if kind == "events_api":
            return addresses.events
        return addresses.options if payload["type"] == "block_suggestion" else addresses.interactivity

    def _check_ssl(self, url: str) -> None:
        """Slack asks the address of a command now and then, to see its certificate; here once, beside the first one.
        An app says 200 and does nothing; what it says changes nothing.
        """
        if url not in self._checks:
            asked = urlencode({"token": VERIFICATION_TOKEN, "ssl_check": "1"}).encode()
            self._checks[url] = asyncio.create_task(self._post(url, asked, {"content-type": FORM}))

    async def _verify(self, url: str) -> bool:
        """Slack sends events only to an address that gave its challenge back."""
        if not self._is_verified:
            challenge = secrets.token_urlsafe(40)
            asked = {"token": VERIFICATION_TOKEN, "challenge": challenge, "type": "url_verification"}
            answer = await self._post(url, json.dumps(asked).encode(), {"content-type": JSON})
            self._is_verified = not answer.reason and challenge in _challenges(answer)
        return self._is_verified

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> _Answer:
        headers = {**headers, **self._signature(body), "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}
        loop = asyncio.get_running_loop()
        answer = loop.run_in_executor(self._threads, _call, url, body, headers, self.ack_wall)
        try:
            return await self._clock.within(self.ack_wall, answer)
        except TimeoutError:
            return _Answer(reason=TIMEOUT)

    def _signature(self, body: bytes) -> dict[str, str]:
        # The app compares with its own clock, which no test moves.
        timestamp = str(int(time.time()))
        signed = hmac.new(self._secret, b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        return {"x-slack-request-timestamp": timestamp, "x-slack-signature": f"v0={signed}"}


def _call(url: str, body: bytes, headers: dict[str, str], seconds: float) -> _Answer:
    """One POST, in a thread of its own; no redirect is followed and no proxy asked."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=seconds)
    try:
        connection.request("POST", parts.path + (f"?{parts.query}" if parts.query else "") or "/", body, headers)
        response = connection.getresponse()
        text = response.read(ANSWER_BYTES).decode("utf-8", errors="replace")
    except TimeoutError:
        return _Answer(reason=TIMEOUT)
    except (OSError, http.client.HTTPException):
        return _Answer(reason=UNREACHABLE)
    finally:
        connection.close()
    return _Answer(
        status=response.status,
        content_type=response.headers.get_content_type(),
        body=text,
        wants_no_retry=response.headers.get("X-Slack-No-Retry") == "1",
        reason="" if response.status == 200 else BAD_STATUS,
    )


def _encoded(kind: str, payload: JsonObject) -> tuple[bytes, str]:
    if kind == "events_api":
        return json.dumps(payload).encode(), JSON
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(form).encode(), FORM


def _payload_of(answer: _Answer) -> JsonObject:
    """The same as what an ack carries over a socket: an object, or a text by itself."""
    try:
        value = parsed(answer.body)
    except ValueError:
        value = None
    if isinstance(value, dict):
        return value
    return {"text": answer.body} if answer.body.strip() else {}


def _challenges(answer: _Answer) -> list[str]:
    """What may be the challenge: the whole body, or so named in JSON or a form."""
    in_json = _payload_of(answer).get("challenge") if answer.content_type == JSON else None
    return [answer.body.strip(), str(in_json), *parse_qs(answer.body).get("challenge", [])]
