"""Public HTML of a body."""

from querwerk.core.prose.blocks import normalise
from querwerk.core.prose.render import Entry, fill, outline, render
from tests.rooms.core.prose.test_blocks import BODY


def test_every_block_becomes_its_element() -> None:
    pieces = render(BODY)
    assert pieces[0] == (
        '<h3 id="b-aaaaaaa2">Labor <em>2025</em></h3>'
        '<p id="b-aaaaaaa3">Wie&nbsp;weit?<sup class="prose__mark"><a id="r-nnnnnnn2" href="#n-nnnnnnn2" role="doc-noteref">1</a></sup></p>'
        '<ol id="b-aaaaaaa4"><li>Weberei<ul><li>Jacquard</li></ul></li></ol>'
        '<div class="table" id="b-aaaaaaa7" tabindex="0" role="region" aria-labelledby="b-aaaaaaa7-c"><table>'
        '<caption id="b-aaaaaaa7-c">Betriebe</caption>'
        '<thead><tr><th scope="col">Ort</th><th scope="col">Zahl</th></tr></thead>'
        '<tbody><tr><td colspan="2">Plauen</td></tr></tbody></table></div>'
        '<figure class="prose__quote" id="b-aaaaaab2"><blockquote><p>Wir weben.<br>Immer.</p></blockquote>'
        "<figcaption>Eine Weberin</figcaption></figure>"
    )
    kinds = [piece if isinstance(piece, str) else piece["type"] for piece in pieces[1:]]
    assert kinds == [
        "image",
        "gallery",
        "file",
        (
            '<p class="prose__card" id="b-aaaaaab6"><a rel="external" href="https://example.org/a">Mehr</a>'
            '<span class="prose__about">Über uns</span><span class="prose__host">example.org</span></p>'
        ),
        "video",
        "notes",
    ]
    assert pieces[-1] == {"type": "notes", "notes": [{"key": "nnnnnnn2", "number": 1, "html": "Bis Hof."}]}


def test_comments_and_lost_anchors_do_not_show() -> None:
    html = 'a<span data-note="nnnnnnn3"></span>b<span data-note="nnnnnnn9"></span>c'
    body = normalise({"blocks": [{"key": "aaaaaaa2", "type": "paragraph", "html": html}], "notes": BODY["notes"]})
    assert render(body) == ['<p id="b-aaaaaaa2">abc</p>']


def test_footnotes_are_numbered_as_they_are_read_and_once() -> None:
    notes = [{"key": f"nnnnnnn{n}", "kind": "footnote", "html": f"Note {n}"} for n in (2, 3)]
    marks = {n: f'<span data-note="nnnnnnn{n}"></span>' for n in (2, 3)}
    body = normalise({"blocks": [{"type": "paragraph", "html": f"a{marks[3]}b{marks[2]}c{marks[3]}"}], "notes": notes})
    pieces = render(body)
    assert isinstance(pieces[0], str)
    assert pieces[0].count('role="doc-noteref">1<') == 2
    assert pieces[0].count(' id="r-') == 2
    assert isinstance(pieces[1], dict)
    assert [(note["number"], note["html"]) for note in pieces[1]["notes"]] == [(1, "Note 3"), (2, "Note 2")]


def test_links_that_lead_out_say_so() -> None:
    body = normalise(
        {
            "blocks": [
                {"key": "aaaaaaa2", "type": "paragraph", "html": '<a href="https://a.example/">x</a><a href="/y">y</a>'}
            ]
        }
    )
    assert render(body) == [
        '<p id="b-aaaaaaa2"><a rel="external" href="https://a.example/">x</a><a href="/y">y</a></p>'
    ]


def test_headings_make_the_table_of_contents() -> None:
    assert outline(BODY) == [Entry("b-aaaaaaa2", 3, "Labor 2025")]


def test_a_page_puts_pieces_together() -> None:
    assert fill(["<p>", {"type": "image"}, "</p>"], lambda piece: f"[{piece['type']}]") == "<p>[image]</p>"
