"""The publicity check names what breaks a funder's rules."""

from dataclasses import replace

import pytest
from django.utils import translation

from querwerk.programmes.publicity import RULE_SETS, Box, PageFacts, missing_wording, violations

RULES = RULE_SETS["interreg-2014-2020"]
GOOD = PageFacts(
    language="en",
    is_home=True,
    emblem=Box(20, 100, 96, 64),
    other_logos=[Box(20, 10, 40, 40)],
    statement="Co-financed by the European Union · European Regional Development Fund (ERDF)",
    window_height=640,
)


def found(**changes: object) -> list[str]:
    with translation.override("en"):
        return violations(RULES, replace(GOOD, **changes))  # type: ignore[arg-type]


def test_page_that_keeps_the_rules_has_no_violations() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"emblem": None}, "The emblem of the Union is missing."),
        ({"emblem": Box(20, 100, 0, 0)}, "The emblem of the Union is missing."),
        ({"other_logos": [Box(0, 0, 200, 90)]}, "The emblem is smaller than another logo, in height and in width."),
        ({"statement": "European Union"}, "“European Regional Development Fund” is not spelled out beside the emblem."),
        ({"emblem": Box(20, 700, 96, 64)}, "On the programme's home the emblem is not visible without scrolling."),
    ],
)
def test_violation_is_named(changes: dict[str, object], sentence: str) -> None:
    assert found(**changes) == [sentence]


def test_logo_larger_in_one_direction_only_is_allowed() -> None:
    assert found(other_logos=[Box(0, 0, 200, 30)]) == []


def test_emblem_may_stand_below_the_fold_on_other_pages() -> None:
    assert found(is_home=False, emblem=Box(20, 4000, 96, 64)) == []


def test_later_period_demands_its_own_words() -> None:
    assert missing_wording(RULE_SETS["interreg-2021-2027"], "de", "Europäische Union") == [
        "Kofinanziert von der Europäischen Union"
    ]
