"""The substitution language by example: the page in the docs shows what the tests run."""

# ruff: noqa: E501 - one example a line
from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

NOW = datetime(2026, 3, 4, 15, 6, 7, 891234, tzinfo=UTC)
"""What time it is in the examples."""


@dataclass(frozen=True)
class Example:
    """A template, what the variables are, and the text it comes to."""

    template: str
    output: str | None
    variables: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Section:
    """What belongs together, under a title, with some words on it."""

    title: str
    words: str
    examples: tuple[Example, ...]


def _of(value: str, *pairs: tuple[str, str]) -> tuple[Example, ...]:
    """Examples with one variable, `X`."""
    return tuple(Example(template, output, {"X": value}) for template, output in pairs)


_ACTIONS = {"Octopus.Action[Build].Status": "ok", "Octopus.Action[Test it].Status": "failed", "Step": "Test it"}
_JSON = {"Settings": '{"db": {"host": "db1", "ports": [5432, 5433]}, "debug": true, "note": null}'}

LANGUAGE = (
    Section(
        "Values",
        "`#{Name}` is the value of a variable. Case does not count, nor does white space inside the braces. A value may "
        "contain `#{…}` itself. A variable that needs itself is an error that names the chain.",
        (
            Example(
                "Deploy #{Version} to #{ where }?",
                "Deploy 1.4.0 to production?",
                {"Version": "1.4.0", "Where": "production"},
            ),
            Example("#{Url}", "https://example.org/", {"Url": "https://#{Host}/", "Host": "example.org"}),
            Example("#{Missing} stays", "#{Missing} stays"),
            Example("##{Name} and ###{Name}", "#{Name} and #x", {"Name": "x"}),
            Example("# and ## are themselves", "# and ## are themselves"),
        ),
    ),
    Section(
        "Paths and keys",
        "Dots separate the parts of a name, brackets hold a key. A key may be computed; `[*]` is the first entry.",
        (
            Example("#{Octopus.Action[Test it].Status}", "failed", _ACTIONS),
            Example("#{Octopus.Action[#{Step}].Status}", "failed", _ACTIONS),
            Example("#{Octopus.Action[*].Status}", "ok", _ACTIONS),
        ),
    ),
    Section(
        "JSON",
        "A value that is JSON can be looked into. A variable with the full name wins; what is not there is empty. "
        "Objects and lists print as JSON, booleans as `True` and `False`, null as nothing.",
        (
            Example("#{Settings.db.host}:#{Settings[db].ports[1]}", "db1:5433", _JSON),
            Example("#{Settings.db}", '{"host":"db1","ports":[5432,5433]}', _JSON),
            Example("#{Settings.debug}|#{Settings.note}|#{Settings.none}", "True||", _JSON),
        ),
    ),
    Section(
        "Conditions",
        "`if` holds for everything but nothing, `0`, `no` and `false`; a missing variable is nothing. `==` and `!=` compare "
        "exactly, with a quoted text or another variable; either may have filters. `elseif` may follow as often as needed.",
        (
            Example("#{if On}on#{else}off#{/if}", "off", {"On": "False"}),
            Example('#{if Env == "prod"}careful#{elseif Env == "test"}try#{else}play#{/if}', "try", {"Env": "test"}),
            Example("#{unless Quiet}loud#{/unless}", "loud"),
            Example('#{if Env | ToLower == "prod"}yes#{/if}', "yes", {"Env": "PROD"}),
        ),
    ),
    Section(
        "Loops",
        "`each` goes through entries in brackets, lists and objects in JSON, or text with commas. "
        "`Octopus.Template.Each.Index` counts from 0; `.First` and `.Last` are `True` or `False`.",
        (
            Example("#{each a in Octopus.Action}#{a}: #{a.Status}; #{/each}", "Build: ok; Test it: failed; ", _ACTIONS),
            Example(
                "#{each h in Hosts}#{h}#{unless Octopus.Template.Each.Last}, #{/unless}#{/each}",
                "a, b",
                {"Hosts": "a,b"},
            ),
            Example("#{each m in J}#{m.Key}=#{m.Value} #{/each}", "a=1 b=x ", {"J": '{"a": 1, "b": "x"}'}),
        ),
    ),
    Section(
        "Calculations",
        "`+ - * /` and parentheses. A name with `-` or `/` in it stands in braces.",
        (
            Example("#{calc A + (B*2) - {My-Var}/4}", "17", {"A": "5", "B": "7", "My-Var": "8"}),
            Example("#{calc 3/2}", "1.5"),
            Example("#{calc A + 1}", "#{A + 1}", {"A": "many"}),
        ),
    ),
)

