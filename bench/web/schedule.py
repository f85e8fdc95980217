"""An event with 300 agenda items: our public page and our schedule beside pretalx's schedule of the same size, in one run.

The same titles, texts, people, rooms and hours on both sides. Exit status: 0 when the goal is met, 1 when it is missed,
2 when the bench could not run. See bench/README.md.
"""

import argparse
import json
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from generate import Maker
from report import table
from servers import BenchError, say
from sides import WORK, WORKERS, Ours, Rival, headers_for
from wire import Target, alternate

GOAL = 5
ITEMS, ROOMS, PEOPLE, HOURS = 300, 10, 150, 9
EVENT = "events/tagung/"
PAIRS = {"the event's page": EVENT, "the schedule": f"{EVENT}schedule/"}
THEIRS = "/tagung/schedule/"


def bundle(items: int) -> dict[str, Any]:
    """Make a programme with one large event; the same every time."""
    maker = Maker(2021)
    agenda = []
    for place in range(items):
        step, room = divmod(place, ROOMS)
        day, hour = divmod(step, HOURS)
        agenda.append({
            "id": f"punkt-{place + 1:03}", "day": f"2026-10-{5 + day:02}", "time": f"{9 + hour:02}:00-{9 + hour:02}:45",
            **maker.both("item", maker.title()), **maker.both("text", maker.paragraphs(1)),
            "room_de": f"Raum {room + 1}", "room_en": f"Room {room + 1}",
            "speakers": [f"person-{place % PEOPLE + 1}", f"person-{(place * 7 + 3) % PEOPLE + 1}"],
        })  # fmt: skip
    event = {
        "id": "tagung", **maker.both("title", maker.title()), **maker.both("summary", maker.paragraphs(1)),
        "date": "2026-10-05", "end": agenda[-1]["day"], "place": "Chemnitz", "source": "generated", "agenda": agenda,
    }  # fmt: skip
    return {
        "meta": {"dataset": "bench", "source": "generated"},
        "programme": {"id": "bench", "title_de": "Tagung", "title_en": "Conference", "source": "generated"},
        "people": [{"id": f"person-{n}", "name": f"Person {n}", "source": "generated"} for n in range(1, PEOPLE + 1)],
        "events": [event],
    }


def measure(folder: Path, args: argparse.Namespace) -> dict[str, Any]:
    """Fill both sides, or take them as the last run filled them, and load them in turn."""
    source = folder / "bundle.json"
    rival, ours = Rival(folder / "pretalx"), Ours(folder / "ours", "bench")
    if not args.again:
        source.write_text(json.dumps(bundle(args.items), ensure_ascii=False), encoding="utf-8")
        for name in ("ours", "pretalx"):
            (folder / name).mkdir()
        rival.install()
        ours.prepare(source)
    result: dict[str, Any] = {"version": rival.version, "pairs": {}}
    with rival.redis() as redis, ExitStack() as stack:
        if args.again:
            rival.configure()
            rival.read_event()
        else:
            rival.prepare(source, "build_schedule.py")
        result["talks"] = rival.event["programme"]["talks"]
        result["inside"] = ours.measure(list(PAIRS.values()), args.seconds)
        result["inside_theirs"] = rival.measure([THEIRS], args.seconds)[THEIRS]
        a, b = stack.enter_context(ours.web()), stack.enter_context(rival.web())
        a.wait_for(f"{ours.url}/health/ready", headers_for(ours.url))
        b.wait_for(f"{rival.url}{THEIRS}", headers_for(rival.url))
        for name, page in PAIRS.items():
            say(f"load: {name} ...")
            sides = {
                "ours": Target([a], ours.url, ours.path(page)),
                "theirs": Target([b, redis], rival.url, THEIRS),
            }
            # Each process makes the page once before it can give it out; on a busy machine that takes more than a second.
            loads = {f"c{n}": alternate(sides, n, args.seconds, args.rounds, warm=args.warm) for n in (1, 8)}
            result["pairs"][name] = loads
    return result


def main() -> int:
    """Run the bench from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=ITEMS)
    parser.add_argument("--seconds", type=int, default=4, help="length of each round (default: 4)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each side, alternating (default: 3)")
    parser.add_argument("--warm", type=int, default=10, help="seconds of warm-up of each side (default: 10)")
    parser.add_argument("--again", action="store_true", help="load the sides as the last run filled them")
    args = parser.parse_args()
    folder = WORK / "schedule"
    try:
        result = measure(folder if args.again else fresh(folder), args)
    except BenchError as error:
        say(f"bench: {error}")
        return 2
    rows = []
    for name, page in PAIRS.items():
        for size in ("c1", "c8"):
            o, t = result["pairs"][name][size]["ours"], result["pairs"][name][size]["theirs"]
            rows.append([
                name, size[1:], f"{o['rps']:.0f} : {t['rps']:.0f}", f"{o['rps'] / t['rps']:.1f}",
                f"{o['p99_ms']:.1f} : {t['p99_ms']:.1f}",
                f"{result['inside'][page]['cpu_ms']:.1f} : {result['inside_theirs']['cpu_ms']:.1f}",
                f"{result['inside'][page]['queries']} : {result['inside_theirs']['queries']}",
            ])  # fmt: skip
    head = [
        "ours : pretalx's schedule",
        "connections",
        "requests/s",
        "ratio",
        "p99 ms",
        "CPU ms uncached",
        "SQL uncached",
    ]
    print(
        f"{args.items} agenda items, pretalx {result['version']} with {result['talks']} talks, {WORKERS} processes each.\n"
    )
    print(table(head, rows))
    worst = min(float(row[3]) for row in rows)
    print(
        f"\n{'met' if worst >= GOAL else 'MISSED'}: at least {worst:.1f} times the requests per second (at least {GOAL})"
    )
    return 0 if worst >= GOAL else 1


def fresh(folder: Path) -> Path:
    """Return the folder, empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


if __name__ == "__main__":
    sys.exit(main())
