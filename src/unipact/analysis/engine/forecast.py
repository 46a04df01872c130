"""Will it be met: a seeded block bootstrap of what was measured, in plain numpy.

The total (or ratio) at the end of a period is simulated directly: what was measured so far plus
what the remaining days may bring. Those are drawn in blocks of whole weeks, so that the rhythm of
the week and the likeness of neighbouring days stay. Where a year of history exists the same weeks
of the year before carry the season, scaled by how this year compares so far.
``docs/decisions/0006-forecast.md`` has the measurements behind these choices.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unipact.agreement.engine.terms import Direction, Text

BLOCK_DAYS = 7
SEASON_DAYS = 364
DRAWS = 4_000
LEAST_BLOCKS = 2
_FAN_POINTS = 12
_LEAST_SEASON_BLOCKS = 4

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Course:
    """What is known of a period, step by step (a step is a day unless said otherwise).

    Attributes:
        num: the amount of each step from the period's start to the last that was measured.
        den: the same for a ratio's denominator, or None for a total.
        before_num, before_den: the steps just before the period, oldest first; may be empty.
        remaining: how many steps of the period are still to come.
        block: how many neighbouring steps are drawn together.
    """

    num: Floats
    den: Floats | None
    before_num: Floats
    before_den: Floats | None
    remaining: int
    block: int = BLOCK_DAYS


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the end of the period may be.

    ``fan`` has the columns steps from the period's start, low, middle, high.
    """

    probability: float
    low: float
    middle: float
    high: float
    burn: float
    fan: Floats
    method: Text


@dataclass(frozen=True, slots=True)
class TooLittle:
    """Why there is no forecast."""

    reason: Text


def forecast(
    course: Course,
    *,
    target: float,
    direction: Direction,
    level: float,
    seed: int,
    noise: float = 0.0,
) -> Outcome | TooLittle:
    """Simulate the end of the period.

    Parameters
    ----------
    course : Course
        Amounts by step; shapes (measured,), (earlier,). No NaN: a step without rows counts 0.
    target : float
        In the metric's unit.
    direction : {"at_least", "at_most"}
        Which side of the target meets it; equality meets it on both.
    level : float
        Of the interval, 0–1.
    seed : int
        Same course and seed, same outcome, to the bit.
    noise : float
        Standard deviation of the measurement error of the value at the period's end, in its unit;
        it is added to every draw, as a normal deviate.

    Returns
    -------
    Outcome or TooLittle

    Raises
    ------
    ValueError
        ``level`` is not inside 0–1 or ``noise`` is negative.

    Notes
    -----
    The draws are the same for every target, so the probability is monotone in it. Cost is
    O(draws × remaining / block).

    References
    ----------
    Künsch, H. R. (1989). The jackknife and the bootstrap for general stationary observations.
    Annals of Statistics 17(3).

    Examples
    --------
    >>> import numpy as np
    >>> even = Course(np.ones(100), None, np.empty(0), None, remaining=100)
    >>> forecast(even, target=200, direction="at_least", level=0.9, seed=1).middle
    200.0
    """
    if not 0 < level < 1 or noise < 0:
        raise ValueError(f"level {level} must be inside 0–1 and noise {noise} not negative")
    rng = np.random.Generator(np.random.PCG64(seed))
    if course.remaining == 0:
        paths_num, paths_den = np.zeros((DRAWS, 1)), np.zeros((DRAWS, 1))
        method = Text("the period is over", "本期已结束")
    elif course.num.size < LEAST_BLOCKS * course.block:
        return TooLittle(_too_little(course))
    elif course.block == BLOCK_DAYS and _has_season(course):
        paths_num, paths_den = _seasonal(course, rng)
        method = _SEASONAL
    else:
        paths_num, paths_den = _plain(course, rng)
        method = _PLAIN if course.block == BLOCK_DAYS else _PLAIN_STEPS
    totals = course.num.sum() + paths_num
    if course.den is None:
        values = totals
    else:
        below = course.den.sum() + paths_den
        if not np.all(below > 0):
            return TooLittle(_NO_DENOMINATOR)
        values = totals / below
    ends = values[:, -1]
    if noise:
        ends = ends + noise * rng.standard_normal(DRAWS)
        method = Text(method.en + _NOISE.en, method.zh + _NOISE.zh)
    met = ends >= target if direction == "at_least" else ends <= target
    tails = [(1 - level) / 2, 0.5, (1 + level) / 2]
    low, middle, high = (float(each) for each in np.quantile(ends, tails))
    fan = _fan(course, values, tails)
    fan[-1, 1:] = (low, middle, high)
    return Outcome(float(met.mean()), low, middle, high, _burn(course), fan, method)


