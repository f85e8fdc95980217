"""Fill an empty pretalx with two events the size of a Querwerk programme.

Runs inside pretalx's own environment. Reads the programme bundle (as JSON) that Querwerk
shows, and writes the same texts into pretalx, so that both sides render the same content:

- event "programme": one talk per pilot and one per agenda item of every event of the
  programme, two rooms, three days; every organisation is a speaker of at least one talk.
- event "plauen": the same for the Plauen event alone: its agenda items, the pilots and the
  paper that were presented there, one day, one room.

Prints the numbers and the addresses as JSON.
"""

import datetime as dt
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pretalx.settings")

import django

django.setup()

from django_scopes import scope, scopes_disabled
from pretalx.event.domain.event import create_event
from pretalx.event.domain.organiser import create_organiser_with_team
from pretalx.person.domain.user import create_user
from pretalx.person.models import SpeakerProfile
from pretalx.schedule.domain.release import freeze_schedule
from pretalx.schedule.domain.slot import move_slot
from pretalx.schedule.models import Room
from pretalx.submission.domain.submission import create_submission, set_submission_state
from pretalx.submission.models import Submission, Track

SLOTS_PER_ROOM_AND_DAY = 9


def best(record: dict, name: str) -> str:
    """One plain text of a bundle record: German, else English, else the bare key."""
    for key in (f"{name}_de", f"{name}_en", name):
        value = record.get(key)
        if isinstance(value, dict):
            value = value.get("de") or value.get("en") or next(iter(value.values()), None)
        if value:
            return str(value)
    return ""


def findings(pilot: dict) -> str:
    lines = []
    for finding in pilot.get("findings") or []:
        text = best(finding, "text") or finding.get("de") or finding.get("en") or best(finding, "title")
        lines.append(f"- {text}")
    return "\n".join(lines)


def talk_of_pilot(pilot: dict) -> dict:
    return {
        "title": best(pilot, "title"),
        "abstract": best(pilot, "summary"),
        "description": findings(pilot),
        "orgs": [pilot.get("host"), *(pilot.get("partner_orgs") or [])],
    }


def talks_of_agenda(event: dict) -> list[dict]:
    talks = []
    for item in event.get("agenda") or []:
        text = item if isinstance(item, str) else best(item, "item") or best(item, "title")
        talks.append(
            {
                "title": text[:190],
                "abstract": best(event, "title"),
                "description": "",
                "orgs": [event.get("host")],
            }
        )
    return talks


