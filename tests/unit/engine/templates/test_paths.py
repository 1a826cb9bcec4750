"""Keys in brackets, computed keys, the wildcard, and looking into JSON."""

from __future__ import annotations

import pytest

from engine.domain.templates import evaluate

VARIABLES = {
    "Octopus.Action[Step A].Name": "first",
    "Octopus.Action[Step A].Output[web-1].Port": "81",
    "Octopus.Action[Step B].Name": "second",
    "Package[containers[0].container].Registry": "docker.io",
    "Foo[]": "empty key",
    "Secret[docker.io]": "s",
    "Which": "step b",
    "Indirect": "#{Which}",
    "Deep": "containers[0].container",
    "J": '{"Hello": "World", "a": {"B": [1, {"c": true}], "d": null}, "n": 12, "f": 1.50, "big": 12345678901234567890,'
    ' "t": "#{Which}", "e": {}, "l": [], "é": "ü", "x y": "spaced", "1": "one"}',
    "J.n": "real",
    "Loose": "{Alpha: {Beta: 'x', Gamma: null,}, /* no */ \"Delta\": [1, 2]} // yes",
    "List": '[{"Name": "a"}, {"Name": "b"}, "c"]',
    "Built": '{#{Which}: "no"}',
    "Built2": '{"#{Which}": "#{Which}"}',
    "NoJson": "{a",
    "Scalar": "12",
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("#{Octopus.Action[Step A].Name}", "first"),
        ("#{octopus.action[STEP B].name}", "second"),
        ("#{Octopus.Action[ Step A ].Name}", "first"),
        ("#{Octopus.Action[Step A].Output[web-1].Port}", "81"),
        ("#{Octopus.Action[Step A]}", "Step A"),
        ("#{Octopus.Action[#{Which}].Name}", "second"),
        ("#{Octopus.Action[ #{ Which } ].Name}", "second"),
        ("#{Octopus.Action[#{Indirect}].Name}", "second"),
        ("#{Octopus.Action[#{Missing}].Name}", "#{Octopus.Action[#{Missing}].Name}"),
        ("#{Octopus.Action[Step C].Name}", "#{Octopus.Action[Step C].Name}"),
        ("#{Octopus.Action[*].Name}", "first"),
        ("#{Missing[*].Name}", "#{Missing[*].Name}"),
        ("#{Package[containers[0].container].Registry}", "docker.io"),
        ("#{Package[#{Deep}].Registry}", "docker.io"),
        ("#{Secret[#{Package[containers[0].container].Registry}]}", "s"),
        ("#{Foo[]}", "empty key"),
        ("#{J.Hello}#{J[Hello]}", "WorldWorld"),
        ("#{J.a.B[0]}", "1"),
        ("#{J.a.b[1].c}", "True"),
        ("#{J[a][B][1][c]}", "True"),
        ("#{J.a}", '{"B":[1,{"c":true}],"d":null}'),
        ("#{J.a.B}", '[1,{"c":true}]'),
        ("#{J.e}#{J.l}", "{}[]"),
        ("[#{J.a.d}]", "[]"),
        ("[#{J.missing}#{J.a.missing}#{J.missing.deeper}]", "[]"),
        ("[#{J.a.B[2]}#{J.a.B[-1]}]", "[]"),
        ("#{J.a.B.c}", "#{J.a.B.c}"),
        ("#{J.n}", "real"),
        ("#{J.f} #{J.big}", "1.5 12345678901234567890"),
        ("#{J.t}", "step b"),
        ("#{J.é}#{J[x y]}#{J.x y}#{J.1}", "üspacedspacedone"),
        ("[#{J.hello}]", "[]"),
        ("#{Loose.Alpha.Beta}[#{Loose.Alpha.Gamma}]#{Loose.Delta[1]}", "x[]2"),
        ("#{List[1].Name}#{List[2]}#{List[0]}", 'bc{"Name":"a"}'),
        ("#{List[*].Name}", "a"),
        ("#{Built[step b]}", "#{Built[step b]}"),
        ("#{Built2[step b]}", "step b"),
        ("#{NoJson.a}#{Scalar.a}", "#{NoJson.a}#{Scalar.a}"),
    ],
)
def test_path(template: str, text: str) -> None:
    assert evaluate(template, VARIABLES).text == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1.0", '{"v":1.0}'),
        ("1e3", '{"v":1000.0}'),
        ("-0.5", '{"v":-0.5}'),
        ("false", '{"v":false}'),
        ("null", '{"v":null}'),
        (r'"a\"b\\\n\u00e9/"', '{"v":"a\\"b\\\\\\né/"}'),
    ],
)
def test_an_object_prints_as_compact_json(value: str, text: str) -> None:
    assert evaluate("#{J.o}", {"J": f'{{ "o" : {{ "v" : {value} }} }}'}).text == text


def test_names_that_are_no_path_are_out_of_reach() -> None:
    assert evaluate("#{a$b} #{c}", {"a$b": "x", "c": "y"}).text == "#{a$b} #{c}"
    assert evaluate("#{c}", {"a$b": "x", "[c]": "z", "": "e", "c": "y"}).text == "y"
