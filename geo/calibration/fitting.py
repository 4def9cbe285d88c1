"""Least squares that a few gross errors do not spoil.

Levenberg-Marquardt steps on residuals whose squares are softened, ``2 (sqrt(1 + z^2) - 1)`` with
``z`` in units of what is usual: large ones count by their size instead of its square. The Jacobian
is taken by central differences; with five unknowns that costs nothing.

Sources: Marquardt (1963); Triggs et al., Bundle Adjustment: a Modern Synthesis (2000), section 4.3,
for the weights.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from models.units import FloatArray

__all__ = ["Fitted", "fit"]

STEPS: Final = 100
SETTLED: Final = 1e-10
DIFFERENCE: Final = 1e-4
MOST_DAMPING: Final = 1e12
MAD_TO_SIGMA: Final = 1.4826
"""Of a normal distribution: its sigma is so many times its median absolute deviation."""


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """What fits best.

    Attributes:
        values: (n,) of the unknowns.
        covariance: (n, n) of them, scaled by how well the rest fits; infinite where nothing that
            was measured depends on an unknown.
        residuals: (m,) there, as measured.
        cost: sum of the softened squares.
    """

    values: FloatArray
    covariance: FloatArray
    residuals: FloatArray
    cost: float


def fit(
    residuals_of: Callable[[FloatArray], FloatArray],
    start: FloatArray,
    usual: float,
    *,
    steps: FloatArray | None = None,
    least: float = 0.0,
) -> Fitted:
    """Make residuals small.

    Args:
        residuals_of: (n,) unknowns to (m,) residuals, m >= n, without NaN near the solution.
        start: (n,) where to begin.
        usual: size of a residual that is no gross error, > 0.
        steps: (n,) of a size that changes residuals visibly; 1 for each when left out.
        least: size of a residual that cannot be bettered: where few agree by chance, the covariance
            is that of this size.
    """
    scale = np.ones_like(start) if steps is None else steps
    values = start.astype(np.float64)
    residuals = residuals_of(values)
    cost = _cost(residuals, usual)
    damping = 1e-3
    for _ in range(STEPS):
        slopes = _slopes(residuals_of, values, scale)
        weights = _weights(residuals, usual)
        normal = slopes.T @ (weights[:, None] * slopes)
        downhill = slopes.T @ (weights * residuals)
        before = cost
        while damping < MOST_DAMPING:
            step = np.linalg.solve(normal + damping * _diagonal(normal), -downhill)
            moved = values + scale * step
            tried = residuals_of(moved)
            lower = _cost(tried, usual)
            if lower <= cost:
                values, residuals, cost = moved, tried, lower
                damping = max(damping / 10.0, 1e-12)
                break
            damping *= 10.0
        if before - cost <= SETTLED * max(before, 1e-30):
            break
    covariance = _covariance(residuals_of, values, scale, usual, least)
    return Fitted(values, covariance, residuals, cost)


def _cost(residuals: FloatArray, usual: float) -> float:
    if not np.isfinite(residuals).all():
        return float("inf")
    return float(np.sum(2.0 * usual**2 * (np.sqrt(1.0 + (residuals / usual) ** 2) - 1.0)))


def _weights(residuals: FloatArray, usual: float) -> FloatArray:
    return np.asarray(1.0 / np.sqrt(1.0 + (residuals / usual) ** 2))


def _slopes(
    residuals_of: Callable[[FloatArray], FloatArray], values: FloatArray, scale: FloatArray
) -> FloatArray:
    """(m, n), per scaled unknown."""
    columns = []
    for index, size in enumerate(scale):
        off = np.zeros_like(values)
        off[index] = DIFFERENCE * size
        columns.append((residuals_of(values + off) - residuals_of(values - off)) / 2.0 / DIFFERENCE)
    return np.column_stack(columns)


def _diagonal(normal: FloatArray) -> FloatArray:
    own = np.diag(normal)
    return np.diag(np.maximum(own, 1e-12 * max(float(own.max()), 1e-30)))


def _covariance(
    residuals_of: Callable[[FloatArray], FloatArray],
    values: FloatArray,
    scale: FloatArray,
    usual: float,
    least: float,
) -> FloatArray:
    """Of what is left after softening; gross errors do not make the rest look worse."""
    residuals, slopes = residuals_of(values), _slopes(residuals_of, values, scale)
    weights = _weights(residuals, usual)
    freedom = max(1.0, len(residuals) - len(values)) / len(residuals)
    spread = (MAD_TO_SIGMA * float(np.median(np.abs(residuals)))) ** 2 / freedom
    spread = max(spread, least**2)
    eigenvalues, axes = np.linalg.eigh(slopes.T @ (weights[:, None] * slopes))
    with np.errstate(divide="ignore"):
        inverse = np.where(eigenvalues > 1e-12 * eigenvalues.max(), 1.0 / eigenvalues, np.inf)
    if np.isinf(inverse).any():
        return np.full((len(values), len(values)), np.inf)
    return np.asarray(spread * (axes * inverse) @ axes.T * np.outer(scale, scale))
