"""For the test of the sending, in processes of their own: ``python -m tests.rooms.newsletter.mailing NUMBER``."""

import sys


def start(number: int) -> None:
    """Make a programme with readers and begin to send."""
    from querwerk.newsletter import actions, tasks  # noqa: PLC0415
    from tests.factories.programmes import TESTER, create_programme  # noqa: PLC0415
    from tests.rooms.newsletter.readers import create_issue, create_reader  # noqa: PLC0415

    space = create_programme()
    for count in range(number):
        create_reader(space, f"n{count}@web.example")
    issue = create_issue(space, 1)
    tasks.begin(issue, actions.send_issue(issue=issue, by=TESTER))


if __name__ == "__main__":
    from querwerk.cli.command import boot

    boot()
    start(int(sys.argv[1]))
