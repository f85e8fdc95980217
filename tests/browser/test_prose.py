"""Writing longer texts in a real browser: keys that stay, paste from Word, two people at once, keyboard only, without a script."""

import base64
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, StorageState, expect

from scripts.demo import Site
from tests.browser.conftest import Axe, OpenPage
from tests.factories.office import PDF
from tests.factories.pictures import encoded, pixels

NUMBERS = itertools.count(1)
STATUS = "[data-status]"
SAVED = "Alles ist gespeichert."
DESK = "/de/desk/inducci/records/newsflash"


@pytest.fixture
def patient_page(browser: Browser, site: Site, signed_in: StorageState) -> Iterator[Page]:
    """A page of the organiser that may complain about a lost connection."""
    context = browser.new_context(base_url=site.address, locale="de-DE", storage_state=signed_in)
    yield context.new_page()
    context.close()


@pytest.fixture
def text(organiser_page: Page, request: pytest.FixtureRequest) -> str:
    """The address of a fresh text of a newsflash of its own."""
    page = organiser_page
    page.goto(f"{DESK}/+/")
    page.get_by_label("Deutsch").first.fill(f"Probe {request.node.name} {next(NUMBERS)}")
    page.get_by_role("button", name="Als Entwurf speichern").first.click()
    page.get_by_role("link", name="Text", exact=True).click()
    page.get_by_role("button", name="Beginnen").click()
    page.wait_for_selector("[data-ready]")
    return page.url


def editor(page: Page) -> Any:
    return page.locator("[data-editor] .ProseMirror").first


def saved(page: Page) -> None:
    expect(page.locator(STATUS)).to_have_text(SAVED)


def blocks(page: Page) -> list[dict[str, Any]]:
    """What the server holds."""
    found: list[dict[str, Any]] = page.evaluate(
        "async () => (await (await fetch(document.querySelector('[data-prose]').dataset.sync)).json()).blocks"
    )
    return found


def words(page: Page) -> list[str]:
    return [block["html"] for block in blocks(page) if block.get("html")]


def type_lines(page: Page, *lines: str) -> None:
    editor(page).click()
    for number, line in enumerate(lines):
        if number:
            page.keyboard.press("Enter")
        page.keyboard.type(line, delay=15)
    saved(page)


def let_the_cursor_arrive(page: Page) -> None:
    """The browser tells of a moved cursor when it has drawn it; nobody types so fast."""
    page.evaluate(
        "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(go, 100))))"
    )


def keys(page: Page) -> list[str]:
    return [block["key"] for block in blocks(page) if block.get("html")]


def test_what_is_typed_is_saved_by_itself(organiser_page: Page, text: str) -> None:
    type_lines(organiser_page, "Die Weberei öffnet.", "Alle kommen.")
    assert words(organiser_page) == ["Die Weberei öffnet.", "Alle kommen."]
    organiser_page.reload()
    expect(editor(organiser_page)).to_contain_text("Alle kommen.")


def test_keys_survive_splitting_merging_moving_and_undo(organiser_page: Page, text: str) -> None:
    page = organiser_page
    type_lines(page, "Eins zwei", "Drei")
    first, second = keys(page)
    # Split: the first part keeps the key.
    page.keyboard.press("Control+Home")
    for _letter in "Eins":
        page.keyboard.press("ArrowRight", delay=30)
    let_the_cursor_arrive(page)
    page.keyboard.press("Enter")
    saved(page)
    assert words(page) == ["Eins", " zwei", "Drei"]
    split = keys(page)
    assert (split[0], split[2]) == (first, second)
    # Merge again.
    page.keyboard.press("Backspace")
    saved(page)
    assert (words(page), keys(page)) == (["Eins zwei", "Drei"], [first, second])
    # Move.
    page.keyboard.press("Alt+Shift+ArrowDown")
    saved(page)
    assert keys(page) == [second, first]
    # Enter at the start of a block: the key stays with its words.
    page.keyboard.press("Home")
    let_the_cursor_arrive(page)
    page.keyboard.press("Enter")
    saved(page)
    assert keys(page) == [second, first]
    # Undo all of it.
    for _step in range(6):
        page.keyboard.press("Control+z")
    saved(page)
    assert set(keys(page)) <= {first, second}


