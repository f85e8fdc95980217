"""Whole numbers as visitors type them or put them into addresses."""

MOST = 2**31 - 1
"""What every column of whole numbers holds, on both databases."""


def whole(words: str, otherwise: int = 0) -> int:
    """Return the number that the words name, or ``otherwise`` where they name none that a column could hold.

    Digits are counted before they are read: Python refuses to read thousands of them.
    """
    if not (words.isascii() and words.isdecimal() and len(words) <= len(str(MOST))):
        return otherwise
    number = int(words)
    return number if number <= MOST else otherwise
