"""The one vocabulary of checks: small pure functions from numbers to a Check with a sentence the learner can act on.

``facts`` are right or wrong, ``numerics`` compares floats with a float64 reference, ``timing`` rests on intervals,
``physics`` knows what cannot be. Labs compose these and write none of their own.
"""

from graders.checks.base import Check, Number, State
from graders.checks.facts import (
    at_least,
    at_most,
    conserved_count,
    every_case,
    exact,
    holds,
    rising_order,
    same_output,
    sums_to,
    within_factor_of_formula,
)
from graders.checks.numerics import Comparison, compare, within_error_budget
from graders.checks.physics import littles_law, not_faster_than_floor, percentile_order, share_of_ceiling
from graders.checks.timing import (
    exponent_between,
    monotone_increasing,
    quantity_between,
    ratio_at_least,
    ratio_at_most,
    slope_near_zero,
)

__all__ = [
    "Check",
    "Comparison",
    "Number",
    "State",
    "at_least",
    "at_most",
    "compare",
    "conserved_count",
    "every_case",
    "exact",
    "exponent_between",
    "holds",
    "littles_law",
    "monotone_increasing",
    "not_faster_than_floor",
    "percentile_order",
    "quantity_between",
    "ratio_at_least",
    "ratio_at_most",
    "rising_order",
    "same_output",
    "share_of_ceiling",
    "slope_near_zero",
    "sums_to",
    "within_error_budget",
    "within_factor_of_formula",
]