def test_form_follows_the_keyboard_and_a_paragraph_that_becomes_a_list_keeps_its_key(
    organiser_page: Page, text: str
) -> None:
    page = organiser_page
    type_lines(page, "Titel", "Punkt")
    first, second = keys(page)
    page.keyboard.press("Control+Shift+8")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Tiefer")
    editor(page).locator("p").first.click()
    let_the_cursor_arrive(page)
    page.keyboard.press("Control+Alt+2")
    expect(editor(page).locator("h2")).to_have_text("Titel")
    saved(page)
    found = [block for block in blocks(page) if block["key"] in (first, second)]
    assert [(block["type"], block["key"]) for block in found] == [("heading", first), ("list", second)]
    assert found[1]["items"][0]["html"] == "Punkt"
    assert [item["html"] for item in found[1]["items"][0]["items"]] == ["Tiefer"]


WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word"><head>
<meta name=Generator content="Microsoft Word 15"><style><!-- p.MsoNormal {margin:0cm;font-size:11.0pt;font-family:"Calibri",sans-serif;} --></style></head>
<body lang=DE style='tab-interval:35.4pt'><!--StartFragment-->
<h1 style='margin-left:0cm'><span style='font-family:"Arial",sans-serif;color:#1F497D'>Ausgangslage<o:p></o:p></span></h1>
<p class=MsoNormal style='margin-bottom:8.0pt'><b><span style='color:red'>Fett</span></b> und <span style='font-style:italic'>schräg</span>,
<a href="https://example.org/x" style='color:#0563C1'>verlinkt</a><a style='mso-footnote-id:ftn1' href="#_ftn1" name="_ftnref1"><span class=MsoFootnoteReference>[1]</span></a>.<o:p></o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='font-family:Symbol;mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp; </span></span><![endif]>Garn<o:p></o:p></p>
<p class=MsoListParagraphCxSpMiddle style='margin-left:72.0pt;text-indent:-18.0pt;mso-list:l0 level2 lfo1'><![if !supportLists]><span style='font-family:"Courier New";mso-list:Ignore'>o<span>&nbsp;&nbsp; </span></span><![endif]>Wolle<o:p></o:p></p>
<p class=MsoListParagraphCxSpLast style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='font-family:Symbol;mso-list:Ignore'>·<span>&nbsp;&nbsp;&nbsp; </span></span><![endif]>Tuch<o:p></o:p></p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><![if !supportLists]><span style='mso-list:Ignore'>1.<span>&nbsp; </span></span><![endif]>Zuerst</p>
<table class=MsoTableGrid border=1 style='border-collapse:collapse'><thead><tr><td style='width:151pt'><p class=MsoNormal>Ort<o:p></o:p></p></td><td><p class=MsoNormal>Zahl</p></td></tr></thead>
<tr><td><p class=MsoNormal>Plauen</p></td><td><p class=MsoNormal>40</p></td></tr></table>
<p class=MsoQuote style='margin-left:43.2pt'><i>Wir weben weiter.</i></p>
<script>alert(1)</script><p class=MsoNormal><img width=1 src="file:///C:/x.png" onerror="alert(2)">Ende</p>
<div style='mso-element:footnote-list'><hr><div style='mso-element:footnote' id=ftn1><p class=MsoFootnoteText><a href="#_ftnref1" name="_ftn1"><span class=MsoFootnoteReference>[1]</span></a> Siehe Hof &amp; Plauen.<o:p></o:p></p></div></div>
<!--EndFragment--></body></html>"""

PASTE = """(html) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  document.querySelector("[data-editor] .ProseMirror").dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def bare(found: list[dict[str, Any]]) -> list[Any]:
    """What blocks say without their keys."""

    def without_keys(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: without_keys(inner) for name, inner in value.items() if name != "key"}
        return [without_keys(inner) for inner in value] if isinstance(value, list) else value

    return [without_keys(block) for block in found]


def test_paste_from_word_keeps_structure_and_drops_looks(organiser_page: Page, text: str) -> None:
    page = organiser_page
    editor(page).click()
    page.evaluate(PASTE, WORD)
    saved(page)
    found = blocks(page)
    note = page.evaluate(
        "async () => (await (await fetch(document.querySelector('[data-prose]').dataset.sync)).json()).notes"
    )
    assert [(one["kind"], one["html"]) for one in note] == [("footnote", "Siehe Hof &amp; Plauen.")]
    mark = f'<span data-note="{note[0]["key"]}"></span>'
    assert bare(found)[:7] == [
        {"type": "heading", "level": 2, "html": "Ausgangslage"},
        {
            "type": "paragraph",
            "html": f'<strong>Fett</strong> und <em>schräg</em>, <a href="https://example.org/x">verlinkt</a>{mark}.',
        },
        {
            "type": "list",
            "is_ordered": False,
            "items": [{"html": "Garn", "items": [{"html": "Wolle"}], "is_ordered": False}, {"html": "Tuch"}],
        },
        {"type": "list", "is_ordered": True, "items": [{"html": "Zuerst"}]},
        {
            "type": "table",
            "caption": "",
            "header_rows": 1,
            "header_columns": 0,
            "rows": [[{"html": "Ort"}, {"html": "Zahl"}], [{"html": "Plauen"}, {"html": "40"}]],
        },
        {"type": "quote", "html": "<em>Wir weben weiter.</em>", "source": ""},
        {"type": "paragraph", "html": "Ende"},
    ]


