"""Values in XML by XPath: only their places change."""

from __future__ import annotations

import time
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.unit.workers.files import of
from workers.files import xml_values
from workers.files.texts import Unparseable, Unwritable
from workers.files.values import Replaced

PAGE = """\
<?xml version="1.0"  encoding='utf-8'?>
<!-- the site -->
<configuration xmlns:a="urn:a" xmlns="urn:d">
  <appSettings >
    <add  key='Mode'   value = "old &amp; x"/> <!-- why -->
    <add key="Other" value='1' a:lock='q' xmlns:z="urn:z"/>
    <a:item>text</a:item>
    <empty/><spaced x="1" />
    <cdata><![CDATA[ <b> ]]></cdata>
    größer<br/>tail
    <?pi do it?>
  </appSettings>
  <outer><inner/></outer>
</configuration>
"""


@pytest.mark.parametrize(
    ("path", "value", "before", "after"),
    [
        ("//add[@key='Mode']/@value", 'a "b" <c> & é', "old &amp; x", "a &quot;b&quot; &lt;c&gt; &amp; é"),
        ("//add[@key='Mode']/@value", "a\n\tb", "old &amp; x", "a&#10;&#9;b"),
        ("/configuration/appSettings/add[2]/@value", "it's", "'1'", "'it&apos;s'"),
        ("configuration/appSettings/add[2]/@value", "2", "'1'", "'2'"),
        ("//@a:lock", "p", "'q'", "'p'"),
        ("//a:item", "<new>", ">text<", ">&lt;new&gt;<"),
        ("//a:item/text()", "new", ">text<", ">new<"),
        ("//empty", "full", "<empty/>", "<empty>full</empty>"),
        ("//spaced", "", '<spaced x="1" />', '<spaced x="1"></spaced>'),
        ("//cdata", "a ]]> b", " <b> ]]>", "a ]]]]><![CDATA[> b]]>"),
        ("//br/following-sibling::text()[1]", " end ", "tail\n    ", " end "),
        ("//appSettings/comment()", " because - ", " why ", " because - "),
        ("//processing-instruction('pi')", "nothing", "do it", "nothing"),
        ("//outer", '<a:x y="1"/>', "<inner/>", '<a:x y="1"/>'),
    ],
)
def test_a_path_leads_to_what_is_rewritten(path: str, value: str, before: str, after: str) -> None:
    assert xml_values.replace(PAGE, of({path: value})) == Replaced(PAGE.replace(before, after, 1), (path,))


@pytest.mark.parametrize(
    "name", ["LogLevel", "bad[", "x:y", "count(//add)", "//add/@nosuch", "//nosuch", "a b", "é", "//d:add"]
)
def test_what_is_no_path_or_leads_nowhere_changes_nothing(name: str) -> None:
    assert xml_values.replace(PAGE, of({name: "x"})) == Replaced(PAGE)


def test_every_place_that_a_path_leads_to_is_rewritten() -> None:
    text = xml_values.replace(PAGE, of({"//add/@value": "v"})).text
    assert text == PAGE.replace('"old &amp; x"', '"v"').replace("'1'", "'v'")


def test_elements_are_replaced_by_a_piece_of_xml_only() -> None:
    assert xml_values.replace(PAGE, of({"//outer": "<x>"})) == Replaced(
        PAGE, (), ("//outer is an element with elements there, and the variable's value is not a piece of XML",)
    )


def test_a_control_character_is_refused_without_repeating_the_value() -> None:
    with pytest.raises(Unwritable) as caught:
        xml_values.replace(PAGE, of({"//empty": "hunter2\x07"}))
    assert str(caught.value) == "the value of //empty holds a control character, which XML does not allow"


@pytest.mark.parametrize(
    ("text", "line", "column", "what"),
    [
        ("", 1, 1, "no element found"),
        ("<a>\n  <b></a>", 2, 8, "mismatched tag"),
        ("<a/><b/>", 1, 5, "junk after document element"),
        ("<a>&nbsp;</a>", 1, 4, "undefined entity"),
        ("<a b=1/>", 1, 6, "not well-formed (invalid token)"),
        ("<x:a/>", 1, 2, "unbound prefix"),
        ("<a>" * 300, 1, 601, "this is nested more than 200 levels deep"),
    ],
)
def test_what_is_no_xml_is_told_with_its_place(text: str, line: int, column: int, what: str) -> None:
    with pytest.raises(Unparseable) as caught:
        xml_values.replace(text, of({}))
    assert (caught.value.line, caught.value.what) == (line, what)
    assert abs(caught.value.column - column) <= 1


@pytest.mark.parametrize(
    "declaration",
    [
        "<!ENTITY x 'y'>",
        "<!ENTITY x SYSTEM 'file:///etc/passwd'>",
        "<!ENTITY % x SYSTEM 'http://127.0.0.1:1/'>",
        "<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;'>",
    ],
)
def test_entities_are_refused(declaration: str) -> None:
    with pytest.raises(Unparseable) as caught:
        xml_values.replace(f"<!DOCTYPE a [{declaration}]><a>&x;</a>", of({"//a": "x"}))
    assert caught.value.what.startswith("it declares entities, which are refused")


def test_an_external_document_type_is_not_fetched_and_not_lost() -> None:
    text = "<!DOCTYPE a SYSTEM 'file:///etc/passwd'>\n<a>x</a>"
    assert xml_values.replace(text, of({"//a": "y"})).text == text.replace("x", "y").replace("yml", "xml")


TEXTS = st.text("ab <>&\"'\n\té]-", max_size=6)


@st.composite
def documents(draw: st.DrawFn, depth: int = 0) -> str:
    name = draw(st.sampled_from("abc"))
    quoted = "".join(f" {key}={quoteattr(draw(TEXTS))}" for key in draw(st.sets(st.sampled_from("xy"))))
    if draw(st.booleans()):
        return f"<{name}{quoted} />"
    parts = [escape(draw(TEXTS))]
    for _ in range(draw(st.integers(0, 2)) if depth < 2 else 0):
        parts += [draw(documents(depth + 1) | st.just("<!--c-->")), escape(draw(TEXTS))]
    return f"<{name}{quoted}>{''.join(parts)}</{name}>"


@settings(max_examples=80, deadline=None)
@given(documents(), TEXTS, st.data())
def test_only_the_attribute_that_is_meant_changes(text: str, value: str, data: st.DataObject) -> None:
    before = etree.fromstring(text)
    assert xml_values.replace(text, of({"//none": "x", "Plain": "y"})).text == text
    attributes = [(node, key) for node in before.iter("*") for key in node.attrib]
    if not attributes or "#{" in value:
        return
    node, key = data.draw(st.sampled_from(attributes))
    path = f"{before.getroottree().getpath(node)}/@{key}"
    node.set(key, value)
    after = etree.fromstring(xml_values.replace(text, of({path: value})).text)
    assert etree.tostring(after) == etree.tostring(before)


@pytest.mark.parametrize(
    "text",
    [
        "<r>" + "<a x='1'/>" * 90_000 + "</r>",
        "<a " * 300_000,
        "<a" + " " * 900_000,
        "<a b='" + "x" * 900_000,
        "<a>" * 300_000,
    ],
    ids=lambda text: text[:12],
)
def test_a_hostile_file_ends_quickly(text: str) -> None:
    begun = time.process_time()
    try:
        xml_values.replace(text, of({"//a[5]/@x": "2"}))
    except Unparseable:
        pass
    assert time.process_time() - begun < 20
