"""The checks, in the order in which their findings are reported: functions from a set-up to findings.

A check may return phrases as well: notes, which are no mistakes.
"""

from collections.abc import Callable, Iterable

from charmlp.doctor.checks import (
    accumulation,
    architecture,
    asked,
    elsewhere,
    forward,
    gradients,
    known_losses,
    linearity,
    reversal,
    shifts,
    side_effects,
    softmaxes,
    stability,
    straight_through,
    structure,
    symmetry,
)
from charmlp.doctor.mistake import Finding, Phrase
from charmlp.doctor.setups.setup import SetUp

CHECKS: tuple[Callable[[SetUp], Iterable[Finding | Phrase]], ...] = (
    forward.takes_float64,
    forward.computes_its_kind,
    forward.runs_at_other_sizes,
    forward.is_the_same_at_other_sizes,
    shifts.maximum_cancels,
    symmetry.classes_are_weighed_alike,
    symmetry.order_of_samples_does_not_matter,
    softmaxes.softmaxes_are_usual,
    known_losses.is_no_known_mistake,
    side_effects.nothing_edited_in_place,
    side_effects.derivative_keeps_its_argument,
    side_effects.backward_repeats_itself,
    architecture.is_put_together,
    structure.functions_inside_count,
    structure.functions_inside_keep_shapes,
    structure.shapes_and_counts,
    structure.dtypes,
    structure.grows_to_float64,
    gradients.values_are_right,
    accumulation.gradients_add_up,
    asked.each_alone,
    asked.of_constants,
    straight_through.steps_are_led_through,
    reversal.gradient_is_turned_round,
    linearity.backward_is_linear,
    structure.backward_runs,
    stability.own_checks_of_kind,
    stability.log_zero_of_own_data,
    elsewhere.zeros,
    elsewhere.equal_inputs,
    elsewhere.one_row_for_all,
    elsewhere.further_dimensions,
)
