"""The one door for HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from querwerk.core.prose.sanitise import from_words, inline, words


@pytest.mark.parametrize(
    ("given_html", "cleaned"),
    [
        ("plain", "plain"),
        ("Ä & <Ö>", "Ä &amp; &lt;Ö&gt;"),
        ("<b>a</b><i>b</i><strike>c</strike>", "<strong>a</strong><em>b</em><s>c</s>"),
        ("<p>one</p><p>two</p>", "one<br>two"),
        ("<ul><li>one</li><li>two</li></ul>", "one<br>two"),
        ("<td>one</td><td>two</td>", "onetwo"),
        ("<table><tr><td>one</td><td>two</td></tr></table>", "one two "),
        ("one<br>", "one<br>"),
        ('<a href="https://a.example/?x=1&y=2">x</a>', '<a href="https://a.example/?x=1&amp;y=2">x</a>'),
        ('<a href="//a.example">x</a>', "<a>x</a>"),
        ('<a href="/\\a.example">x</a>', "<a>x</a>"),
        ('<a href="/de/x" onclick="y">x</a>', '<a href="/de/x">x</a>'),
        ('<a href=" #b-aaaaaaaa ">x</a>', '<a href="#b-aaaaaaaa">x</a>'),
        ('<a href="java\nscript:alert(1)">x</a>', "<a>x</a>"),
        ('<span style="color:red">a</span>', "a"),
        ('<span lang="cs" class="x">a</span>', '<span lang="cs">a</span>'),
        ('<em lang="cs">a</em>', '<em lang="cs">a</em>'),
        ('a<span data-note="abcdefg2">b</span>c', 'a<span data-note="abcdefg2"></span>bc'),
        ('a<span data-note="ABC">b</span>c', "abc"),
        ("a<script>b</script>c", "ac"),
        ("a<!-- b -->c", "ac"),
        ("a\x00b\x0bc", "abc"),
    ],
)
def test_html_comes_out_in_one_spelling(given_html: str, cleaned: str) -> None:
    assert inline(given_html) == cleaned


HTML_PIECES = st.sampled_from(
    [
        *("<b>", "</b>", "<p>", "</p>", "<li>", "<td>", "</td>", "<tr>", "<table>", "</table>", "<br>", "<span>"),
        *(
            '<span lang="de">',
            "</span>",
            '<a href="/x" title="&quot;>">',
            "</a>",
            "<script>",
            "</script>",
            "<!--",
            "-->",
        ),
        *(
            '<span data-note="abcdefg2">',
            "&lt;b&gt;",
            "&",
            "<",
            ">",
            '"',
            "'",
            "\xa0",
            " ",
            "Wort",
            "ü",
            "<svg>",
            "<math>",
        ),
        *(
            "<textarea>",
            "<noscript>",
            "<xmp>",
            "<plaintext>",
            "<select>",
            "<option>",
            "<style>",
            "</style>",
            "<i>",
            "</i>",
        ),
    ]
)


@given(st.lists(HTML_PIECES, max_size=14).map("".join))
def test_cleaning_twice_changes_nothing(html: str) -> None:
    once = inline(html)
    assert inline(once) == once


@given(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co")), max_size=60))
def test_words_survive_the_way_through_html(text: str) -> None:
    assert words(from_words(text)) == text
