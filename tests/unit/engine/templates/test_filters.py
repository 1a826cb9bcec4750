"""Each filter at its edges; what it cannot use is echoed."""

from __future__ import annotations

import hashlib

import pytest

from engine.domain.templates import evaluate


def filtered(value: str, filters: str, **others: str) -> str | None:
    """What comes out; None when the token is echoed."""
    found = evaluate(f"#{{X | {filters}}}", {"X": value, **others})
    assert found.error is None
    return None if found.unresolved else found.text


@pytest.mark.parametrize(
    ("value", "filters", "text"),
    [
        ("Straße", "ToUpper", "STRAßE"),
        ("ÄÖ", "tolower", "äö"),
        ("x", "TOUPPER", "X"),
        ("x", "ToUpper a", None),
        ("x", "Nope", None),
        ("x", "ToUpper | Nope | ToLower", None),
        ("é", "ToBase64", "w6k="),
        ("é", "ToBase64 UTF8", "w6k="),
        ("é", "ToBase64 unicode", "6QA="),
        ("é", "ToBase64 ascii", None),
        ("é", "ToBase64 utf8 x", None),
        ("", "ToBase64", ""),
        ("w6k=", "FromBase64", "é"),
        (" w6\nk= ", "FromBase64", "é"),
        ("6QA=", "FromBase64 unicode", "é"),
        ("w6k", "FromBase64", None),
        ("!!!!", "FromBase64", None),
        ("/w==", "FromBase64", "\ufffd"),
        ('<a href="x">&\'/', "HtmlEscape", "&lt;a href=&quot;x&quot;&gt;&amp;&apos;&#x2F;"),
        ('<a href="x">&\'/', "XmlEscape", "&lt;a href=&quot;x&quot;&gt;&amp;&apos;/"),
        ("<a", "XmlEscape x", None),
        ('a"\\/\n\r\té', "JsonEscape", 'a\\"\\\\/\\n\\r\\té'),
        ("it's", "YamlSingleQuoteEscape", "it''s"),
        ("a\nb\r\n\r\nc", "YamlSingleQuoteEscape", "a\n\nb\n\n\nc"),
        ('"a\\\n\té\x07😀', "YamlDoubleQuoteEscape", r"\"a\\\n\t\u00e9\u0007\ud83d\ude00"),
        ("a b:c=d#e!f\\g\té", "PropertiesKeyEscape", r"a\ b\:c\=d\#e\!f\\g\t\u00e9"),
        (" a b:c=d#\\\né", "PropertiesValueEscape", r"\ a b:c=d#\\\n\u00e9"),
        ("a-b_c.d~e f%é", "UriEscape", "a-b_c.d~e%20f%25%C3%A9"),
        (":/?#[]@!$&'()*+,;=", "UriEscape", ":/?#[]@!$&'()*+,;="),
        (":/?#[]@!$&'()*+,;=", "UriDataEscape", "%3A%2F%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3D"),
        ('"<>\\^`{|}', "UriEscape", "%22%3C%3E%5C%5E%60%7B%7C%7D"),
    ],
)
def test_case_and_escapes(value: str, filters: str, text: str | None) -> None:
    assert filtered(value, filters) == text


@pytest.mark.parametrize(
    ("value", "filters", "text"),
    [
        ("Octopus", "Substring 3", "Oct"),
        ("Octopus", "Substring 0", ""),
        ("Octopus", "Substring 99", "Octopus"),
        ("Octopus", "Substring 3 2", "op"),
        ("Octopus", "Substring 3 99", "opus"),
        ("Octopus", "Substring 7 1", ""),
        ("Octopus", "Substring 8 1", None),
        ("Octopus", "Substring -1", None),
        ("Octopus", "Substring -1 2", None),
        ("Octopus", "Substring 1 -2", None),
        ("Octopus", "Substring a", None),
        ("Octopus", "Substring", None),
        ("Octopus", "Substring 1 2 3", None),
        ("Octopus", "Truncate 3", "Oct..."),
        ("Octopus", "Truncate 7", "Octopus"),
        ("Octopus", "Truncate 0", "..."),
        ("Octopus", 'Truncate 3 ""', "Oct"),
        ("Octopus", 'Truncate 3 "…"', "Oct…"),
        ("Octopus", "Truncate -3", None),
        ("Octopus", "Truncate x", None),
        ("Octopus", "Truncate", None),
        ("  a  ", "Trim", "a"),
        ("  a  ", "Trim START", "a  "),
        ("  a  ", "Trim end", "  a"),
        ("  a  ", "Trim both", None),
        ("  a  ", "Trim start end", None),
        ("a", "Append b", "ab"),
        ("a", 'Append " b" c #{Y}', "a bcy"),
        ("a", "Append", None),
        ("a", "Prepend b c", "bca"),
        ("a", "Prepend", None),
        ("a", 'Append "-#{Y}-"', "a-y-"),
        ("a", 'Append "#{Y | ToUpper}"', "aY"),
        ("a", 'Append "##{Y}"', "a#{Y}"),
        ("a", 'Append "}|"', "a}|"),
        ("a", 'Append \\"b\\"', "ab"),
        ("a", "Append b|Append c", "abc"),
        ("a", "Append a_b-c:d/e~f(g)@h", "aa_b-c:d/e~f(g)@h"),
    ],
)
def test_cutting_and_joining(value: str, filters: str, text: str | None) -> None:
    assert filtered(value, filters, Y="y") == text


