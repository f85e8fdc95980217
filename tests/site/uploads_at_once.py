"""Uploads the same picture and the same document twice each at the same moment, as two hasty browsers do; prints what there is then."""

import json
import sys
import threading
from collections.abc import Callable

from querwerk.cli.command import boot

boot()

from django.db import connection  # noqa: E402  (after the settings)

from querwerk.core.actions import Actor  # noqa: E402
from querwerk.core.models import Space  # noqa: E402
from querwerk.core.pictures.actions import add_document, add_picture  # noqa: E402
from querwerk.core.pictures.models import Download, Picture, StoredFile  # noqa: E402
from tests.factories.office import PDF  # noqa: E402
from tests.factories.pictures import encoded, pixels  # noqa: E402

space, by = Space.objects.get(key="inducci"), Actor(None, "Test")
seed = int(sys.argv[1])
content, paper = encoded("JPEG", pixels(seed=seed)), PDF + str(seed).encode()
start = threading.Barrier(4)
failed: list[str] = []


def at_once(upload: Callable[[], object]) -> None:
    """Wait for the others, then upload."""
    start.wait()
    try:
        upload()
    except Exception as error:  # noqa: BLE001  (whatever it is, the test shall name it)
        failed.append(repr(error))
    finally:
        connection.close()


def picture() -> object:
    """Upload the picture."""
    return add_picture(content=content, name="Halle.jpg", space=space, by=by)


def document() -> object:
    """Upload the document."""
    return add_document(content=paper, name="Bericht.pdf", space=space, by=by, language="de")


threads = [threading.Thread(target=at_once, args=(upload,)) for upload in (picture, document, picture, document)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
counts = [model._default_manager.filter(space=space).count() for model in (StoredFile, Picture, Download)]
sys.stdout.write(json.dumps({"counts": counts, "failed": failed}) + "\n")
