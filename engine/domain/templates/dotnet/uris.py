"""Addresses as .NET's `Uri` takes them apart and escapes them."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

_DEFAULT_PORTS = {
    "http": 80, "https": 443, "ftp": 21, "ws": 80, "wss": 443, "gopher": 70, "nntp": 119, "telnet": 23,
    "ldap": 389, "net.tcp": 808,
}  # fmt: skip
_MAIL_PORT = 25
_LONGEST = 65_000
_UNRESERVED = "-._~"
_RESERVED = ":/?#[]@!$&'()*+,;="
_ADDRESS = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*):(?P<rest>.*)", re.DOTALL)
_REST = re.compile(r"(?://(?P<authority>[^/?#\\]*))?(?P<path>[^?#]*)(?P<query>\?[^#]*)?(?P<fragment>#.*)?", re.DOTALL)
_AUTHORITY = re.compile(r"(?:(?P<user>.*)@)?(?P<host>\[[^\]]*\]|[^:@]*)(?::(?P<port>\d*))?", re.DOTALL)
_DNS = re.compile(r"(?:[\w](?:[\w\-]*[\w])?\.)*[\w](?:[\w\-]*[\w])?\.?")


def escape_uri(text: str) -> str:
    """As `Uri.EscapeUriString`: reserved characters stay."""
    return _quoted(text, _UNRESERVED + _RESERVED)


def escape_data(text: str) -> str:
    """As `Uri.EscapeDataString`: reserved characters are escaped, too."""
    return _quoted(text, _UNRESERVED)


def _quoted(text: str, safe: str) -> str:
    clean = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return quote(clean, safe=safe, encoding="utf-8")


@dataclass(frozen=True)
class Uri:
    """An absolute address in its parts, in .NET's canonical form."""

    scheme: str
    user: str
    host: str
    port: int
    path: str
    query: str
    fragment: str
    has_authority: bool

    @property
    def default_port(self) -> int:
        """The port of the scheme, or -1."""
        return _MAIL_PORT if self.scheme == "mailto" else _DEFAULT_PORTS.get(self.scheme, -1)

    @property
    def is_default_port(self) -> bool:
        """Whether the port is the one of the scheme."""
        return self.port == self.default_port

    @property
    def authority(self) -> str:
        """The host, and the port unless it is the default one."""
        return self.host if self.is_default_port else f"{self.host}:{self.port}"

    @property
    def host_and_port(self) -> str:
        """The host with its port, the default one included."""
        return self.host if self.port < 0 else f"{self.host}:{self.port}"

    @property
    def scheme_and_server(self) -> str:
        """Scheme, host and a port that is not the default one."""
        return f"{self.scheme}{self._separator}{self.authority}"

    @property
    def absolute(self) -> str:
        """The whole address."""
        user = f"{self.user}@" if self.user else ""
        return f"{self.scheme}{self._separator}{user}{self.authority}{self.path}{self.query}{self.fragment}"

    @property
    def local_path(self) -> str:
        """The path, unescaped."""
        return unquote(self.path)

    @property
    def host_type(self) -> str:
        """What kind of name the host has: Dns, IPv4, IPv6, Basic or Unknown."""
        if not self.host:
            return "Basic" if self.has_authority else "Unknown"
        if self.host.startswith("["):
            return "IPv6"
        try:
            ipaddress.IPv4Address(self.host)
        except ValueError:
            return "Dns" if _DNS.fullmatch(self.host) else "Basic"
        return "IPv4"

    @property
    def is_loopback(self) -> bool:
        """Whether it is this machine."""
        if self.host in {"localhost", "loopback", "[::1]"}:
            return True
        return (self.host_type == "IPv4" and self.host.startswith("127.")) or (self.scheme == "file" and not self.host)

    @property
    def is_unc(self) -> bool:
        """Whether it is a file of another machine."""
        return self.scheme == "file" and bool(self.host)

    @property
    def _separator(self) -> str:
        return "://" if self.has_authority else ":"


def parse_uri(text: str) -> Uri | None:
    """The absolute address that `text` is; None for anything else."""
    text = text.strip()
    found = _ADDRESS.fullmatch(text) if len(text) < _LONGEST else None
    rest = _REST.fullmatch(found["rest"]) if found else None
    if found is None or rest is None:
        return None
    scheme = found["scheme"].lower()
    has_authority = rest["authority"] is not None
    if not has_authority and scheme in _DEFAULT_PORTS:
        return None
    authority = _AUTHORITY.fullmatch(rest["authority"] or "")
    if authority is None:
        return None
    user, host, path = authority["user"] or "", authority["host"].lower(), rest["path"]
    if scheme == "mailto" and not has_authority and "@" in path:
        user, _, host = path.rpartition("@")
        path = ""
    port = int(authority["port"][:7]) if authority["port"] else None
    if (port is not None and port > 65535) or not _is_host(host, scheme):
        return None
    if has_authority:
        path = _shortened(path.replace("\\", "/") or "/")
    default = Uri(scheme, "", "", -1, "", "", "", has_authority).default_port
    return Uri(
        scheme,
        user,
        host,
        default if port is None else port,
        _canonical(path),
        _canonical(rest["query"] or ""),
        _canonical(rest["fragment"] or ""),
        has_authority,
    )


def _is_host(host: str, scheme: str) -> bool:
    if host.startswith("["):
        try:
            ipaddress.IPv6Address(host[1:-1].partition("%")[0])
        except ValueError:
            return False
        return True
    if not host:
        return scheme not in _DEFAULT_PORTS
    return not re.search(r"[\s<>\"{}|\\^`%]", host)


def _canonical(text: str) -> str:
    return _quoted(text, _UNRESERVED + _RESERVED + "%")


def _shortened(path: str) -> str:
    """`path` without `.` and `..`."""
    kept: list[str] = []
    segments = path.split("/")
    for number, segment in enumerate(segments):
        is_last = number == len(segments) - 1
        if segment in (".", ".."):
            if segment == ".." and len(kept) > 1:
                kept.pop()
            if is_last:
                kept.append("")
        else:
            kept.append(segment)
    return "/".join(kept)
