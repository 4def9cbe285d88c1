"""Whatever stands in a page, it stays text."""

from hypothesis import given, settings
from hypothesis import strategies as st
from page_reader import read_page

from detector.report.markup import Both, both_texts, clipped, joined, plain, tag

HOSTILE = st.one_of(
    st.text(),
    st.sampled_from(
        [
            "<script>alert(1)</script>",
            '"><img src=x onerror=alert(1)>',
            "</style></script><!--",
            "' onmouseover='alert(1)",
            "&lt;b&gt; &amp;amp;",
            "javascript:alert(1)",
            "]]><svg onload=alert(1)>",
            "\u202egnp.exe",
            "a\0b\x1b[31m\ud800",
        ]
    ),
)


@settings(max_examples=60)
@given(st.lists(HOSTILE, min_size=1, max_size=4), HOSTILE)
def test_text_comes_back_as_text_and_makes_no_element(texts: list[str], value: str) -> None:
    made = tag("p", *texts, tag("b", Both(texts[0], value)), title=value, data_value=1.5)
    made.encode()  # no half of a pair of surrogates
    root = read_page(made)
    assert {one.name for one in root.all()} <= {"p", "b", "span"}
    paragraph = root.children[0]
    assert paragraph.attributes == {"title": plain(value), "data-value": "1.5"}
    # The parser joins what stands together, and a browser shows it so.
    assert "".join(paragraph.text) == "".join(map(plain, texts)).replace("\r", " ")
    shown = plain(texts[0]) if texts[0] == value else plain(texts[0]) + plain(value)
    assert "".join(read_page(made).all("b")[0]._pieces("")) == shown


@settings(max_examples=60)
@given(st.text(max_size=400))
def test_a_name_is_cut_in_its_middle_and_shows_nothing_that_cannot_be_seen(text: str) -> None:
    shown = clipped(text)
    assert len(shown) <= 120
    assert shown.isprintable()
    if len(text) <= 120 and text.isprintable():
        assert shown == text
    if len(text) > 120 and text.isprintable():
        head, tail = shown.split("…", 1) if "…" not in text else (shown[:59], shown[-59:])
        assert text.startswith(head)
        assert text.endswith(tail)


def test_one_thing_in_two_languages_is_said_in_both() -> None:
    root = read_page(joined(tag("p", Both("烟", "smoke")), tag("p", Both("12", "12"))))
    first, second = root.all("p")
    assert (first.words("zh"), first.words("en")) == ("烟", "smoke")
    assert second.children == []
    assert second.words() == "12"
    drawn = read_page(tag("svg", both_texts(Both("烟", "smoke"), x=1), both_texts(Both("1", "1"))))
    assert [one.attributes.get("lang") for one in drawn.all("text")] == ["zh", "en", None]


def test_attributes_are_left_out_or_stand_alone() -> None:
    made = tag("input", checked=True, hidden=False, title=None, class_="a", aria_label="b", x=2.50)
    assert made == '<input checked class="a" aria-label="b" x="2.5">'
    assert Both("a", "b") + " c" == Both("a c", "b c")
    assert tag("i", 7, None) == "<i>7</i>"
