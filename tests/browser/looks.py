"""What must be true of a rendered page, read from the browser in as few steps as possible.

Every function returns what is wrong as sentences; none is good.
"""

import re
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import Any

import yaml
from playwright.sync_api import Page, ViewportSize

from querwerk.programmes.publicity import RULE_SETS, Box, PageFacts, PublicityRules, violations
from scripts.demo import ROOT, kind_of
from scripts.messages import catalogue

BUNDLE = ROOT / "querwerk/exchange/demo/inducci.yaml"
WIDE: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}

STRUCTURE = """() => ({
  lang: document.documentElement.lang,
  title: document.title.trim(),
  description: document.querySelector('meta[name=description]')?.content.trim() ?? '',
  h1: document.querySelectorAll('h1').length,
  main: document.querySelectorAll('main').length,
  levels: [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map((heading) => Number(heading.tagName[1])),
  twice: [...document.querySelectorAll('[id]')].map((e) => e.id).filter((id, place, all) => all.indexOf(id) !== place),
  broken: [...document.images].filter((image) => image.complete && !image.naturalWidth).map((image) => image.src),
  hollow: [...document.querySelectorAll('main :is(dd, dt, li, h2, h3, p, td, th):not([hidden])')]
    .filter((e) => !e.textContent.trim() && !e.querySelector('img, svg, input, button, a, picture') && e.tagName !== 'TD' && !e.className.endsWith('__foot')).map((e) => e.outerHTML.slice(0, 80)),
  raw: [...document.body.innerText.matchAll(/\\bNone\\b|\\bTrue\\b|\\bFalse\\b|\\{%|\\{\\{|\\{'|<__proxy__|&amp;|undefined|\\[object /g)].map((match) =>
    document.body.innerText.slice(Math.max(0, match.index - 30), match.index + 30)),
})"""

# Words as a reader meets them, apart from passages that say they are in another language.
GERMAN_WORDS = """() => {
  const words = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const foreign = (element) => !element.closest('[lang]').lang.startsWith('de') || element.closest('script, style');
  while (walker.nextNode()) {
    if (!foreign(walker.currentNode.parentElement)) words.push(walker.currentNode.textContent);
  }
  for (const element of document.querySelectorAll('[aria-label], [placeholder], [title], [alt]')) {
    if (foreign(element)) continue;
    for (const name of ['aria-label', 'placeholder', 'title', 'alt']) words.push(element.getAttribute(name) ?? '');
  }
  words.push(document.title, document.querySelector('meta[name=description]')?.content ?? '');
  return [...new Set(words.map((text) => text.replace(/\\s+/g, ' ').trim()).filter((text) => text))];
}"""

TOO_WIDE = """() => [document.documentElement.scrollWidth, [...document.querySelectorAll('main *, footer *, header *')]
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && e.checkVisibility())
  .map((e) => e.tagName + '.' + e.className).slice(0, 5)]"""

PUBLICITY = """() => {
  const box = (e) => { const r = e.getBoundingClientRect(); return [r.left, r.top + scrollY, r.width, r.height]; };
  const shown = (e) => e.checkVisibility() && e.getBoundingClientRect().width > 0;
  const emblem = [...document.querySelectorAll('img[src*="eu-emblem"]')].filter(shown)[0];
  const beside = emblem?.closest('.publicity');
  const logos = [...document.querySelectorAll('.wordmark, .wordmark svg, img[src*=logo], img[class*=logo]')].filter(shown);
  return {
    emblem: emblem ? box(emblem) : null,
    natural: emblem ? emblem.naturalWidth / emblem.naturalHeight : 0,
    logos: logos.map(box),
    statement: beside ? beside.innerText.replace(/\\s+/g, ' ') : '',
    bottom: beside ? beside.getBoundingClientRect().bottom + scrollY : 0,
  };
}"""


def structure(page: Page, language: str) -> list[str]:
    """Check the skeleton of a page: language, headings, title, leftovers of the machine."""
    found = page.evaluate(STRUCTURE)
    levels = found["levels"]
    return [
        *([] if found["lang"] == language else [f"lang is {found['lang']!r}"]),
        *([] if found["h1"] == 1 else [f"{found['h1']} h1"]),
        *([] if found["main"] == 1 else [f"{found['main']} main"]),
        *([] if found["title"] else ["no title"]),
        *([] if 20 <= len(found["description"]) <= 320 else [f"description of {len(found['description'])} letters"]),
        *([f"h{after} follows h{before}" for before, after in pairwise(levels) if after > before + 1]),
        *(f"id {name!r} twice" for name in found["twice"]),
        *(f"picture {source} does not load" for source in found["broken"]),
        *(f"empty element {html}" for html in found["hollow"]),
        *(f"leftover of the machine: {words!r}" for words in found["raw"]),
    ]


def too_wide(page: Page, width: int) -> list[str]:
    """Check that nothing makes the document wider than the window."""
    needed, culprits = page.evaluate(TOO_WIDE)
    return [f"needs {needed} px: {', '.join(culprits)}"] if needed > width else []


@cache
def english_only() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Return the interface's English strings that German words would differ from, and those with gaps as patterns."""
    plain, patterns = set(), []
    for message in catalogue():
        ids = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
        strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        for english in ids:
            if not english or english in strings:
                continue
            pieces = re.split(r"%\(\w+\)[sd]|%%", english)
            if len(pieces) == 1:
                plain.add(re.sub(r"\s+", " ", english).strip())
            elif len(re.findall(r"[A-Za-z]{2,}", " ".join(pieces))) >= 2:
                patterns.append(re.compile(".+".join(re.escape(piece.strip()) for piece in pieces)))
    # German words that are an English string, too.
    german = {
        text
        for message in catalogue()
        for text in ([message.string] if isinstance(message.string, str) else message.string or ())
    }
    return frozenset(plain - german), tuple(patterns)


def untranslated(page: Page) -> list[str]:
    """Check that a German page shows none of the interface's English strings."""
    plain, patterns = english_only()
    return [
        f"English: {words!r}"
        for words in page.evaluate(GERMAN_WORDS)
        if words in plain or any(pattern.fullmatch(words) for pattern in patterns)
    ]


@cache
def funders_rules() -> PublicityRules:
    """Return the rules of the demonstration's funder."""
    funder: Mapping[str, Any] = yaml.safe_load(BUNDLE.read_text())["funder"]
    return RULE_SETS[funder["publicity"]]


def publicity(page: Page, path: str, viewport: ViewportSize) -> list[str]:
    """Measure emblem, logos and statement, and hold them against the funder's rules."""
    found = page.evaluate(PUBLICITY)
    facts = PageFacts(
        language=path.split("/")[1],
        is_home=kind_of(path) == ("home",),
        emblem=Box(*found["emblem"]) if found["emblem"] else None,
        other_logos=[Box(*logo) for logo in found["logos"]],
        statement=found["statement"],
        window_height=viewport["height"],
    )
    wrong = violations(funders_rules(), facts)
    if found["emblem"] and abs(found["natural"] - 1.5) + abs(found["emblem"][2] / found["emblem"][3] - 1.5) > 0.02:
        wrong.append("the emblem is not 3:2")
    if facts.is_home and found["bottom"] > viewport["height"]:
        wrong.append("the statement beside the emblem is not visible without scrolling")
    return [f"publicity at {viewport['width']} px: {reason}" for reason in wrong]
