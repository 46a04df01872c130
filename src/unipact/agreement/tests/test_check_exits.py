"""Each of our errors ends a command with its own documented code."""

from __future__ import annotations

import pytest

from unipact.errors import (
    Conflict,
    Invalid,
    NotFound,
    NotPermitted,
    Unavailable,
    UnipactError,
)
from unipact.exits import Exit, exit_for


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Invalid("wrong"), 2),
        (NotFound("nothing there"), 2),
        (NotPermitted("no"), 3),
        (Conflict("not now"), 3),
        (Unavailable("out of reach"), 1),
    ],
)
def test_an_error_ends_with_its_code(error: UnipactError, code: int) -> None:
    assert exit_for(error) == code


def test_the_codes_are_these_four() -> None:
    assert {code.name: code.value for code in Exit} == {
        "OK": 0,
        "NOT_ACCEPTED": 1,
        "INVALID": 2,
        "REFUSED": 3,
    }


def test_every_error_has_a_code() -> None:
    for kind in UnipactError.__subclasses__():
        assert exit_for(kind("")) in {Exit.NOT_ACCEPTED, Exit.INVALID, Exit.REFUSED}