@pytest.mark.parametrize(
    ("filters", "text"),
    [
        ("Indent", "    a\n    b\r\n    c"),
        ("Indent 2", "  a\n  b\r\n  c"),
        ("Indent 0", "a\nb\r\nc"),
        ("Indent /3", "a\n   b\r\n   c"),
        ("Indent 1/2", " a\n  b\r\n  c"),
        ('Indent "> "', "> a\n> b\r\n> c"),
        ('Indent -- "+"', "--a\n+b\r\n+c"),
        ("Indent 255", f"{' ' * 255}a\n{' ' * 255}b\r\n{' ' * 255}c"),
        ("Indent 256", None),
        ("Indent 1/256", None),
        ("Indent a b c", None),
    ],
)
def test_indent(filters: str, text: str | None) -> None:
    assert filtered("a\nb\r\nc", filters) == text


@pytest.mark.parametrize(
    ("value", "filters", "text"),
    [
        ("Octopus", "Contains top", "true"),
        ("Octopus", "Contains TOP", "false"),
        ("Octopus", 'Contains ""', "true"),
        ("Octopus", "Contains", None),
        ("Octopus", "Contains a b", None),
        ("Octopus", "StartsWith oct", "false"),
        ("Octopus", "EndsWith pus", "true"),
        ("Octopus", 'Match "o.+s"', "true"),
        ("Octopus", 'Match "^o"', "false"),
        ("Octopus", 'Match "(?i)^o"', "true"),
        ("Octopus", 'Match "("', None),
        ("a.b", "Match a b", None),
        ("abcb", "Replace b", "ac"),
        ("abcb", "Replace b x", "axcx"),
        ("abc", 'Replace "(.)(?<n>b)" "$2-$1-${n}-${1}"', "b-a-b-ac"),
        ("abc", 'Replace "(?\'n\'b)\\k<n>?" "[$0$&$$]"', "a[bb$]c"),
        ("abc", 'Replace b "$`|$\'|$_"', "aa|c|abcc"),
        ("abc", 'Replace b "$9${x}$"', "a$9${x}$c"),
        ("xay", 'Replace "(?<n>x).(y)" "$1$2"', "yx"),
        ("a{2}", 'Replace "a{" b', "b2}"),
        ("aab", 'Replace "a{2}" x', "xb"),
        ("a\nb\n", 'Replace "b$" x', "a\nx\n"),
        ("a\nb\n", 'Replace "b\\z" x', "a\nb\n"),
        ("a\nb\n", 'Replace "b\\Z" x', "a\nx\n"),
        ("hello", 'Replace "[a-z-[aeiou]]"', "eo"),
        ("a[b&&c", 'Replace "[[&]"', "abc"),
        ("abc", 'Replace "(?<=a)b"', "ac"),
        ("abc", "Replace", None),
        ("abc", "Replace a b c", None),
        ("abc", "Replace #{P} #{R}", "xbc"),
    ],
)
def test_searching(value: str, filters: str, text: str | None) -> None:
    assert filtered(value, filters, P="a", R="x") == text


@pytest.mark.parametrize(
    ("filters", "text"),
    [
        ("Md5 4", "ddc35f88"),
        ("Md5 99", "ddc35f88fa71b6ef142ae61f35364653"),
        ("Md5 UTF8", "ddc35f88fa71b6ef142ae61f35364653"),
        ("Md5 4 utf8", "ddc35f88"),
        ("Md5 utf8 4", "ddc35f88"),
        ("Md5 0", None),
        ("Md5 -1", None),
        ("Md5 4 4", None),
        ("Md5 ascii", None),
        ("Md5 base64", None),
        ("ToBase64 | Md5 base64", "ddc35f88fa71b6ef142ae61f35364653"),
        ("Md5 unicode 4", hashlib.md5("Bar".encode("utf-16-le")).hexdigest()[:8]),
    ],
)
def test_hashes(filters: str, text: str | None) -> None:
    assert filtered("Bar", filters) == text


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("1.2.3", ("1", "2", "3", "0", "", "", "", "")),
        ("v1.2", ("1", "2", "0", "0", "", "", "", "")),
        ("V7", ("7", "0", "0", "0", "", "", "", "")),
        ("1.2.3.4", ("1", "2", "3", "4", "", "", "", "")),
        ("1.0.0-alpha.beta.1", ("1", "0", "0", "0", "alpha.beta.1", "alpha", "beta.1", "")),
        ("1.1.2-prerelease+meta", ("1", "1", "2", "0", "prerelease", "prerelease", "", "meta")),
        ("2.0.0-rc.1+build.123", ("2", "0", "0", "0", "rc.1", "rc", "1", "build.123")),
        ("1.0.0_beta_2", ("1", "0", "0", "0", "beta_2", "beta", "2", "")),
        ("latest", ("0", "0", "0", "0", "latest", "latest", "", "")),
        ("hotfix-blah", ("0", "0", "0", "0", "hotfix-blah", "hotfix", "blah", "")),
        ("18.04-slim", ("18", "4", "0", "0", "slim", "slim", "", "")),
        (" 1.2.3 ", ("1", "2", "3", "0", "", "", "", "")),
        ("1.2 3", (None,) * 8),
    ],
)
def test_versions(value: str, parts: tuple[str | None, ...]) -> None:
    names = ("Major", "Minor", "Patch", "Revision", "PreRelease", "PreReleasePrefix", "PreReleaseCounter", "Metadata")
    assert tuple(filtered(value, f"Version{name}") for name in names) == parts


