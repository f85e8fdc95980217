"""The building blocks of the pages: what they must never do, and what every page relies on."""

import re
from datetime import datetime

import pytest
from django import forms
from django.template import Context, Template
from django.test import Client
from django.utils import translation
from django.utils.formats import date_format

from querwerk.core.maps import HEIGHT, WIDTH, project
from querwerk.core.text import Text
from querwerk.core.weave import weave
from tests.reading import read_page


def render(source: str, **context: object) -> str:
    """Render a template that has the primitives at hand."""
    with translation.override("en"):
        return Template("{% load primitives %}" + source).render(Context(context))


def test_the_same_key_weaves_the_same_cloth_and_another_key_another() -> None:
    """Pages are cached and compared, so the pattern may depend on nothing but the key."""
    assert weave("labor-2025") == weave.__wrapped__("labor-2025")
    assert len({weave(f"record-{number}") for number in range(500)}) > 480


def test_a_cloth_is_small_and_has_no_inline_style() -> None:
    """The content security policy forbids style attributes; a list of fifty cards must stay light."""
    for number in range(500):
        cloth = weave(f"record-{number}")
        assert len(cloth) <= 1500
        assert "style" not in cloth
        assert 'aria-hidden="true"' in cloth


@pytest.mark.parametrize(
    ("lat", "lon", "x", "y"),
    [(50.83, 12.92, 336.47, 236.64), (45.41, 11.88, 298.55, 515.21), (49.82, 19.04, 539.28, 280.62)],
)
def test_a_place_lies_where_the_drawing_has_it(lat: float, lon: float, x: float, y: float) -> None:
    """The points were computed by d3-geo when the drawing was made."""
    assert project(lat, lon) == pytest.approx((x, y), abs=0.01)
    assert 0 < x < WIDTH
    assert 0 < y < HEIGHT


def test_a_limit_counts_words_and_never_cuts_markup_in_two() -> None:
    """A title in the other language carries a mark; cutting through it would break the page after it."""
    assert render("{{ t|shown:8 }}", t=Text({"de": "Möbel & mehr"})) == '<span lang="de">Möbel &amp;…</span>'
    assert render("{{ t|shown:8 }}", t=Text({"en": "Furniture and more"})) == "Furnitu…"
    assert render("{{ t|shown:8 }}", t="<b>Furniture") == "&lt;b&gt;Furn…"


def test_a_source_becomes_a_link_only_when_it_is_a_web_address() -> None:
    """A source is data from outside: a script address must stay text."""
    assert 'href="https://www.bsc-kranj.si/inducci/"' in render(
        "{% source_note s %}", s="https://www.bsc-kranj.si/inducci/"
    )
    assert "href" not in render("{% source_note s %}", s="javascript:alert(1)")
    assert render("{% source_note s %}", s="") == ""


def test_markup_in_content_is_shown_not_obeyed() -> None:
    """Whatever a record says stays words."""
    evil = "<script>alert(1)</script>"
    page = render(
        "{% card title=evil kicker=evil text=evil key=evil %}{% difference evil '' %}{% state evil %}{% tag evil %}"
        "{% section title=evil %}{{ evil }}{% endsection %}{% facts rows %}{% finding grade=evil source=evil %}{{ evil }}{% endfinding %}",
        evil=evil,
        rows=[(evil, Text({"de": evil}))],
    )
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 10


def test_a_text_in_another_language_says_so_to_a_screen_reader() -> None:
    """The page is English, the words are German."""
    assert '<span lang="de">Leinen</span>' in render("{% card title=words %}", words=Text({"de": "Leinen"}))


@pytest.mark.parametrize(
    ("start", "shown"),
    [("2021-09-29", ["29", "Sep", "2021"]), ("2021-09", ["Sep", "2021"]), ("2021", ["2021"]), ("", ["Date unknown"])],
)
def test_a_day_shows_as_much_as_is_known(start: str, shown: list[str]) -> None:
    """A month is not the first of the month."""
    block = re.sub("<[^>]+>", " ", render("{% event_date start %}", start=start))
    assert block.split() == " ".join(shown).split()


def test_a_map_pin_is_a_link_with_a_name_and_stands_in_the_list_too() -> None:
    """Who cannot see the drawing reads the list."""
    page = render("{% partner_map pins %}", pins=[{"label": "ARRSA", "lat": 49.82, "lon": 19.04, "url": "/arrsa/"}])
    assert page.count('href="/arrsa/"') == 2
    assert 'aria-label="1 ARRSA"' in page


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_gallery_shows_every_primitive_without_inline_style_or_script(client: Client, language: str) -> None:
    """The gallery is the page on which the look of everything is judged."""
    response = client.get(f"/{language}/gallery/")
    assert response.status_code == 200
    page = response.content.decode()
    assert " style=" not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    for name in (
        "card",
        "facts",
        "figures",
        "timeline",
        "threads",
        "questions",
        "agenda",
        "picture",
        "film",
        "map",
        "comparison",
    ):
        assert f'class="{name}' in page, name


@pytest.mark.parametrize(
    ("language", "long", "short"),
    [
        ("de", "29. September 2021, 14:30", "29.09.2021, 14:30"),
        ("en", "29 September 2021, 14:30", "29 Sep 2021, 14:30"),
    ],
)
def test_an_instant_is_written_as_in_the_language(language: str, long: str, short: str) -> None:
    at = datetime(2021, 9, 29, 14, 30)  # noqa: DTZ001  (as it stands on a clock)
    with translation.override(language):
        assert (date_format(at, "DATETIME_FORMAT"), date_format(at, "SHORT_DATETIME_FORMAT")) == (long, short)


class Asking(forms.Form):
    """A question and a plain label."""

    why = forms.CharField(label="Warum?")
    name = forms.CharField(label="Name")


def test_what_is_wrong_is_said_behind_a_label_and_behind_a_question() -> None:
    with translation.override("de"):
        page = read_page(
            Template("{% load primitives %}{% error_summary form %}").render(Context({"form": Asking({})}))
        )
    assert [link.text for link in page.all("a")] == [
        "Warum? Bitte füllen Sie dieses Feld aus.",
        "Name: Bitte füllen Sie dieses Feld aus.",
    ]
