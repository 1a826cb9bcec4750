"""Conditions, loops and calculations."""

from __future__ import annotations

import pytest

from engine.domain.templates import evaluate, is_truthy

VARIABLES = {
    "Yes": "True",
    "No": "False",
    "Zero": "0",
    "Empty": "",
    "Env": "Prod",
    "Same": "Prod",
    "Quote": '"hello"',
    "Nested": "#{Env}",
    "Octopus.Action[One].Name": "1st",
    "Octopus.Action[Two].Name": "2nd",
    "Hosts": "a, b,c",
    "Matrix": "[[1,2],[3]]",
    "Objects": '[{"Name":"x","Tags":["p","q"]},{"Name":"y","Tags":[]}]',
    "Map": '{"k1":"v1","k2":{"deep":7}}',
    "UsesItem": "<#{i}>",
    "A": "5",
    "B": "7",
    "Half": "0.5",
    "Text": "many",
    "My-Var": "8",
    "Thousand": "1,000",
    "J": '{"n": 4}',
    "B Name": "2",
}


@pytest.mark.parametrize("text", ["", "0", "no", "NO", " no ", "false", "False", " FALSE\n"])
def test_falsy(text: str) -> None:
    assert not is_truthy(text)


@pytest.mark.parametrize("text", ["1", "true", "yes", " 0", "00", " ", "off", "null", "#{x}"])
def test_truthy(text: str) -> None:
    assert is_truthy(text)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("#{if Yes}y#{/if}", "y"),
        ("#{ IF Yes }y#{/if}", "y"),
        ("#{if No}y#{/if}", ""),
        ("#{if Zero}y#{else}n#{/if}#{if Empty}y#{else}n#{/if}#{if Missing}y#{else}n#{/if}", "nnn"),
        ("#{unless No}y#{/unless}#{unless Yes}y#{else}n#{/unless}#{unless Missing}y#{/unless}", "yny"),
        ('#{if Env == "Prod"}y#{/if}#{if Env=="Prod"}y#{/if}#{if "Prod" == Env}y#{/if}', "yyy"),
        ('#{if Env == "prod"}y#{else}n#{/if}', "n"),
        ('#{if Env != "Test"}y#{/if}#{if Env != "Prod"}y#{else}n#{/if}', "yn"),
        ("#{if Env == Same}y#{/if}#{if Env == Nested}y#{/if}#{if Env != Yes}y#{/if}", "yyy"),
        ('#{if Missing == ""}y#{/if}#{if Missing == Other}y#{/if}#{if Missing != Empty}y#{else}n#{/if}', "yyn"),
        ('#{if Env | ToLower == "prod"}y#{/if}#{if "prod" == Env | ToLower}y#{/if}', "yy"),
        ("#{if Env | ToLower == Same | ToLower}y#{/if}", "y"),
        ('#{if Env | Contains "ro"}y#{/if}#{if Env | Contains "x"}y#{else}n#{/if}', "yn"),
        ('#{if Quote == \\""hello"\\"}y#{/if}#{if \\"Prod\\" == Env}y#{/if}', "yy"),
        ('#{if Env == "a"}1#{elseif Env == "Prod"}2#{elseif Yes}3#{else}4#{/if}', "2"),
        ("#{if No}1#{elseif No}2#{else}3#{/if}#{if No}1#{elseif No}2#{/if}", "3"),
        ("#{if Yes}#{if No}a#{else}b#{/if}#{else}c#{/if}", "b"),
        ("#{if Yes}#{unless No}a#{/unless}#{/if}", "a"),
        ("#{if Missing | ToLower}y#{else}n#{/if}", "#{if Missing | ToLower}y#{else}n#{/if}"),
        ('#{if No}1#{elseif Env | Nope == "x"}2#{/if}', '#{if No}1#{elseif Env | Nope == "x"}2#{/if}'),
        ("#{if Env == Missing | ToLower}y#{/if}", "#{if Env == Missing | ToLower}y#{/if}"),
        ('#{if Missing | Append "x" == "x"}y#{/if}', "y"),
        ('#{if Octopus.Action[One].Name}y#{/if}#{if Map.k2.deep == "7"}y#{/if}', "yy"),
    ],
)
def test_condition(template: str, text: str) -> None:
    found = evaluate(template, VARIABLES)
    assert (found.text, found.error) == (text, None)
    assert found.unresolved == ((template,) if text == template else ())


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("#{each a in Octopus.Action}#{a}=#{a.Name};#{/each}", "One=1st;Two=2nd;"),
        ("#{each h in Hosts}[#{h}]#{/each}", "[a][ b][c]"),
        ("#{each h in Env}[#{h}]#{/each}#{each h in Missing}[#{h}]#{/each}", "[Prod]"),
        ("#{each o in Objects}#{o.Name}:#{each t in o.Tags}#{t}#{/each};#{/each}", "x:pq;y:;"),
        ("#{each o in Objects}#{o}#{/each}", '{"Name":"x","Tags":["p","q"]}{"Name":"y","Tags":[]}'),
        ("#{each r in Matrix}(#{each c in r}#{c}#{/each})#{/each}", "(12)(3)"),
        ("#{each m in Map}#{m}#{m.Key}#{m.Value}#{m.Value.deep}|#{/each}", 'k1k1v1#{m.Value.deep}|k2k2{"deep":7}7|'),
        ("#{EACH i in Map.k2}#{i.Key}#{/each}", "deep"),
        (
            "#{each i in Hosts}#{Octopus.Template.Each.Index}#{Octopus.Template.Each.First}"
            "#{Octopus.Template.Each.Last};#{/each}",
            "0TrueFalse;1FalseFalse;2FalseTrue;",
        ),
        ("#{each Env in Hosts}#{Env}#{/each}#{Env}", "a bcProd"),
        ("#{each i in Hosts}#{UsesItem}#{/each}", "<a>< b><c>"),
        ("#{each a in Octopus.Action}#{Octopus.Action[#{a}].Name}#{/each}", "1st2nd"),
        ("#{each i in Hosts}#{each j in Map}#{Octopus.Template.Each.Index}#{/each}#{/each}", "010101"),
        ("#{each i in Hosts}#{if Octopus.Template.Each.Last}!#{else},#{/if}#{/each}", ",,!"),
        ("#{each long item in Hosts}#{long item}#{/each}", "a bc"),
        ("#{each i in Hosts}#{i | Trim | ToUpper}#{/each}", "ABC"),
    ],
)
def test_loop(template: str, text: str) -> None:
    found = evaluate(template, VARIABLES)
    assert (found.text, found.error) == (text, None)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("#{calc 3+2}", "5"),
        ("#{calc 3-2}", "1"),
        ("#{calc 3*2}", "6"),
        ("#{calc 3/2}", "1.5"),
        ("#{calc 3*2+2*4}", "14"),
        ("#{calc 3*(2+2)*4}", "48"),
        ("#{calc 10-4-3}", "3"),
        ("#{calc 16/4/2}", "2"),
        ("#{calc 2+3*4-1}", "13"),
        ("#{ calc  ( A + B ) * 2 }", "24"),
        ("#{calc A+2}", "7"),
        ("#{calc {A}-{B}}", "-2"),
        ("#{calc A + (B*2) - {My-Var}/4}", "17"),
        ("#{calc A-B}", "-2"),
        ("#{calc A/B*7}", "5"),
        ("#{calc B Name * 2}", "4"),
        ("#{calc J.n * {J.n}}", "16"),
        ("#{calc -A + 2}", "-3"),
        ("#{calc Thousand + 1}", "1001"),
        ("#{calc 0.1+0.2}", "0.30000000000000004"),
        ("#{calc 1/3}", "0.3333333333333333"),
        ("#{calc 100000000*100000000}", "1E+16"),
        ("#{calc 1/100000}", "1E-05"),
        ("#{calc 1/0}|#{calc 0/0}|#{calc (0-1)/0}", "Infinity|NaN|-Infinity"),
        ("#{calc Half*2}", "1"),
        ("#{calc Text+1}", "#{Text+1}"),
        ("#{calc A+Missing}", "#{A+Missing}"),
        ("#{Calc 1+1}", "2"),
    ],
)
def test_calculation(template: str, text: str) -> None:
    found = evaluate(template, VARIABLES)
    assert (found.text, found.error) == (text, None)