FILTERS = (
    Section("ToUpper, ToLower", "Another case.", _of("Bar", ("#{X | ToUpper}", "BAR"), ("#{X | ToLower}", "bar"))),
    Section(
        "ToBase64, FromBase64",
        "Option: `utf8` (default) or `unicode` (UTF-16, little endian).",
        (
            *_of("Bar", ("#{X | ToBase64}", "QmFy"), ("#{X | ToBase64 unicode}", "QgBhAHIA")),
            *_of("QmFy", ("#{X | FromBase64}", "Bar")),
        ),
    ),
    Section(
        "HtmlEscape",
        "Also escapes `/` and both quotes.",
        _of("1 < 2 'a/b'", ("#{X | HtmlEscape}", "1 &lt; 2 &apos;a&#x2F;b&apos;")),
    ),
    Section("XmlEscape", "", _of("1 < 2 'a/b'", ("#{X | XmlEscape}", "1 &lt; 2 &apos;a/b&apos;"))),
    Section("JsonEscape", "", _of('He said "Hello!"', ("#{X | JsonEscape}", r"He said \"Hello!\""))),
    Section(
        "YamlSingleQuoteEscape",
        "For text between single quotes.",
        _of("The bee's knees", ("#{X | YamlSingleQuoteEscape}", "The bee''s knees")),
    ),
    Section(
        "YamlDoubleQuoteEscape",
        "For text between double quotes.",
        _of('"Olá"!', ("#{X | YamlDoubleQuoteEscape}", r"\"Ol\u00e1\"!")),
    ),
    Section(
        "PropertiesKeyEscape",
        "For keys in Java's properties.",
        _of("Hey: =Yes", ("#{X | PropertiesKeyEscape}", r"Hey\:\ \=Yes")),
    ),
    Section(
        "PropertiesValueEscape",
        "For values in Java's properties.",
        _of("a\\b=c", ("#{X | PropertiesValueEscape}", r"a\\b=c")),
    ),
    Section("UriEscape", "Reserved characters stay.", _of("A b:c+d/e", ("#{X | UriEscape}", "A%20b:c+d/e"))),
    Section(
        "UriDataEscape",
        "Reserved characters are escaped, too.",
        _of("A b:c+d/e", ("#{X | UriDataEscape}", "A%20b%3Ac%2Bd%2Fe")),
    ),
    Section(
        "Markdown, MarkdownToHtml",
        "CommonMark with tables, `~~strike~~`, `~sub~`, `^super^` and bare addresses; ends with a new line.",
        _of("This _rocks_ ~~not~~", ("#{X | Markdown}", "<p>This <em>rocks</em> <del>not</del></p>\n")),
    ),
    Section(
        "NowDate, NowDateUtc",
        "No input. Option: a .NET date format (default `O`).",
        (
            Example("#{ | NowDate}", "2026-03-04T15:06:07.8912340+00:00"),
            Example("#{ | NowDateUtc}", "2026-03-04T15:06:07.8912340Z"),
            Example('#{ | NowDate "HH dd-MMM-yyyy"}', "15 04-Mar-2026"),
        ),
    ),
    Section(
        "AddHours, AddDays",
        "One number; a fraction is quoted. The offset is kept.",
        (
            *_of("2026-03-04T15:00:00+02:00", ('#{X | AddHours "1.5"}', "2026-03-04T16:30:00.0000000+02:00")),
            Example("#{ | NowDateUtc | AddDays -1 | Format yyyy-MM-dd}", "2026-03-03"),
        ),
    ),
    Section(
        "Format",
        "A .NET format for numbers or dates, invariant culture. Two options: the type (`int`, `int32`, `double`, `decimal`, "
        "`date`, `datetime`, `datetimeoffset`) and the format.",
        (
            *_of(
                "4.3",
                ("#{X | Format C}", "¤4.30"),
                ('#{X | Format "00.00"}', "04.30"),
                ("#{X | Format double E2}", "4.30E+000"),
            ),
            *_of("2030/05/22 09:05:00", ("#{X | Format yyyy}", "2030"), ("#{X | Format DateTime HH:mm}", "09:05")),
        ),
    ),
    Section(
        "Match",
        "Whether a regular expression (.NET's syntax) matches.",
        _of("Octopus", ('#{X | Match "^Oct.*s$"}', "true"), ("#{X | Match oct}", "false")),
    ),
    Section(
        "Replace",
        "A regular expression and what to put in its place; nothing if that is left out.",
        _of(
            "release-1.4",
            ('#{X | Replace "^release-"}', "1.4"),
            ('#{X | Replace "(.*)-(.*)" "$2 ($1)"}', "1.4 (release)"),
        ),
    ),
    Section(
        "StartsWith, EndsWith, Contains",
        "Compare exactly.",
        _of(
            "Octopus",
            ("#{X | StartsWith Oct}", "true"),
            ("#{X | EndsWith Pus}", "false"),
            ("#{X | Contains top}", "true"),
        ),
    ),
    Section(
        "Substring",
        "A length, or a start and a length.",
        _of("Octopus Deploy", ("#{X | Substring 7}", "Octopus"), ("#{X | Substring 8 6}", "Deploy")),
    ),
    Section(
        "Truncate",
        "A length, and what follows when something was cut.",
        _of("Octopus Deploy", ("#{X | Truncate 7}", "Octopus..."), ('#{X | Truncate 7 "!"}', "Octopus!")),
    ),
    Section(
        "Trim",
        "Both sides, or `start` or `end` only.",
        _of("  Bar  ", ("[#{X | Trim}]", "[Bar]"), ("[#{X | Trim start}]", "[Bar  ]")),
    ),
    Section(
        "Indent",
        "A number of spaces (4; at most 255), `/n` for all lines but the first, `a/b`, or one or two texts.",
        _of(
            "a\nb",
            ("#{X | Indent}", "    a\n    b"),
            ("#{X | Indent /2}", "a\n  b"),
            ('#{X | Indent "- " "  "}', "- a\n  b"),
        ),
    ),
    Section(
        "UriPart",
        "A part by name; an error stands in brackets.",
        _of(
            "https://me:pw@Example.org:8443/docs/a%20b?page=2#top",
            ("#{X | UriPart AbsolutePath}", "/docs/a%20b"),
            ("#{X | UriPart AbsoluteUri}", "https://me:pw@example.org:8443/docs/a%20b?page=2#top"),
            ("#{X | UriPart Authority}", "example.org:8443"),
            ("#{X | UriPart DnsSafeHost}", "example.org"),
            ("#{X | UriPart Fragment}", "#top"),
            ("#{X | UriPart Host}", "example.org"),
            ("#{X | UriPart HostAndPort}", "example.org:8443"),
            ("#{X | UriPart HostNameType}", "Dns"),
            ("#{X | UriPart IsAbsoluteUri}", "true"),
            ("#{X | UriPart IsDefaultPort}", "false"),
            ("#{X | UriPart IsFile}", "false"),
            ("#{X | UriPart IsLoopback}", "false"),
            ("#{X | UriPart IsUnc}", "false"),
            ("#{X | UriPart Path}", "/docs/a b"),
            ("#{X | UriPart PathAndQuery}", "/docs/a%20b?page=2"),
            ("#{X | UriPart Port}", "8443"),
            ("#{X | UriPart Query}", "?page=2"),
            ("#{X | UriPart Scheme}", "https"),
            ("#{X | UriPart SchemeAndServer}", "https://example.org:8443"),
            ("#{X | UriPart UserInfo}", "me:pw"),
            ("#{X | UriPart}", "[UriPart error: no argument given]"),
            ("#{X | UriPart Bar}", "[UriPart Bar error: argument 'Bar' not supported]"),
        ),
    ),
    Section(
        "VersionMajor, VersionMinor, VersionPatch, VersionRevision, VersionPreRelease, VersionPreReleasePrefix, "
        "VersionPreReleaseCounter, VersionMetadata",
        "Parts of a version: SemVer, four numbers, or an image tag.",
        _of(
            "v1.2.3.4-beta.10+abc",
            ("#{X | VersionMajor}", "1"),
            ("#{X | VersionMinor}", "2"),
            ("#{X | VersionPatch}", "3"),
            ("#{X | VersionRevision}", "4"),
            ("#{X | VersionPreRelease}", "beta.10"),
            ("#{X | VersionPreReleasePrefix}", "beta"),
            ("#{X | VersionPreReleaseCounter}", "10"),
            ("#{X | VersionMetadata}", "abc"),
        ),
    ),
    Section(
        "Append, Prepend",
        "One or more texts; they need no input.",
        (
            *_of("Bar", ('#{X | Append " " one}', "Bar one"), ("#{X | Prepend a b}", "abBar")),
            Example("#{ | Append alone}", "alone"),
        ),
    ),
    Section(
        "Md5, Sha1, Sha256, Sha384, Sha512",
        "Options, in any order: how many bytes to show, and the encoding (`utf8`, `unicode`, `base64`).",
        _of(
            "Bar",
            ("#{X | Md5}", "ddc35f88fa71b6ef142ae61f35364653"),
            ("#{X | Sha1}", "e496fd20136d4bb7828ebb0ab925b1bd977208e4"),
            ("#{X | Sha256 4}", "95d64cac"),
            ("#{X | Sha384 4}", "3601e839"),
            ("#{X | Sha512 4 utf8}", "487af23c"),
        ),
    ),
    Section(
        "null",
        "The whole value becomes none: unsets a variable.",
        (Example("#{if On}yes#{else}#{ | null}#{/if}", None),),
    ),
)
