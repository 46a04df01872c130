"""Sharing a whole amount out so that nothing is lost: the method of the largest remainder."""

from __future__ import annotations

from collections.abc import Sequence

from unipact.errors import Invalid


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Share ``total`` in proportion to ``weights``, to the last unit.

    Each gets the whole part of its exact share; the units that are left go to the largest
    remainders, the earlier first where remainders are equal.

    Parameters
    ----------
    total : int
        What is shared out, in minor units. A negative one is the mirror of its positive.
    weights : sequence of int
        Not negative, in any unit (basis points, heads, hours); only their proportion counts.

    Returns
    -------
    list of int
        One share for each weight, in the given order. They sum to ``total``; each lies less than
        one unit from its exact share; a weight of zero gets zero.

    Raises
    ------
    Invalid
        No weight is above zero, one is below, or a number is not whole.

    Notes
    -----
    Whole numbers only, of any size; O(n log n) in time, O(n) in memory. Two equal weights may get
    shares that differ by one unit, and a share may shrink by one while the total grows (the Alabama
    paradox), as with every rule that keeps to the exact share.

    References
    ----------
    M. L. Balinski, H. P. Young: Fair Representation, 2nd ed. (2001), appendix A, "Hamilton".

    Examples
    --------
    >>> allocate(100, [1, 1, 1])
    [34, 33, 33]
    >>> allocate(-5, [3, 0, 1])
    [-4, 0, -1]
    """
    if type(total) is not int or any(type(weight) is not int for weight in weights):
        raise Invalid("only whole numbers are shared out, by whole weights")
    if any(weight < 0 for weight in weights):
        raise Invalid("a weight is below zero")
    whole = sum(weights)
    if whole == 0:
        raise Invalid("no weight is above zero")
    if total < 0:
        return [-share for share in allocate(-total, weights)]
    shares, remainders = [], []
    for weight in weights:
        share, remainder = divmod(total * weight, whole)
        shares.append(share)
        remainders.append(remainder)
    # sorted() is stable: among equal remainders the earlier comes first. What is left is less than
    # the number of remainders above zero, so that a weight of zero never gets a unit.
    left = total - sum(shares)
    for place in sorted(range(len(weights)), key=lambda at: -remainders[at])[:left]:
        shares[place] += 1
    return shares
