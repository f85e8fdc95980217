"""Leafing through a gallery, aiming at a picture's focus, dropping files: with keys, fingers, and without scripts."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, StorageState, expect

from scripts.demo import ROOT, Site
from tests.factories.pictures import encoded, pixels

OpenPage = Callable[..., Page]
Axe = Callable[..., list[str]]
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def hung(site: Site) -> dict[str, Any]:
    """Pictures in the running demo; hanging them twice changes nothing."""
    env = site.environment() | {"DJANGO_SETTINGS_MODULE": "querwerk.config.settings"}
    command = (sys.executable, "-m", "tests.browser.hang_pictures")
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture
def event(hung: dict[str, Any]) -> str:
    return f"/de/inducci/events/{hung['event']}/"


@pytest.fixture
def at_desk(hung: dict[str, Any]) -> str:
    return f"/de/desk/inducci/pictures/{hung['keys'][0]}/"


def shown_of(page: Page) -> str:
    return str(page.locator("dialog .viewer__title small").inner_text())


def test_a_gallery_is_leafed_through_with_the_keys(page: Page, event: str) -> None:
    page.goto(event)
    page.locator("[data-album-link]").first.click()
    expect(page.locator("dialog .viewer__title small")).to_have_text("Bild 1 von 5")
    for key, words in (("ArrowRight", "Bild 2 von 5"), ("ArrowRight", "Bild 3 von 5"), ("ArrowLeft", "Bild 2 von 5")):
        page.keyboard.press(key)
        expect(page.locator("dialog .viewer__title small")).to_have_text(words)
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.locator("[data-album-link]").first).to_be_focused()


def test_the_ends_of_a_gallery_are_ends(page: Page, event: str) -> None:
    page.goto(event)
    page.locator("[data-album-link]").last.click()
    expect(page.locator("dialog .viewer__title small")).to_have_text("Bild 5 von 5")
    page.keyboard.press("ArrowRight")
    expect(page.locator("dialog [data-after]")).to_have_count(0)
    assert shown_of(page) == "Bild 5 von 5"


SWIPE = """(across) => {
  const stage = document.querySelector('dialog [data-stage]');
  const at = (type, x) => stage.dispatchEvent(new PointerEvent(type, {bubbles: true, isPrimary: true, pointerType: 'touch', clientX: x, clientY: 300}));
  at('pointerdown', 180); at('pointerup', 180 + across);
}"""


def test_a_gallery_is_leafed_through_with_a_finger(open_page: OpenPage, event: str) -> None:
    page = open_page(viewport=PHONE, has_touch=True)
    page.goto(event)
    page.locator("[data-album-link]").first.tap()
    for across, words in ((-120, "Bild 2 von 5"), (-20, "Bild 2 von 5"), (-90, "Bild 3 von 5"), (150, "Bild 2 von 5")):
        page.wait_for_load_state("networkidle")
        page.evaluate(SWIPE, across)
        expect(page.locator("dialog .viewer__title small")).to_have_text(words)


def test_without_scripts_each_picture_is_a_page(open_page: OpenPage, event: str) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(event)
    page.locator("[data-album-link]").first.click()
    expect(page.locator("h1 small")).to_have_text("Bild 1 von 5")
    page.get_by_role("link", name="Weiter").click()
    expect(page.locator("h1 small")).to_have_text("Bild 2 von 5")
    page.get_by_role("link", name="Zurück zur Seite").click()
    page.wait_for_url(f"**{event}")


def test_the_keys_turn_the_pages_too(page: Page, hung: dict[str, Any]) -> None:
    page.goto(f"/de/inducci/pictures/{hung['keys'][0]}/in/event/{hung['event']}/")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**/{hung['keys'][1]}/in/event/**")


def test_the_browser_takes_a_modern_format_in_a_fitting_size_and_nothing_moves(open_page: OpenPage, event: str) -> None:
    page = open_page(viewport=PHONE)
    page.goto(event)
    image = page.locator("#photo img")
    before = image.bounding_box()
    image.scroll_into_view_if_needed()
    image.evaluate("image => image.decode()")
    after = image.bounding_box()
    assert before is not None
    assert after is not None
    # The box is laid out by the stated ratio before the picture is there; the picture's own may differ by a fraction.
    assert (round(before["width"]), round(before["height"])) == (round(after["width"]), round(after["height"]))
    assert str(image.evaluate("image => image.currentSrc")).endswith("/480.avif")


def test_the_focus_is_set_by_a_click_and_by_the_keys(
    open_page: OpenPage, signed_in: StorageState, at_desk: str
) -> None:
    page = open_page(storage_state=signed_in)
    page.goto(at_desk)
    box = page.locator(".aim img").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.75)
    expect(page.locator("#x")).to_have_value("25")
    expect(page.locator("#y")).to_have_value("75")
    expect(page.locator("#x")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowRight")
    assert [page.locator(name).input_value() for name in ("#x", "#y")] == ["35", "74"]
    assert page.locator("[data-aim-cross] path").get_attribute("d") == "M35 0V100M0 74H100"


def test_the_focus_is_two_numbers_without_scripts(open_page: OpenPage, signed_in: StorageState, at_desk: str) -> None:
    page = open_page(storage_state=signed_in, java_script_enabled=False)
    page.goto(at_desk)
    page.locator("#x").fill("40")
    page.locator("#y").fill("30")
    page.locator("[data-focus] button").click()
    assert [page.locator(name).input_value() for name in ("#x", "#y")] == ["40", "30"]


DROP = """async ([content, name]) => {
  const form = document.querySelector('[data-drop]');
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const files = new DataTransfer();
  files.items.add(new File([bytes], name, {type: 'image/jpeg'}));
  form.dispatchEvent(new DragEvent('drop', {bubbles: true, cancelable: true, dataTransfer: files}));
}"""


def test_files_are_dropped_into_the_library(open_page: OpenPage, signed_in: StorageState) -> None:
    import base64  # noqa: PLC0415

    page = open_page(storage_state=signed_in)
    page.goto("/de/desk/inducci/pictures/")
    content = base64.b64encode(encoded("JPEG", pixels(300, 200, seed=5))).decode()
    page.evaluate(DROP, [content, "Abgelegt.jpg"])
    expect(page.locator(".messages")).to_contain_text("übernommen")
    expect(page.locator(".shelf__title").first).to_have_text("Abgelegt")


def test_files_are_chosen_without_scripts(open_page: OpenPage, signed_in: StorageState, tmp_path: Path) -> None:
    file = tmp_path / "Gewählt.jpg"
    file.write_bytes(encoded("JPEG", pixels(300, 200, seed=6)))
    page = open_page(storage_state=signed_in, java_script_enabled=False)
    page.goto("/de/desk/inducci/pictures/")
    page.locator("#file").set_input_files(file)
    page.get_by_role("button", name="Hinzufügen", exact=True).click()
    expect(page.locator(".shelf__title").first).to_have_text("Gewählt")


@pytest.mark.parametrize("viewport", [PHONE, {"width": 1440, "height": 900}], ids=["phone", "wide"])
def test_pages_with_pictures_have_no_barriers_and_fit(
    open_page: OpenPage, signed_in: StorageState, hung: dict[str, Any], axe: Axe, viewport: dict[str, int]
) -> None:
    page = open_page(storage_state=signed_in, viewport=viewport)
    key, wrong = hung["keys"][0], []
    for path in (
        f"inducci/events/{hung['event']}/", f"inducci/pictures/{key}/", f"inducci/pictures/{key}/in/event/{hung['event']}/",
        "inducci/press/", "desk/inducci/pictures/", f"desk/inducci/pictures/{key}/", f"desk/inducci/pictures/{hung['draft']}/",
        f"desk/inducci/pictures/{key}/withdraw/", f"desk/inducci/records/picture/{key}/",
    ):  # fmt: skip
        page.goto(f"/de/{path}")
        wrong += [f"{path}: {barrier}" for barrier in axe(page)]
        if (width := page.evaluate("document.documentElement.scrollWidth")) > viewport["width"]:
            wrong.append(f"{path}: {width} px wide")
    page.goto(f"/de/inducci/events/{hung['event']}/")
    page.locator("[data-album-link]").first.click()
    expect(page.locator("dialog .viewer__title")).to_be_visible()
    wrong += [f"dialog: {barrier}" for barrier in axe(page)]
    assert wrong == []
