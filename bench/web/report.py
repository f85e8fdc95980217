"""Holds the figures against the goals and lays them out."""

from collections.abc import Iterator
from typing import Any

from pages import PAGES, PAIRS, Page
from sides import WORKERS

type Verdict = tuple[bool, str]

RATIO, QUERIES, CPU_MS, P99_MS, KB, GROWTH = 5, 10, 5, 15, 100, 3


def judge(result: dict[str, Any]) -> list[Verdict]:
    """Hold the figures against the goals; one sentence each."""
    verdicts: list[Verdict] = []
    for pair in PAIRS:
        if pair.name not in result["pairs"]:
            verdicts.append((False, f"{pair.name}: not measured"))
            continue
        sides = result["pairs"][pair.name]["c8"]
        ratio = sides["ours"]["rps"] / sides["theirs"]["rps"]
        verdicts.append((ratio >= RATIO, f"{pair.name}: {ratio:.1f} times the requests per second (at least {RATIO})"))
    for page in PAGES:
        verdicts += judge_page(page, result)
    return verdicts


def judge_page(page: Page, result: dict[str, Any]) -> Iterator[Verdict]:
    """Hold one page of ours against the goals."""
    demo, large, small = result["uncached"][page.demo], result["large"][page.large], result["small"][page.demo]
    name = page.kind
    if demo["status"] != 200:
        yield False, f"{name}: /{page.demo} answers {demo['status']}"
        return
    p99, visit = result["pages"][name]["c1"]["p99_ms"], result["visits"][f"ours {name}"]["bytes"] / 1000
    yield demo["queries"] <= QUERIES, f"{name}: {demo['queries']} queries uncached (at most {QUERIES})"
    yield demo["cpu_ms"] <= CPU_MS, f"{name}: {demo['cpu_ms']:.1f} ms of CPU uncached (at most {CPU_MS})"
    yield p99 <= P99_MS, f"{name}: p99 {p99:.1f} ms on one connection (at most {P99_MS})"
    yield visit <= KB, f"{name}: {visit:.0f} kB on a first visit (at most {KB})"
    if large["status"] != 200:
        yield False, f"{name}: /{page.large} of the large programme answers {large['status']}"
        return
    growth = large["cpu_ms"] / small["cpu_ms"]
    yield growth < GROWTH, f"{name}: {growth:.1f} times the time in the large programme (under {GROWTH})"
    yield (
        large["queries"] <= small["queries"],
        f"{name}: {large['queries']} queries in the large programme, {small['queries']} in the demo (no more)",
    )


def table(head: list[str], rows: list[list[str]]) -> str:
    """Lay out a table that reads well in a terminal and in Markdown."""
    widths = [max(len(row[n]) for row in [head, *rows]) for n in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join(
        f"| {' | '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))} |" for line in lines
    )


def loads(result: dict[str, Any], connections: int) -> str:
    """Lay out the requests under load, pair by pair."""
    rows = []
    for name, sizes in result["pairs"].items():
        o, t = sizes[f"c{connections}"]["ours"], sizes[f"c{connections}"]["theirs"]
        rows.append(
            [
                name,
                f"{o['rps']:.0f} : {t['rps']:.0f}",
                f"{o['rps'] / t['rps']:.1f}",
                f"{o['p50_ms']:.2f} : {t['p50_ms']:.1f}",
                f"{o['p99_ms']:.2f} : {t['p99_ms']:.1f}",
                f"{o['cpu_ms']:.2f} : {t['cpu_ms']:.1f}",
            ]
        )
    return table(["ours : pretalx", "requests/s", "ratio", "p50 ms", "p99 ms", "CPU ms"], rows)


def insides(result: dict[str, Any]) -> str:
    """Lay out what a page costs without a stored answer, and what a first visit weighs."""
    rows = []
    talk = result["rival"]["event"]["programme"]["first_talk"]
    kinds = {page.demo: page.kind for page in PAGES}
    for pair in PAIRS:
        if pair.name not in result["pairs"]:
            continue
        o, t = result["uncached"][pair.ours], result["rival_inside"][pair.theirs.format(talk=talk)]
        visit_o, visit_t = result["visits"][f"ours {kinds[pair.ours]}"], result["visits"][f"theirs {pair.name}"]
        rows.append(
            [
                pair.name,
                f"{o['cpu_ms']:.1f} : {t['cpu_ms']:.1f}",
                f"{t['cpu_ms'] / o['cpu_ms']:.1f}",
                f"{o['queries']} : {t['queries']}",
                f"{visit_o['bytes'] / 1000:.0f} : {visit_t['bytes'] / 1000:.0f}",
                f"{visit_o['requests']} : {visit_t['requests']}",
            ]
        )
    head = ["ours : pretalx", "CPU ms uncached", "ratio", "SQL queries", "first visit kB", "requests"]
    return table(head, rows)


def pages(result: dict[str, Any]) -> str:
    """Lay out our own pages."""
    rows = []
    for page in PAGES:
        u, s, g = result["uncached"][page.demo], result["small"][page.demo], result["large"][page.large]
        if u["status"] != 200 or g["status"] != 200:
            rows.append([page.kind, f"answers {u['status']}, large {g['status']}", *[""] * 9])
            continue
        c1, c8 = result["pages"][page.kind]["c1"], result["pages"][page.kind]["c8"]
        rows.append(
            [
                page.kind,
                f"{u['cpu_ms']:.1f}",
                f"{u['wall_p99_ms']:.1f}",
                f"{u['queries']}",
                f"{c8['rps']:.0f}",
                f"{c1['p50_ms']:.2f}",
                f"{c1['p99_ms']:.2f}",
                f"{result['visits'][f'ours {page.kind}']['bytes'] / 1000:.0f}",
                f"{g['cpu_ms']:.1f}",
                f"{g['cpu_ms'] / s['cpu_ms']:.1f}",
                f"{g['queries']}",
            ]
        )
    head = [
        "our page", "CPU ms uncached", "p99 ms uncached", "SQL", "r/s cached c=8", "p50 c=1", "p99 c=1",
        "first visit kB", "large: CPU ms", "growth", "SQL",
    ]  # fmt: skip
    return table(head, rows)


def report(result: dict[str, Any], verdicts: list[Verdict]) -> str:
    """Write the whole report."""
    event = result["rival"]["event"]
    goals = "\n".join(f"{'met   ' if is_met else 'MISSED'}  {text}" for is_met, text in verdicts)
    met = sum(is_met for is_met, _ in verdicts)
    talks, stage = event["programme"], event["plauen"]
    first = (
        f"Querwerk {result['querwerk']} against pretalx {result['rival']['version']}, {WORKERS} server processes each,"
        f" {result['machine']}, {result['date']}.\nThe same texts on both sides: pretalx's “programme” has"
        f" {talks['talks']} talks and {talks['speakers']} speakers, its “plauen” {stage['talks']} talks and"
        f" {stage['speakers']} speakers."
    )
    parts = [
        first,
        f"Under load, 8 connections (our pages stored, as in production):\n{loads(result, 8)}",
        f"Under load, 1 connection:\n{loads(result, 1)}",
        f"In-process, nothing stored; first visit in Chromium:\n{insides(result)}",
        f"Our public pages:\n{pages(result)}",
        f"Goals:\n{goals}",
        f"{met} of {len(verdicts)} goals met.",
    ]
    return "\n\n".join(parts)