@pytest.mark.parametrize(
    ("value", "part", "text"),
    [
        ("http://octopus.com", "AbsoluteUri", "http://octopus.com/"),
        ("http://octopus.com:80/a/../b", "AbsoluteUri", "http://octopus.com/b"),
        ("http://octopus.com:80", "Authority", "octopus.com"),
        ("http://octopus.com", "HostAndPort", "octopus.com:80"),
        ("http://octopus.com", "IsDefaultPort", "true"),
        ("https://octopus.com/a b?c d", "PathAndQuery", "/a%20b?c%20d"),
        ("https://octopus.com/a%20b", "Path", "/a b"),
        ("https://octopus.com", "Fragment", ""),
        ("https://127.0.0.1", "HostNameType", "IPv4"),
        ("https://[::1]:8080/", "HostNameType", "IPv6"),
        ("https://[::1]:8080/", "DnsSafeHost", "::1"),
        ("https://[::1]:8080/", "Authority", "[::1]:8080"),
        ("https://localhost", "IsLoopback", "true"),
        ("file:///tmp/x", "IsFile", "true"),
        ("file:///tmp/x", "Path", "/tmp/x"),
        ("file://server/share", "IsUnc", "true"),
        ("mailto:ana@example.org", "UserInfo", "ana"),
        ("mailto:ana@example.org", "Host", "example.org"),
        ("docs/x", "IsAbsoluteUri", "false"),
        ("docs/x", "Host", "[UriPart Host error: This operation is not supported for a relative URI.]"),
        ("http://octopus.com", '""', "[UriPart  error: argument '' not supported]"),
        ("http://octopus.com", "Host Port", None),
    ],
)
def test_uri_parts(value: str, part: str, text: str | None) -> None:
    assert filtered(value, f"UriPart {part}") == text


@pytest.mark.parametrize(
    ("filters", "text"),
    [
        ("AddHours 1", "2026-03-04T16:00:00.5000000+02:00"),
        ("AddHours -16", "2026-03-03T23:00:00.5000000+02:00"),
        ('AddDays "0.5"', "2026-03-05T03:00:00.5000000+02:00"),
        ("AddDays x", None),
        ("AddDays", None),
        ("AddDays 1 2", None),
        ("AddDays 9999999", None),
    ],
)
def test_adding_to_a_date(filters: str, text: str | None) -> None:
    assert filtered("2026-03-04T15:00:00.5+02:00", filters) == text
    assert filtered("soon", "AddDays 1") is None
    assert filtered("2026-03-04", "AddDays 1") == "2026-03-05T00:00:00.0000000+00:00"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("This _rocks_", "<p>This <em>rocks</em></p>\n"),
        ("# Title\n\n- a\n- b", "<h1>Title</h1>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("~~a~~ H~2~O x^2^ ++b++ ==c==",
         "<p><del>a</del> H<sub>2</sub>O x<sup>2</sup> <ins>b</ins> <mark>c</mark></p>\n"),
        ("see https://example.org/a?b=1.", '<p>see <a href="https://example.org/a?b=1">https://example.org/a?b=1</a>.</p>\n'),
        ("www.example.org", '<p><a href="http://www.example.org">www.example.org</a></p>\n'),
        ("`~~a~~ https://x.y`", "<p><code>~~a~~ https://x.y</code></p>\n"),
        ("a ~ b ~ c ++ d", "<p>a ~ b ~ c ++ d</p>\n"),
        ("[x](http://a.b) <b>raw</b>", '<p><a href="http://a.b">x</a> <b>raw</b></p>\n'),
        (
            "|H1|H2|\n|-|-:|\n|a|b|",
            '<table>\n<thead>\n<tr>\n<th>H1</th>\n<th style="text-align: right;">H2</th>\n</tr>\n</thead>\n<tbody>\n'
            '<tr>\n<td>a</td>\n<td style="text-align: right;">b</td>\n</tr>\n</tbody>\n</table>\n',
        ),
    ],
)  # fmt: skip
def test_markdown(text: str, html: str) -> None:
    assert filtered(text, "Markdown") == html
