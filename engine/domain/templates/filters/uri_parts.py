"""The filter `UriPart`; what goes wrong stands in brackets in the text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.domain.templates.dotnet.uris import Uri, parse_uri
from engine.domain.templates.filters.setting import Filter, with_options


def _flag(holds: bool) -> str:
    return "true" if holds else "false"


_PARTS: dict[str, Callable[[Uri], str]] = {
    "absolutepath": lambda uri: uri.path,
    "absoluteuri": lambda uri: uri.absolute,
    "authority": lambda uri: uri.authority,
    "dnssafehost": lambda uri: uri.host.strip("[]"),
    "fragment": lambda uri: uri.fragment,
    "host": lambda uri: uri.host,
    "hostandport": lambda uri: uri.host_and_port,
    "hostnametype": lambda uri: uri.host_type,
    "isabsoluteuri": lambda _: _flag(True),
    "isdefaultport": lambda uri: _flag(uri.is_default_port),
    "isfile": lambda uri: _flag(uri.scheme == "file"),
    "isloopback": lambda uri: _flag(uri.is_loopback),
    "isunc": lambda uri: _flag(uri.is_unc),
    "path": lambda uri: uri.local_path,
    "pathandquery": lambda uri: uri.path + uri.query,
    "port": lambda uri: str(uri.port),
    "query": lambda uri: uri.query,
    "scheme": lambda uri: uri.scheme,
    "schemeandserver": lambda uri: uri.scheme_and_server,
    "userinfo": lambda uri: uri.user,
}


def _uri_part(text: str, options: Sequence[str]) -> str:
    if not options:
        return "[UriPart error: no argument given]"
    part = _PARTS.get(options[0].lower())
    if part is None:
        return f"[UriPart {options[0]} error: argument '{options[0]}' not supported]"
    uri = parse_uri(text)
    if uri is not None:
        return part(uri)
    if options[0].lower() == "isabsoluteuri":
        return _flag(False)
    return f"[UriPart {options[0]} error: This operation is not supported for a relative URI.]"


FILTERS: dict[str, Filter] = {"uripart": with_options(_uri_part, 1)}