def test_paste_from_a_web_page_drops_what_is_not_text(organiser_page: Page, text: str) -> None:
    page = organiser_page
    editor(page).click()
    page.evaluate(
        PASTE,
        """<b style="font-weight:normal" id="docs-internal-guid-1"><h3 dir="ltr" style="color:#434343"><span style="font-weight:700">Förderung</span></h3>
        <p class="x" onclick="alert(1)"><span style="font-weight:700">Drei</span> Jahre<br>lang</p>
        <ul><li><p>a</p></li><li><p>b</p><ol><li>c</li></ol></li></ul><iframe src="https://evil.example"></iframe>
        <blockquote><p>Zitat</p><cite>Ada</cite></blockquote></b>""",
    )
    saved(page)
    assert bare(blocks(page))[:4] == [
        {"type": "heading", "level": 3, "html": "<strong>Förderung</strong>"},
        {"type": "paragraph", "html": "<strong>Drei</strong> Jahre<br>lang"},
        {
            "type": "list",
            "is_ordered": False,
            "items": [{"html": "a"}, {"html": "b", "items": [{"html": "c"}], "is_ordered": True}],
        },
        {"type": "quote", "html": "Zitat", "source": "Ada"},
    ]


def test_two_people_in_different_blocks_both_keep_their_words(
    organiser_page: Page, open_page: OpenPage, signed_in: StorageState, text: str
) -> None:
    ada = organiser_page
    type_lines(ada, "Eins", "Zwei")
    bob = open_page(storage_state=signed_in)
    bob.goto(text)
    bob.wait_for_selector("[data-ready]")
    editor(bob).locator("p").nth(1).click()
    bob.keyboard.press("End")
    bob.keyboard.type(" von Bob")
    editor(ada).locator("p").first.click()
    ada.keyboard.press("End")
    ada.keyboard.type(" von Ada")
    saved(ada)
    saved(bob)
    for page in (ada, bob):
        page.keyboard.press("Control+s")
        expect(editor(page).locator("p").nth(0)).to_have_text("Eins von Ada")
        expect(editor(page).locator("p").nth(1)).to_have_text("Zwei von Bob")
    expect(ada.locator("[data-others]")).to_contain_text("Olga Organiser")
    assert words(ada) == ["Eins von Ada", "Zwei von Bob"]


def test_two_people_in_the_same_block_lose_no_word(organiser_page: Page, patient_page: Page, text: str) -> None:
    ada, bob = organiser_page, patient_page
    type_lines(ada, "Eins", "Zwei")
    bob.goto(text)
    bob.wait_for_selector("[data-ready]")
    # Both write before either hears of the other.
    bob.context.set_offline(True)
    editor(bob).locator("p").first.click()
    bob.keyboard.press("End")
    bob.keyboard.type(" Bob")
    expect(bob.locator(STATUS)).to_contain_text("Keine Verbindung")
    editor(ada).locator("p").first.click()
    ada.keyboard.press("End")
    ada.keyboard.type(" Ada")
    saved(ada)
    bob.context.set_offline(False)
    bob.keyboard.press("Control+s")
    expect(bob.locator("[data-clashes]")).to_be_visible()
    expect(bob.locator("[data-mine]")).to_have_text("Eins Bob")
    expect(bob.locator("[data-theirs]")).to_have_text("Eins Ada")
    bob.get_by_role("button", name="Beides behalten").click()
    expect(editor(bob)).to_contain_text("Eins Bob")
    assert words(bob) == ["Eins Ada", "Eins Bob", "Zwei"]


def test_a_lost_connection_costs_nothing(patient_page: Page, text: str) -> None:
    page = patient_page
    page.goto(text)
    page.wait_for_selector("[data-ready]")
    type_lines(page, "Eins")
    page.context.set_offline(True)
    page.keyboard.type(" und zwei")
    expect(page.locator(STATUS)).to_contain_text("Keine Verbindung")
    page.keyboard.type(" und drei")
    page.context.set_offline(False)
    page.keyboard.press("Control+s")
    saved(page)
    assert words(page) == ["Eins und zwei und drei"]


