"""The app's manifest, as far as a workspace acts on it: commands, scopes, events, names. It does not judge the rest."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox import manifest_limits
from bot.sandbox.errors import SandboxUnusable

PACKAGE = Path(__file__).resolve().parent.parent
PLACES = (PACKAGE / "app_manifest.yml", PACKAGE.parent / "app_manifest.yml")

BUILT_IN_SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "reactions:write",
    "team:read",
    "usergroups:read",
    "users:read",
    "users:read.email",
)


@dataclass(frozen=True)
class SlashCommand:
    """A command that people can type; `should_escape` turns @names and #channels into ids. `url` is for HTTP mode."""

    command: str
    description: str
    usage_hint: str = ""
    should_escape: bool = False
    url: str = ""


@dataclass(frozen=True)
class Shortcut:
    """What people choose in a message's menu (`message`) or anywhere (`global`)."""

    callback_id: str
    name: str
    kind: str
    description: str = ""


@dataclass(frozen=True)
class Addresses:
    """Where the app wants to be called when it has no Socket Mode; an empty one means that it has none."""

    events: str = ""
    interactivity: str = ""
    options: str = ""


@dataclass(frozen=True)
class Manifest:
    """What the installed app may do and what it wants to hear."""

    name: str = "Foredeck"
    display_name: str = "foredeck"
    commands: dict[str, SlashCommand] = field(default_factory=dict)
    scopes: tuple[str, ...] = BUILT_IN_SCOPES
    events: frozenset[str] = frozenset()
    shortcuts: dict[str, Shortcut] = field(default_factory=dict)
    unfurl_domains: tuple[str, ...] = ()
    # As for a new app of Slack's: a Home tab only when it is asked for, direct messages unless they are switched off.
    has_home: bool = False
    has_messages: bool = True
    is_socket_mode: bool = True
    addresses: Addresses = Addresses()


BUILT_IN = Manifest(
    commands={
        "/deploy": SlashCommand("/deploy", "Deploy a project", "[project] [version] to [environment]", True),
        "/release": SlashCommand("/release", "Create or list releases", "create [project] [version]", True),
    },
)


def find(path: Path | None) -> Manifest:
    """The manifest at `path`, else the packaged one, else a built-in one."""
    if path is not None:
        return load(path)
    for place in PLACES:
        if place.is_file():
            return load(place)
    return BUILT_IN


def load(path: Path) -> Manifest:
    """Read one manifest (YAML or JSON); raises SandboxUnusable with the way out."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        document = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SandboxUnusable(f"The app manifest {path} cannot be read: {error}.") from error
    except YAMLError as error:
        raise SandboxUnusable(f"The app manifest {path} is not valid YAML: {error}") from error
    try:
        return _parsed(_mapping(document, "the manifest"))
    except ValueError as error:
        raise SandboxUnusable(f"The app manifest {path} is not usable: {error}.") from error


def _parsed(document: dict[str, Any]) -> Manifest:
    information = _mapping(document.get("display_information", {}), "display_information")
    features = _mapping(document.get("features", {}), "features")
    bot_user = _mapping(features.get("bot_user", {}), "features.bot_user")
    app_home = _mapping(features.get("app_home", {}), "features.app_home")
    scopes = _mapping(_mapping(document.get("oauth_config", {}), "oauth_config").get("scopes", {}), "scopes")
    settings = _mapping(document.get("settings", {}), "settings")
    events = _mapping(settings.get("event_subscriptions", {}), "settings.event_subscriptions")
    interactivity = _mapping(settings.get("interactivity", {}), "settings.interactivity")
    commands = [_command(entry) for entry in _list(features, "slash_commands")]
    shortcuts = [_shortcut(entry) for entry in _list(features, "shortcuts")]
    manifest_limits.check(information, bot_user, features)
    addresses = Addresses(
        events=str(events.get("request_url") or ""),
        interactivity=str(interactivity.get("request_url") or ""),
        options=str(interactivity.get("message_menu_options_url") or ""),
    )
    name = str(information.get("name") or "App")
    manifest = Manifest(
        name=name,
        display_name=str(bot_user.get("display_name") or name),
        commands={command.command: command for command in commands},
        scopes=tuple(str(scope) for scope in _list(scopes, "bot")),
        events=frozenset(str(event) for event in _list(events, "bot_events")),
        shortcuts={shortcut.callback_id: shortcut for shortcut in shortcuts},
        unfurl_domains=tuple(str(domain).lower() for domain in _list(features, "unfurl_domains")),
        has_home=bool(app_home.get("home_tab_enabled", False)),
        has_messages=bool(app_home.get("messages_tab_enabled", True)),
        # A manifest that neither says so nor names an address is one of Socket Mode: there is no other way to it.
        is_socket_mode=bool(settings.get("socket_mode_enabled", not _names_any(addresses, commands))),
        addresses=addresses,
    )
    _check_addresses(manifest)
    return manifest


def _names_any(addresses: Addresses, commands: list[SlashCommand]) -> bool:
    return addresses != Addresses() or any(command.url for command in commands)


def _shortcut(entry: object) -> Shortcut:
    fields = _mapping(entry, "an entry of features.shortcuts")
    kind, callback_id = str(fields.get("type") or ""), str(fields.get("callback_id") or "")
    if kind not in ("global", "message") or not callback_id:
        raise ValueError(f"the shortcut {callback_id!r} needs a callback_id and the type global or message")
    return Shortcut(callback_id, str(fields.get("name") or callback_id), kind, str(fields.get("description") or ""))


def _check_addresses(manifest: Manifest) -> None:
    """Without Socket Mode the app is called on this machine only: a sandbox must never reach out into the world."""
    if manifest.is_socket_mode:
        return
    addresses = manifest.addresses
    called = [addresses.events, addresses.interactivity, addresses.options]
    for address in [*called, *(command.url for command in manifest.commands.values())]:
        parts = urlsplit(address)
        if address and (parts.scheme != "http" or not _is_loopback(parts.hostname or "")):
            raise ValueError(
                f"the sandbox calls apps on this machine only, for example at http://127.0.0.1:3000, not {address}"
            )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _command(entry: object) -> SlashCommand:
    fields = _mapping(entry, "an entry of features.slash_commands")
    command = str(fields.get("command") or "")
    if not command.startswith("/"):
        raise ValueError(f"the slash command {command!r} must begin with /")
    return SlashCommand(
        command=command,
        description=str(fields.get("description") or ""),
        usage_hint=str(fields.get("usage_hint") or ""),
        should_escape=bool(fields.get("should_escape")),
        url=str(fields.get("url") or ""),
    )


def _list(fields: dict[str, Any], name: str) -> list[Any]:
    value = fields.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError(f"{name} must be a list")  # noqa: TRY004 - one kind of error for the caller
    return value


def _mapping(value: object, place: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError(f"{place} must be a mapping")  # noqa: TRY004 - one kind of error for the caller
    return value
