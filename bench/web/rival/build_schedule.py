"""Fill an empty pretalx with one large event: a talk per agenda item, with the same people, rooms and texts.

Runs inside pretalx's own environment, as build_event.py does, and prints the addresses as JSON.
"""

import datetime as dt
import json
import sys
from pathlib import Path

from build_event import best, build
from django_scopes import scopes_disabled
from pretalx.event.domain.organiser import create_organiser_with_team
from pretalx.person.domain.user import create_user


def main() -> None:
    bundle = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    (event,) = bundle["events"]
    with scopes_disabled():
        admin = create_user(email="admin@example.org", name="Bench")
        organiser, team = create_organiser_with_team(name="Bench", slug="bench", users=[admin])
        users = {
            person["id"]: create_user(email=f"{person['id']}@example.org", name=person["name"], locale="de")
            for person in bundle["people"]
        }
    talks = [
        {"title": best(item, "item")[:190], "abstract": best(item, "text"), "description": "", "orgs": item["speakers"]}
        for item in event["agenda"]
    ]
    rooms = len({item["room_de"] for item in event["agenda"]})
    made = build(
        organiser, team, users, slug="tagung", name=best(event, "title"), intro=best(event, "summary"),
        day=dt.date.fromisoformat(event["date"]), talks=talks, rooms=rooms, profiles={},
    )  # fmt: skip
    Path(sys.argv[2]).write_text(json.dumps({"programme": made}, indent=2) + "\n", encoding="utf-8")


main()