def seed_of(snapshot: str, commitment: str, target: str) -> int:
    """A seed that follows from what is asked and from nothing else (53 bits: exact in JSON)."""
    digest = hashlib.sha256(f"{snapshot}\n{commitment}\n{target}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 11


def _plain(course: Course, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Cumulated amounts of the remaining blocks, each drawn from those measured in the period."""
    starts = np.arange(0, course.num.size - course.block + 1)
    if course.block == BLOCK_DAYS:
        # The next block begins on the weekday on which the measured days end.
        starts = starts[starts % BLOCK_DAYS == course.num.size % BLOCK_DAYS]
        if not starts.size:
            starts = np.arange(0, course.num.size - course.block + 1)
    sizes = _block_sizes(course)
    drawn = rng.integers(0, starts.size, (DRAWS, len(sizes)))
    return tuple(  # type: ignore[return-value]
        np.cumsum(_sums(each, starts, sizes)[drawn, np.arange(len(sizes))], axis=1)
        for each in (course.num, course.num if course.den is None else course.den)
    )


def _sums(amounts: Floats, starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> Floats:
    """Sum of each candidate block, cut to each wanted size: shape (starts, sizes)."""
    totals = np.concatenate([[0.0], np.cumsum(amounts)])
    sums: Floats = totals[starts[:, None] + sizes[None, :]] - totals[starts][:, None]
    return sums


def _has_season(course: Course) -> bool:
    blocks = course.num.size // course.block
    return course.before_num.size >= SEASON_DAYS and blocks >= _LEAST_SEASON_BLOCKS


def _seasonal(course: Course, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """The remaining weeks as the same weeks a year ago, times how this year compares so far."""
    sizes = _block_sizes(course)
    blocks = course.num.size // course.block
    index = _drawn_weeks(rng, blocks)
    noise_at = rng.integers(0, blocks, (DRAWS, len(sizes)))
    answer = []
    pairs = [(course.num, course.before_num)]
    if course.den is not None and course.before_den is not None:
        pairs.append((course.den, course.before_den))
    for now, before in pairs:
        both = np.concatenate([before, now])
        first = both.size - blocks * course.block
        this = both[first:].reshape(blocks, course.block).sum(axis=1)
        last = both[first - SEASON_DAYS : both.size - SEASON_DAYS]
        last = last.reshape(blocks, course.block).sum(axis=1)
        growth = this[index].sum(axis=1) / np.maximum(last[index].sum(axis=1), 1e-12)
        edges = both.size - SEASON_DAYS + np.concatenate([[0], np.cumsum(sizes)])
        ahead = _ahead(both, edges)
        typical = this.sum() / max(last.sum(), 1e-12)
        residual = this - typical * last
        drawn = growth[:, None] * ahead[None, :] + residual[noise_at] * (sizes / course.block)
        if both.min() >= 0:
            drawn = np.maximum(drawn, 0.0)
        answer.append(np.cumsum(drawn, axis=1))
    return answer[0], answer[-1]


def _ahead(both: Floats, edges: NDArray[np.int64]) -> Floats:
    """Last year's amounts for the blocks to come; beyond a year the same year comes again."""
    span = int(edges[-1])
    while both.size < span:
        both = np.concatenate([both, both[-SEASON_DAYS:]])
    totals = np.concatenate([[0.0], np.cumsum(both)])
    ahead: Floats = totals[edges[1:]] - totals[edges[:-1]]
    return ahead


def _drawn_weeks(rng: np.random.Generator, blocks: int) -> NDArray[np.int64]:
    """Which weeks each draw compares: runs of four, since months differ more than weeks do."""
    run = min(4, blocks)
    runs = -(-blocks // run)
    starts = rng.integers(0, blocks - run + 1, (DRAWS, runs))
    index = (starts[:, :, None] + np.arange(run)).reshape(DRAWS, runs * run)
    return index[:, :blocks]


def _block_sizes(course: Course) -> NDArray[np.int64]:
    whole, rest = divmod(course.remaining, course.block)
    return np.array([course.block] * whole + ([rest] if rest else []), dtype=np.int64)


def _fan(course: Course, values: Floats, tails: list[float]) -> Floats:
    ends = course.num.size + np.cumsum(_block_sizes(course))
    if course.remaining == 0:
        ends = np.array([course.num.size])
    chosen = np.unique(np.linspace(0, len(ends) - 1, min(_FAN_POINTS, len(ends))).round())
    places = chosen.astype(np.int64)
    return np.column_stack([ends[places], np.quantile(values[:, places], tails, axis=0).T])


def _burn(course: Course) -> float:
    if course.den is not None:
        return float(course.num.sum() / course.den.sum()) if course.den.sum() else 0.0
    steps = course.num.size
    return float(course.num.sum() * (steps + course.remaining) / steps) if steps else 0.0


def _too_little(course: Course) -> Text:
    need = LEAST_BLOCKS * course.block
    have = course.num.size
    return Text(
        f"too little for a forecast: {have} steps are measured, {need} are needed",
        f"数据不足，无法预测：已测 {have} 个时段，至少需要 {need} 个",
    )


_NO_DENOMINATOR = Text(
    "too little for a forecast: what it is a share of may be zero",
    "数据不足，无法预测：分母可能为零",
)
_PLAIN = Text(
    "block bootstrap: the remaining weeks are drawn from those measured in the period",
    "分块自助法：剩余各周从本期已测各周中抽取",
)
_PLAIN_STEPS = Text(
    "block bootstrap: the remaining steps are drawn from those measured in the period",
    "分块自助法：剩余时段从本期已测时段中抽取",
)
_SEASONAL = Text(
    "block bootstrap: the remaining weeks are those of the year before, scaled by how this year "
    "compares so far; both the comparison and the weeks' deviations are drawn",
    "分块自助法：剩余各周取上一年同期，按今年至今与上年之比缩放；比值与各周偏差均为抽样",
)
_NOISE = Text(
    "; the measurement's own uncertainty is added to every draw",
    "；每次抽样均叠加计量本身的不确定度",
)
