"""Will it be met: a seeded block bootstrap of what was measured, in plain numpy.

The total (or ratio) at the end of a period is simulated directly: what was measured so far plus
what the remaining days may bring. Each block of days is taken relative to a reference: the same
days a year before where they are known (they carry the season), else the mean; for a ratio its own
denominator. What is left moves by a slow drift and a quick noise. Their sizes are told apart by how
much faster distant blocks differ than neighbouring ones, and both are drawn from the differences
of neighbouring blocks that were observed. ``docs/decisions/0006-forecast.md`` has the measurements.
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
# Four weeks are drawn together once there are three such blocks: months differ more than weeks.
_LONG_BLOCK = 4
_LEAST_LONG_BLOCKS = 3
# A block whose reference is below this share of the mean reference (a holiday) says little.
_LEAST_REFERENCE = 0.25
# The drift is underestimated from few blocks: chosen on half of the buildings of ADR 0006.
_DRIFT_FACTOR = 1.5
_MOST_INFLATION = 4.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Course:
    """What is known of a period, step by step (a step is a day unless said otherwise).

    Attributes:
        num: the amount of each step from the period's start to the last that was measured.
        den: the same for a ratio's denominator, or None for a total.
        before_num, before_den: the steps just before the period, oldest first; may be empty.
        remaining: how many steps of the period are still to come.
        block: the fewest neighbouring steps that are drawn together.
        stock: what a level had reached before the first step; 0 for what starts from nothing.
    """

    num: Floats
    den: Floats | None
    before_num: Floats
    before_den: Floats | None
    remaining: int
    block: int = BLOCK_DAYS
    stock: float = 0.0


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
        it is added to every draw, all along its way, as a normal deviate.

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
        values = np.full((DRAWS, 1), _burn(course))
        ahead_ends = np.array([course.num.size])
        method = Text("the period is over", "本期已结束")
    elif course.num.size < LEAST_BLOCKS * course.block:
        return TooLittle(_too_little(course))
    else:
        sizes = _block_sizes(course)
        ahead_ends = course.num.size + np.cumsum(sizes)
        drawn = _simulated(course, sizes, rng)
        if drawn is None:
            return TooLittle(_NO_REFERENCE)
        values = drawn
        method = _SEASONAL if _has_season(course) else _PLAIN
    if noise:
        # One error of the yardstick in a whole draw: on a total it grows with what is measured.
        grown = ahead_ends / ahead_ends[-1] if course.den is None else np.ones(ahead_ends.size)
        values = values + noise * rng.standard_normal((DRAWS, 1)) * grown
        method = Text(method.en + _NOISE.en, method.zh + _NOISE.zh)
    ends = values[:, -1]
    met = ends >= target if direction == "at_least" else ends <= target
    tails = [(1 - level) / 2, 0.5, (1 + level) / 2]
    low, middle, high = (float(each) for each in np.quantile(ends, tails))
    fan = _fan(ahead_ends, values, tails)
    return Outcome(float(met.mean()), low, middle, high, _burn(course), fan, method)


def seed_of(snapshot: str, commitment: str, target: str) -> int:
    """A seed that follows from what is asked and from nothing else (53 bits: exact in JSON)."""
    digest = hashlib.sha256(f"{snapshot}\n{commitment}\n{target}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 11


@dataclass(frozen=True, slots=True)
class _Relative:
    """Blocks relative to their reference, and what the blocks to come will be relative to.

    A block to come amounts to ``ahead * (base + level)``, where ``level`` continues ``ratios``,
    whose weights are ``weights``.
    """

    ratios: Floats
    weights: Floats
    ahead: Floats
    base: Floats


def _simulated(course: Course, sizes: NDArray[np.int64], rng: np.random.Generator) -> Floats | None:
    """The value at the end of each block to come, by draw: shape (draws, blocks)."""
    if course.den is None:
        relative = _to_reference(course.num, course.before_num, sizes, course)
        if relative.ratios.size < LEAST_BLOCKS:
            return None
        added = _within(_added(relative, rng), course)
        totals: Floats = course.stock + course.num.sum() + np.cumsum(added, axis=1)
        return totals
    below = _expected(course, sizes)
    relative = _to_denominator(course, sizes, below)
    whole = course.den.sum() + np.cumsum(below)
    if relative.ratios.size < LEAST_BLOCKS or not np.all(whole > 0):
        return None
    added = _within(_added(relative, rng), course, below)
    ratios: Floats = (course.num.sum() + np.cumsum(added, axis=1)) / whole
    return ratios


def _within(added: Floats, course: Course, below: Floats | None = None) -> Floats:
    """What never was negative is not drawn so, nor a part above its whole."""
    if min(course.num.min(), course.before_num.min(initial=0.0)) >= 0:
        added = np.maximum(added, 0.0)
    if below is not None and np.all(course.num <= _given(course.den)):
        added = np.minimum(added, below)
    return added


def _added(relative: _Relative, rng: np.random.Generator) -> Floats:
    """The amounts of the blocks to come: a level that drifts, and noise around it."""
    ratios, count = relative.ratios, relative.ratios.size
    steps = np.diff(ratios)
    near = float(np.mean(steps**2))
    drift = _drift_variance(ratios, near)
    noise = max(near - drift, 0.0) / 2
    weights = _level_weights(count, drift, noise) * relative.weights
    weights = weights / weights.sum()
    level = float(weights @ ratios)
    shape = (DRAWS, relative.ahead.size)
    spread = float(np.sqrt(near)) or 1.0
    # Few differences: their mirror images are as likely, and keep the mean at zero.
    pool = np.concatenate([steps, -steps]) / spread
    # The variances themselves are estimated from count - 1 differences: Student's inflation.
    inflation = np.sqrt((count - 1) / rng.chisquare(count - 1, (DRAWS, 1)))
    moved = np.cumsum(pool[rng.integers(0, pool.size, shape)], axis=1)
    moved = moved * np.sqrt(drift) * _DRIFT_FACTOR
    moved += pool[rng.integers(0, pool.size, shape)] * np.sqrt(noise)
    moved += pool[rng.integers(0, pool.size, (DRAWS, 1))] * np.sqrt(noise * (weights**2).sum())
    path = level + np.minimum(inflation, _MOST_INFLATION) * moved
    added: Floats = relative.ahead * (relative.base + path)
    return added


def _drift_variance(ratios: Floats, near: float) -> float:
    """How much of the difference of neighbours is lasting: 0 where distant blocks differ no more.

    For a level that moves by a random walk, seen with noise, the mean square difference of blocks
    ``lag`` apart is ``lag * drift + 2 * noise``.
    """
    lag = max(2, ratios.size // 2)
    if ratios.size <= lag:
        return 0.0
    far = float(np.mean((ratios[lag:] - ratios[:-lag]) ** 2))
    return min(max((far - near) / (lag - 1), 0.0), near)


def _level_weights(count: int, drift: float, noise: float) -> Floats:
    """Weights of the blocks for the present level: newer ones weigh more, the more it drifts.

    The steady gain of the Kalman filter of a random walk seen with noise; without drift, the mean.
    """
    if drift <= 0.0:
        return np.ones(count)
    ratio = drift / max(noise, 1e-12 * drift)
    gain = max((np.sqrt(ratio * ratio + 4 * ratio) - ratio) / 2, 1 / count)
    weights: Floats = np.maximum(1.0 - gain, 1e-12) ** np.arange(count)[::-1]
    return weights


def _to_reference(
    now: Floats, before: Floats, sizes: NDArray[np.int64], course: Course
) -> _Relative:
    """Amounts relative to the same days a year ago where those are usable, else to their mean."""
    this = _blocks(now, course)
    if _scales(now, before):
        both = np.concatenate([before, now])
        last = _blocks(both[:-SEASON_DAYS], course, this.size)
        ahead = _year_ago(both, sizes)
    else:
        mean = float(np.abs(this).mean()) or 1.0
        last = np.full(this.size, mean)
        ahead = mean * sizes / _block(course)
    kept = last >= _LEAST_REFERENCE * last.mean()
    return _Relative(this[kept] / last[kept], last[kept], ahead, np.zeros(sizes.size))


def _to_denominator(course: Course, sizes: NDArray[np.int64], below: Floats) -> _Relative:
    """Shares by block; with a year of history, their difference from the share a year ago."""
    num, den = _blocks(course.num, course), _blocks(_given(course.den), course)
    kept = den >= max(_LEAST_REFERENCE * den.mean(), 1e-12)
    shares = num / np.where(kept, den, 1.0)
    base = np.zeros(sizes.size)
    if _has_season(course):
        both_num = np.concatenate([course.before_num, course.num])
        both_den = np.concatenate([_given(course.before_den), _given(course.den)])
        last_num = _blocks(both_num[:-SEASON_DAYS], course, num.size)
        last_den = _blocks(both_den[:-SEASON_DAYS], course, num.size)
        shares = shares - last_num / np.maximum(last_den, 1e-12)
        kept &= last_den > 0
        base = _year_ago(both_num, sizes) / np.maximum(_year_ago(both_den, sizes), 1e-12)
    return _Relative(shares[kept], den[kept], below, base)


def _expected(course: Course, sizes: NDArray[np.int64]) -> Floats:
    """The denominators to come, as a point: the share, not its weight, carries the risk."""
    den, before = _given(course.den), _given(course.before_den)
    relative = _to_reference(den, before, sizes, course)
    if not relative.ratios.size:
        return np.zeros(sizes.size)
    level = float(relative.weights @ relative.ratios) / float(relative.weights.sum())
    return relative.ahead * level


def _given(amounts: Floats | None) -> Floats:
    return np.empty(0) if amounts is None else amounts


def _has_season(course: Course) -> bool:
    """Whether the same days a year ago are a usable reference."""
    if course.block != BLOCK_DAYS or not _scales(course.num, course.before_num):
        return False
    return course.den is None or _scales(course.den, _given(course.before_den))


def _scales(now: Floats, before: Floats) -> bool:
    if before.size < SEASON_DAYS or not now.size:
        return False
    compared = np.concatenate([before, now])[-SEASON_DAYS - now.size : -SEASON_DAYS]
    return bool(before.min() >= 0 and now.min() >= 0 and compared.sum() > 0)


def _block(course: Course) -> int:
    long = _LONG_BLOCK * course.block
    return long if course.num.size >= _LEAST_LONG_BLOCKS * long else course.block


def _blocks(amounts: Floats, course: Course, count: int | None = None) -> Floats:
    """Sums of the last ``count`` whole blocks (default: as many as there are)."""
    size = _block(course)
    whole = amounts.size // size if count is None else count
    sums: Floats = amounts[amounts.size - whole * size :].reshape(whole, size).sum(axis=1)
    return sums


def _block_sizes(course: Course) -> NDArray[np.int64]:
    size = _block(course)
    whole, rest = divmod(course.remaining, size)
    return np.array([size] * whole + ([rest] if rest else []), dtype=np.int64)


def _year_ago(both: Floats, sizes: NDArray[np.int64]) -> Floats:
    """Last year's amounts for the blocks to come; beyond a year the same year comes again."""
    edges = both.size - SEASON_DAYS + np.concatenate([[0], np.cumsum(sizes)])
    while both.size < edges[-1]:
        both = np.concatenate([both, both[-SEASON_DAYS:]])
    totals = np.concatenate([[0.0], np.cumsum(both)])
    ahead: Floats = totals[edges[1:]] - totals[edges[:-1]]
    return ahead