def test_the_keyboard_alone_is_enough(organiser_page: Page, text: str, axe: Axe) -> None:
    page = organiser_page
    editor(page).focus()
    page.keyboard.type("Ein Satz")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.closest('[role=toolbar]') !== null")
    # One stop for Tab, arrows inside.
    assert page.locator("[role=toolbar] [tabindex='0']").count() == 1
    for _step in range(30):
        if page.evaluate("document.activeElement.dataset.command") == "quote":
            break
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    saved(page)
    assert blocks(page)[0]["type"] == "quote"
    page.keyboard.press("Control+Alt+f")
    page.keyboard.type("Eine Fußnote")
    page.keyboard.press("Escape")
    saved(page)
    page.keyboard.press("Control+/")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert axe(page) == []
    page.keyboard.press("Escape")
    assert axe(page) == []


HAND_OVER = """([kind, html, files]) => {
  const data = new DataTransfer();
  if (html) data.setData("text/html", html);
  for (const [content, name, type] of files) {
    data.items.add(new File([Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))], name, {type}));
  }
  const place = document.querySelector("[data-editor] .ProseMirror");
  const box = place.lastElementChild.getBoundingClientRect();
  const at = {bubbles: true, cancelable: true, clientX: box.left + 5, clientY: box.top + 5};
  place.dispatchEvent(kind === "drop" ? new DragEvent("drop", {...at, dataTransfer: data}) : new ClipboardEvent("paste", {...at, clipboardData: data}));
}"""


def in_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def describe(page: Page, label: str, words: str) -> None:
    """Fill the open dialog; without words it stays open."""
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Fertig").click()
    expect(dialog).to_be_visible()
    dialog.get_by_label(label).fill(words)
    dialog.get_by_role("button", name="Fertig").click()
    expect(dialog).to_have_count(0)
    saved(page)


def test_pictures_and_files_come_by_drop_and_paste_and_stand_on_the_public_page(
    organiser_page: Page, text: str, axe: Axe
) -> None:
    page = organiser_page
    number = next(NUMBERS)
    dropped, pasted = (in_base64(encoded("JPEG", pixels(900, 600, seed=40 + number + more))) for more in (0, 1))
    pdf = in_base64(PDF + str(number).encode())
    page.evaluate(HAND_OVER, ["drop", "", [[dropped, "Halle.jpg", "image/jpeg"], [pdf, "Lage.pdf", "application/pdf"]]])
    expect(page.locator("[data-preview]")).to_be_visible()
    assert axe(page) == []
    describe(page, "Was zu sehen ist", "Die Halle")
    describe(page, "Titel", "Lagebericht")
    html = f'<p>Vorher</p><p><img src="data:image/jpeg;base64,{pasted}" alt=""></p><table><tr><td>Zelle<img src="file:///C:/a.png"></td></tr></table>'
    page.evaluate(HAND_OVER, ["paste", html, []])
    describe(page, "Was zu sehen ist", "Der Hof")
    expect(page.locator("[data-told]")).to_contain_text("Bilder, die nicht mitkamen: 1.")
    page.get_by_role("button", name="Film", exact=True).click()
    film = page.get_by_label("Ein Film dieses Programms")
    film.select_option(index=1)
    page.get_by_role("dialog").get_by_role("button", name="Fertig").click()
    saved(page)
    found = [block for block in blocks(page) if block["type"] != "paragraph" or block["html"]]
    assert [block["type"] for block in found] == ["image", "file", "paragraph", "image", "table", "video"]
    assert [block["alt"] for block in found if block["type"] == "image"] == ["Die Halle", "Der Hof"]
    expect(page.locator(".editor-card img")).to_have_count(2)
    page.goto(f"/de/desk/inducci/records/picture/{found[0]['picture']}/")
    page.locator("#f-credit").fill("Foto: Kim")
    page.locator("#f-basis").select_option("nobody")
    page.get_by_role("button", name="Speichern", exact=True).first.click()
    page.goto(f"/de/desk/inducci/records/picture/{found[0]['picture']}/publish/")
    page.locator("main form button").first.click()
    page.goto(f"{text}publish/")
    expect(page.locator(".notice--warning").last).to_contain_text("Datei: Lagebericht")
    page.get_by_role("button", name="jetzt veröffentlichen").click()
    page.goto(text.split("/text/", maxsplit=1)[0] + "/publish/")
    page.locator("main form button").first.click()
    page.goto("/de/inducci/news/" + text.split("/newsflash/")[1].split("/", maxsplit=1)[0] + "/")
    image = page.locator(".prose__picture picture").first
    assert image.locator("source").first.get_attribute("type") == "image/avif"
    assert image.locator("img").get_attribute("alt") == "Die Halle"
    image.locator("img").scroll_into_view_if_needed()
    image.locator("img").evaluate("image => image.decode()")
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Lagebericht").click()
    assert fetched.value.suggested_filename == "Lagebericht.pdf"
    expect(page.locator(".prose__film")).to_be_visible()
    assert axe(page) == []


