"""Whether everything can have something of its own."""

from collections.abc import Collection, Sequence


def all_have_one(choices: Sequence[Collection[int]]) -> bool:
    """Say whether each of these can have one of its choices to itself: a matching by augmenting paths."""
    holder: dict[int, int] = {}

    def seat(index: int, tried: set[int]) -> bool:
        for choice in choices[index]:
            if choice not in holder:
                holder[choice] = index
                return True
        for choice in choices[index]:
            if choice not in tried:
                tried.add(choice)
                if seat(holder[choice], tried):
                    holder[choice] = index
                    return True
        return False

    # Whoever has few choices goes first, so that fewer have to give way.
    return all(seat(index, set()) for index in sorted(range(len(choices)), key=lambda index: len(choices[index])))