def _fan(ends: NDArray[np.int64], values: Floats, tails: list[float]) -> Floats:
    chosen = np.unique(np.linspace(0, len(ends) - 1, min(_FAN_POINTS, len(ends))).round())
    places = chosen.astype(np.int64)
    return np.column_stack([ends[places], np.quantile(values[:, places], tails, axis=0).T])


def _burn(course: Course) -> float:
    """Where the straight line through what was measured ends; the value itself at the end."""
    total, steps = float(course.num.sum()), course.num.size
    if course.den is not None:
        below = float(course.den.sum())
        return total / below if below else 0.0
    return course.stock + (total * (1 + course.remaining / steps) if steps else 0.0)


def _too_little(course: Course) -> Text:
    need = LEAST_BLOCKS * course.block
    have = course.num.size
    return Text(
        f"too little for a forecast: {have} steps are measured, {need} are needed",
        f"数据不足，无法预测：已测 {have} 个时段，至少需要 {need} 个",
    )


_NO_REFERENCE = Text(
    "too little for a forecast: too few parts of the period have anything to compare with",
    "数据不足，无法预测：本期可供比较的部分太少",
)
_PLAIN = Text(
    "block bootstrap: the rest of the period continues the level of the measured blocks, whose "
    "observed drift and noise are drawn; no year before it is known, so no season",
    "分块自助法：剩余时段延续已测各块的水平，其漂移与噪声由已测差异抽样；无上一年数据，不含季节",
)
_SEASONAL = Text(
    "block bootstrap: the rest of the period follows the same days of the year before at the "
    "level of this year, whose observed drift and noise are drawn",
    "分块自助法：剩余时段取上一年同日，按今年相对水平推算，其漂移与噪声由已测差异抽样",
)
_NOISE = Text(
    "; the measurement's own uncertainty is added to every draw",
    "；每次抽样均叠加计量本身的不确定度",
)
