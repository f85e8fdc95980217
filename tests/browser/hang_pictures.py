"""Hangs made pictures into the running demonstration: ``python -m tests.browser.hang_pictures``. Prints the keys."""

import json
import sys
from datetime import date

import django


def main() -> None:
    """Put a group picture of the Plauen event into the demo, four pictures into its gallery, one draft into the library."""
    django.setup()
    from querwerk.core.actions import Actor, save_record  # noqa: PLC0415
    from querwerk.core.models import Record, Space, record_models  # noqa: PLC0415
    from querwerk.core.pictures.actions import add_picture, record_consent  # noqa: PLC0415
    from querwerk.core.pictures.models import Picture  # noqa: PLC0415
    from querwerk.core.pictures.queries import people_in  # noqa: PLC0415
    from querwerk.core.pictures.states import How, Use  # noqa: PLC0415
    from querwerk.core.queries import snapshot  # noqa: PLC0415
    from tests.factories.pictures import encoded, group, pixels  # noqa: PLC0415

    by = Actor(None, "Test")
    space = Space.objects.get(key="inducci")

    def change(record: Record, **facts: object) -> None:
        raw = {**snapshot(record), **facts}
        raw.pop("visibility", None)
        save_record(spec=record.SPEC, raw=raw, space=space, by=by)

    event = record_models()["event"]._default_manager.filter(space=space, key__contains="plauen").first()
    assert event is not None
    people = snapshot(event)["people_on_photo"]
    keys = []
    for number in range(5):
        content = encoded("JPEG", group() if number == 0 else pixels(1500, 1000, seed=number))
        picture = add_picture(content=content, name=f"plauen-{number}.jpg", space=space, by=by).picture
        about = {"alt_de": f"Farbverlauf Nummer {number}", "alt_en": f"Gradient number {number}", "basis": "nobody"}
        if number == 0:
            about |= {
                "alt_de": "Fünf Personen stehen nebeneinander vor einer Wand aus Webmustern",
                "alt_en": "Five people stand side by side in front of a wall of woven patterns",
                "basis": "consent",
                "people": people,
                "caption_de": "Gruppenbild zum Abschluss der Veranstaltung",
                "caption_en": "Group photo at the close of the event",
                "licence": "press",
            }
        change(picture, **about)
        keys.append(picture.key)
    shown = Picture.objects.get(key=keys[0])
    for one in people_in([shown.node_id])[shown.node_id]:
        record_consent(
            shown=shown, name=one.name, given_on=date(2021, 9, 29), how=How.WRITING, uses=[Use.SITE, Use.PRESS], by=by, person=one.node
        )  # fmt: skip
    change(event, picture=keys[0], pictures=keys)
    pilot = record_models()["pilot"]._default_manager.get(space=space, key="labor-2025")
    change(pilot, picture=keys[2])
    draft = add_picture(
        content=encoded("PNG", pixels(900, 700, seed=9)), name="Entwurf.png", space=space, by=by
    ).picture
    sys.stdout.write(json.dumps({"keys": keys, "draft": draft.key, "event": event.key}))


if __name__ == "__main__":
    main()
