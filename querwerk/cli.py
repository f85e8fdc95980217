"""``querwerk``: the one command for operators."""


def main() -> None:
    """Run the command line."""
    raise SystemExit("not yet")
