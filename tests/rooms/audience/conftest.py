from tests.rooms.desk.conftest import sign_in
from tests.rooms.events.conftest import space

__all__ = ["sign_in", "space"]
