"""Three hundred vectors on a public page and in the editor, in a real browser: no dialog, no request, no script, no handler."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Dialog, Page, expect

FAMILIES = json.loads((Path(__file__).parents[1] / "rooms/core/prose/hostile.json").read_text())["families"]
VECTORS: list[str] = [vector for family in FAMILIES.values() for vector in family]
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


def key(number: int) -> str:
    return "".join(LETTERS[number // 32**place % 32] for place in range(8))


SEND = """async (put) => {
  const form = document.querySelector("[data-prose]");
  const answer = await fetch(form.dataset.sync, {
    method: "POST",
    headers: {"Content-Type": "application/json", "X-CSRFToken": form.dataset.token},
    body: JSON.stringify({base: 0, sitting: "hostile", put}),
  });
  return answer.status;
}"""

LOOK = """(selector) => [...document.querySelectorAll(`${selector} *`)].flatMap((element) => [
  ...(/^(script|style|iframe|object|embed|link|meta|base|svg|math|form|input|video|audio|template)$/.test(element.localName) && !element.matches('svg.icon') ? [`${element.localName} in ${element.parentElement.outerHTML.slice(0, 200)}`] : []),
  ...[...element.attributes].filter((one) => /^on/i.test(one.name) || /^\\s*(javascript|vbscript|data):/i.test(one.value)
    || (one.name === "style" && element.closest(".prose"))).map((one) => `${element.localName} ${one.name}`),
])"""


def test_hostile_html_is_harmless_for_readers_and_editors(organiser_page: Page) -> None:
    page = organiser_page
    dialogs: list[str] = []

    def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.goto("/de/desk/inducci/records/newsflash/+/")
    page.get_by_label("Deutsch").first.fill("Feindliches")
    page.get_by_role("button", name="Speichern und veröffentlichen").first.click()
    page.get_by_role("link", name="Text", exact=True).click()
    page.get_by_role("button", name="Beginnen").click()
    page.wait_for_selector("[data-ready]")
    page.on("dialog", note)
    address = page.url
    put: list[dict[str, Any]] = [
        {"block": {"key": key(number + 5), "type": "paragraph", "html": f"{number}: {vector}"}}
        for number, vector in enumerate(VECTORS)
    ]
    put += [
        {"block": {"key": key(9001), "type": "quote", "html": VECTORS[0], "source": VECTORS[0]}},
        {"block": {"key": key(9002), "type": "link", "url": "https://example.org/", "title": VECTORS[0]}},
        {"block": {"key": key(9003), "type": "video", "url": "https://example.org/x", "title": VECTORS[0]}},
    ]
    assert page.evaluate(SEND, put) == 200
    page.goto(address)
    page.wait_for_selector("[data-ready]")
    assert page.evaluate(LOOK, "[data-editor]") == []
    page.goto(f"{address}publish/")
    page.get_by_role("button", name="jetzt veröffentlichen").click()
    page.get_by_role("link", name="Öffentliche Seite").click()
    # The click returns before the new page is there as a whole.
    expect(page.locator(".prose__text > p").first).to_be_attached()
    page.wait_for_load_state()
    assert page.locator(".prose__text > p").count() >= len(VECTORS) - 5
    assert page.evaluate(LOOK, "main .prose__text > :not(.prose__film)") == []
    page.evaluate(
        "document.querySelectorAll('.prose a').forEach((a) => a.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})))"
    )
    page.wait_for_timeout(500)
    # Requests to other hosts and blocked scripts fail every test of this folder: see Watch in conftest.py.
    assert dialogs == []
