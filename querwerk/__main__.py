"""``python -m querwerk`` is the same as ``querwerk``."""

from querwerk.cli import main

if __name__ == "__main__":
    main()