def test_a_card_is_made_in_a_dialog(organiser_page: Page, text: str) -> None:
    page = organiser_page
    editor(page).click()
    page.get_by_role("button", name="Verweiskarte").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Adresse").fill("https://example.org/garn")
    dialog.get_by_label("Titel").fill("Das Garn")
    dialog.get_by_role("button", name="Fertig").click()
    saved(page)
    assert bare(blocks(page))[0] == {
        "type": "link",
        "url": "https://example.org/garn",
        "title": "Das Garn",
        "description": "",
    }


def test_the_plain_form_sends_the_same_body(
    open_page: OpenPage, signed_in: StorageState, organiser_page: Page, text: str, axe: Axe
) -> None:
    type_lines(organiser_page, "Eins")
    first = keys(organiser_page)
    page = open_page(storage_state=signed_in, java_script_enabled=False)
    page.goto(text)
    page.wait_for_url("**/?plain")
    page.get_by_label("Wörter").first.fill("Eins, ohne Skript")
    page.get_by_role("button", name="Am Ende anfügen").click()
    page.get_by_label("Wörter").last.fill("Zwei & <mehr>")
    page.get_by_role("button", name="Speichern").first.click()
    expect(page.locator("main")).to_contain_text("Gespeichert")
    assert words(organiser_page) == ["Eins, ohne Skript", "Zwei &amp; &lt;mehr&gt;"]
    assert keys(organiser_page)[0] == first[0]
    with_script = open_page(storage_state=signed_in)
    with_script.goto(f"{text}?plain")
    assert axe(with_script) == []


def test_a_translator_sees_block_beside_block(organiser_page: Page, text: str, axe: Axe) -> None:
    page = organiser_page
    type_lines(page, "Eins", "Zwei")
    page.goto(text.rsplit("/", 2)[0] + "/")
    page.locator("#language").select_option("en")
    page.get_by_role("button", name="Beginnen").click()
    page.wait_for_selector("[data-ready]")
    expect(page.locator(".source-block__words")).to_have_text(["Eins", "Zwei"])
    expect(page.locator(".source-block__state")).to_have_text(["noch nicht übersetzt"] * 2)
    editor(page).locator("p.beside").first.click()
    page.keyboard.type("One")
    saved(page)
    expect(page.locator(".source-block__state")).to_have_text(["übersetzt", "noch nicht übersetzt"])
    assert axe(page) == []
    english = page.url
    page.goto(text)
    page.wait_for_selector("[data-ready]")
    editor(page).locator("p").first.click()
    page.keyboard.press("End")
    page.keyboard.type(", neu")
    saved(page)
    page.goto(english)
    page.wait_for_selector("[data-ready]")
    expect(page.locator(".source-block__state").first).to_have_text("seit der Übersetzung geändert")
    page.get_by_role("button", name="Stimmt, wie es ist").click()
    expect(page.locator(".source-block__state").first).to_have_text("übersetzt")


def test_unsaved_words_are_not_left_by_mistake(patient_page: Page, text: str) -> None:
    page = patient_page
    page.goto(text)
    page.wait_for_selector("[data-ready]")
    type_lines(page, "Eins")
    page.context.set_offline(True)
    page.keyboard.type(" zwei")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    with page.expect_event("dialog"):
        page.evaluate("location.href = '/de/desk/inducci/'")
    assert asked == ["beforeunload"]
    page.context.set_offline(False)
    page.keyboard.press("Control+s")
    saved(page)


@pytest.mark.parametrize("width", [360, 800, 1440])
def test_each_page_of_a_text_fits(organiser_page: Page, text: str, width: int, axe: Axe, browser: Browser) -> None:
    page = organiser_page
    type_lines(page, "Ein langerundsehrlangerzusammengesetzterwortwurm steht hier.")
    page.set_viewport_size({"width": width, "height": 900})
    for path in (
        text,
        f"{text}?plain",
        f"{text}versions/",
        f"{text}publish/",
        f"{text}preview/",
        text.rsplit("/", 2)[0] + "/",
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        if width == 800:
            assert axe(page) == [], path