def build(organiser, team, users, *, slug: str, name: str, intro: str, day: dt.date, talks: list[dict], rooms: int, profiles: dict[int, str]):
    days = max(1, -(-len(talks) // (rooms * SLOTS_PER_ROOM_AND_DAY)))
    with scopes_disabled():
        event = create_event(
            organiser=organiser,
            locales=["de", "en"],
            name=name,
            slug=slug,
            is_public=True,
            date_from=day,
            date_to=day + dt.timedelta(days=days - 1),
            timezone="Europe/Berlin",
            email="bench@example.org",
            primary_color="#7a1f2b",
            locale="de",
            landing_page_text=intro,
        )
    with scope(event=event):
        team.limit_events.add(event)
        tracks = [
            Track.objects.create(event=event, name=label, color=color)
            for label, color in (("Pilot", "#7a1f2b"), ("Programm", "#1f4f7a"))
        ]
        room_rows = [Room.objects.create(event=event, name=f"Raum {n + 1}", position=n) for n in range(rooms)]
        kind = event.cfp.default_type
        speakers: dict[str, object] = {}
        for index, talk in enumerate(talks):
            submission = Submission(
                event=event,
                title=talk["title"],
                submission_type=kind,
                track=tracks[0 if talk["description"] else 1],
                abstract=talk["abstract"],
                description=talk["description"],
                content_locale="de",
            )
            people = [users[key] for key in dict.fromkeys(talk["orgs"]) if key in users]
            create_submission(submission=submission, user=people[0], speakers=people)
            for state in ("accepted", "confirmed"):
                set_submission_state(submission, state)
            room = room_rows[index % rooms]
            step = index // rooms
            start = dt.datetime.combine(
                day + dt.timedelta(days=step // SLOTS_PER_ROOM_AND_DAY),
                dt.time(9 + step % SLOTS_PER_ROOM_AND_DAY),
                tzinfo=event.tz,
            )
            move_slot(submission.slots.first(), start, room=room, duration=45)
            for user in people:
                speakers[user.email] = user
        for profile in SpeakerProfile.objects.filter(event=event):
            profile.biography = profiles.get(profile.user_id, "")
            profile.save()
        freeze_schedule(event.wip_schedule, "v1.0", notify_speakers=False)
        first = event.current_schedule.talks.filter(is_visible=True, submission__isnull=False).first()
        return {
            "slug": slug,
            "talks": len(talks),
            "speakers": len(speakers),
            "rooms": rooms,
            "days": days,
            "first_talk": first.submission.code,
        }


def main() -> None:
    bundle = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    programme = bundle["programme"]
    with scopes_disabled():
        admin = create_user(email="admin@example.org", name="Bench")
        organiser, team = create_organiser_with_team(name="Bench", slug="bench", users=[admin])
        users = {}
        texts = {}
        for number, org in enumerate(bundle["organisations"]):
            user = create_user(email=f"org{number}@example.org", name=best(org, "name"), locale="de")
            texts[user.pk] = ", ".join(str(org[k]) for k in ("kind", "sector", "city", "country") if org.get(k))
            users[org.get("id") or org["key"]] = user

    pilots = {p.get("id") or p.get("key"): p for p in bundle["pilots"]}
    events = {e.get("id") or e.get("key"): e for e in bundle["events"]}
    everything = [talk_of_pilot(p) for p in pilots.values()]
    everything += [talk for event in events.values() for talk in talks_of_agenda(event)]
    fallback = list(users)
    for index, talk in enumerate(everything):
        talk["orgs"] = [key for key in talk["orgs"] if key in users] or [fallback[index % len(fallback)]]
    # Every organisation of the programme is on our list page, so each speaks here as well.
    spoken = {key for talk in everything for key in talk["orgs"]}
    for index, key in enumerate(key for key in fallback if key not in spoken):
        everything[index % len(everything)]["orgs"].append(key)

    plauen = events["plauen-2021"]
    shown = talks_of_agenda(plauen)
    shown += [talk_of_pilot(p) for p in pilots.values() if "plauen-2021" in (p.get("presented_at") or [])]
    shown += [
        {"title": best(s, "title")[:190], "abstract": best(s, "status"), "description": "", "orgs": [s.get("author")]}
        for s in bundle["strategy"]
        if (s.get("id") or s.get("key")) == "cwe-strategy"
    ]
    for talk in shown:
        talk["orgs"] = [key for key in talk["orgs"] if key in users] or [fallback[0]]
    asked = {question["id"]: question for question in bundle.get("questions") or []}
    # An event names its questions by id or writes them out.
    found = [asked[q] if isinstance(q, str) else q for q in plauen.get("guiding_questions") or []]
    questions = "\n".join(f"1. {question.get('de', '')}" for question in found)

    result = {
        "organisations": len(users),
        "programme": build(
            organiser, team, users,
            slug="programme", name=programme.get("acronym") or "Programme",
            intro=f"# {best(programme, 'title')}\n\n{best(programme.get('funder') or {}, 'name')}\n\n{questions}",
            day=dt.date(2021, 9, 28), talks=everything, rooms=2, profiles=texts,
        ),
        "plauen": build(
            organiser, team, users,
            slug="plauen", name=best(plauen, "title")[:190],
            intro=f"# {best(plauen, 'title')}\n\n{plauen.get('place')}\n\n{questions}",
            day=dt.date(2021, 9, 29), talks=shown, rooms=1, profiles=texts,
        ),
    }  # fmt: skip
    Path(sys.argv[2]).write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
