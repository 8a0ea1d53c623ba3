"""One operation examined from forward to verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from charmlp.doctor.algebra import examine_cotangent
from charmlp.doctor.arrangements import HALF_SQUARE, SHAPES, SIZES, SQUARE
from charmlp.doctor.behaviour import forward_findings, other_forward, run_findings
from charmlp.doctor.diagnosis import Comparison, Diagnosis, Mistake, Phrase
from charmlp.doctor.generic import generic_setup, given_setup
from charmlp.doctor.kinds import Match, agrees, failure, recognise, try_arrangement
from charmlp.doctor.merging import merge
from charmlp.doctor.naming import Observed, describe, explanations, findings_of, relative_error
from charmlp.doctor.references import FORMS, Form
from charmlp.doctor.runs import Cotangents, Run, one_line, quiet_and_seeded
from charmlp.doctor.setups import SetUp, is_float32_inside
from charmlp.doctor.special import special_findings
from charmlp.doctor.stability import examine_stability, examine_zero
from charmlp.doctor.structure import (
    Finding,
    Repaired,
    dtype_findings,
    finding,
    inner_findings,
    repair,
    shape_text,
)
from charmlp.doctor.subjects import Build, CannotExamineError, builder


def examine_operation(
    operation: Any, inputs: Sequence[Any] | None, kind: str | None, target: str, name: str
) -> Diagnosis:
    """The diagnosis of one operation. Never raises for what the operation does."""
    with quiet_and_seeded():
        try:
            return diagnose(
                builder(operation), inputs, kind, target, "" if is_configured(operation) else name
            )
        except CannotExamineError as error:
            return Diagnosis(target, kind, reason=Phrase(error.key, error.values))
        except SystemExit as error:  # the operation ends the program
            return Diagnosis(target, kind, reason=Phrase("breaks-off", {"reason": f"SystemExit: {error}"}))


def diagnose(
    build: Build, inputs: Sequence[Any] | None, kind: str | None, target: str, name: str
) -> Diagnosis:
    """The first reading of the inputs that makes it healthy, else the most usual one.

    x W + b may be meant for rows or for columns, and only backward tells which.
    """
    if inputs is not None:
        setup, named = given_setup(build, inputs, name, kind)
        return Examination(
            build, Match(setup.kind, None, setup.form, setup.dtype, named), target, setup
        ).diagnose()
    match = recognise(build, name, kind)
    if match.misfit is not None and match.kind is not None:
        words = {"right": FORMS[match.kind][0].written}
        wrong = Mistake("forward-wrong", match.kind, "other", words, evidence=(match.misfit,))
        return Diagnosis(target, match.kind, (wrong,))
    first = Examination(build, match, target).diagnose()
    if not first:
        for arrangement in match.others:
            other = Examination(build, replace(match, arrangement=arrangement), target).diagnose()
            if other:
                return other
    return first


def is_configured(operation: Any) -> bool:
    """Whether options make it something else than its name says: a sum instead of a mean, smoothed labels."""
    if getattr(operation, "keywords", None):  # functools.partial
        return True
    options = {"reduction": "mean", "label_smoothing": 0.0, "weight": None, "dim": -1}
    return (
        isinstance(operation, nn.Module)
        and not any(True for _ in operation.parameters())
        and any(
            getattr(operation, option, default) not in (default, 1 if option == "dim" else default)
            for option, default in options.items()
        )
    )


class Examination:
    """The set-ups of one operation, and what was found in them."""

    def __init__(self, build: Build, match: Match, target: str, given: SetUp | None = None) -> None:
        self.build = build
        self.target = target
        self.match = match
        self.notes: list[Phrase] = []
        self.setups = self.make_setups(match.dtype) if given is None else [given]

    def make_setups(self, dtype: torch.dtype) -> list[SetUp]:
        """Two set-ups of different sizes and numbers, or one where the second cannot be made."""
        if self.match.arrangement is None:
            first = generic_setup(self.build, SIZES[0])
            try:
                return [first, generic_setup(self.build, SIZES[1], seed=1)]
            except CannotExamineError:
                return [first]
        made = [self.make(sizes, dtype, seed) for seed, sizes in enumerate(SIZES)]
        return [setup for setup in made if setup is not None]

    def make(self, sizes: Mapping[str, int], dtype: torch.dtype, seed: int) -> SetUp | None:
        """A set-up of the recognised kind, with its form only where forward agrees with it here, too."""
        assert self.match.arrangement is not None and self.match.kind is not None
        try:
            setup = try_arrangement(self.build, self.match.kind, self.match.arrangement, dtype, sizes, seed)
        except CannotExamineError:
            return None
        if setup is not None and self.match.form is not None and agrees(setup, self.match.form):
            setup.form = self.match.form
        return setup

    @property
    def first(self) -> SetUp:
        return self.setups[0]

    def diagnose(self) -> Diagnosis:
        if self.first.kind is not None and self.fails_in_float64():
            single = self.make_setups(torch.float32) if self.match.arrangement is not None else []
            if single and not self.backward_error(single[0]):
                self.setups = single
        if self.first.dtype == torch.float32:
            self.notes.append(Phrase("float32-only"))
        if not any(self.first.wants):
            raise CannotExamineError("no-inputs")
        findings = forward_findings(self.first, self.match.form, self.match.named, self.notes)
        if self.match.arrangement is not None and len(self.setups) == 1:
            findings += self.size_findings()
        if self.match.form is not None and not findings:
            findings += [f for setup in self.setups[1:] if setup.form is None for f in other_forward(setup)]
        random = any(f.name == "random-forward" and f.variant == "unseeded" for f in findings)
        first_run = self.first.run(self.first.cotangents[0], twice=True)
        findings += run_findings(self.first, first_run)
        if self.first.subject.function is None:
            findings += inner_findings(first_run.calls)
        if not random:
            findings += self.gradient_findings(findings, first_run)
        if not any(f.name == "forward-wrong" or f.variant == "forward" for f in findings):
            findings += examine_stability(self.first)
            at_zero, notes = examine_zero(self.first)
            findings += at_zero
            self.notes += notes
        mistakes = self.in_parts(merge(self.first, findings))
        reason = None
        if [m.name for m in mistakes] == ["unrecognised"] and self.first.kind is None and self.is_flat():
            mistakes, reason = [], Phrase("flat")
        elif not mistakes and self.first.form is None and self.first.noise > 1e-2:
            reason = Phrase("not-smooth", {"noise": f"{self.first.noise:.1g}"})
        return Diagnosis(
            self.target,
            self.first.kind,
            tuple(mistakes),
            tuple(self.notes),
            reason,
            tuple(self.comparisons()),
        )

    def size_findings(self) -> list[Finding]:
        """A forward that runs in the first set-up only."""
        error = failure(self.build, self.match, SIZES[1])
        if error is None or self.match.arrangement is None:
            return []
        letters = sorted(set("".join(SHAPES[slot.role] for slot in self.match.arrangement.slots)))
        first, second = (", ".join(f"{x} = {sizes[x]}" for x in letters) for sizes in SIZES)
        words = {"first": first, "second": second, "error": one_line(error)}
        return [finding("forward-wrong", "sizes", evidence=[Phrase("fails-at", words)])]

    def is_flat(self) -> bool:
        """Whether forward does not change with its inputs but in steps: rounding, a comparison."""
        return not any(bool(jacobian.matrix.any()) for jacobian in self.first.jacobians.values())

    def in_parts(self, mistakes: list[Mistake]) -> list[Mistake]:
        """Where a composed operation is wrong in no way that is known: the mistakes of its Functions."""
        if self.first.subject.function is not None or not any(m.name == "unrecognised" for m in mistakes):
            return mistakes
        found = []
        for function in self.first.functions:
            name = function.__name__
            for mistake in examine_operation(function, None, None, name, name).mistakes:
                found.append(replace(mistake, values={**mistake.values, "part": name}))
        return [m for m in mistakes if m.name != "unrecognised"] + found if found else mistakes

    def fails_in_float64(self) -> bool:
        return self.first.dtype == torch.float64 and self.backward_error(self.first)

    def backward_error(self, setup: SetUp) -> bool:
        """Whether backward itself raises."""
        result = setup.run(setup.cotangents[0])
        return result.error is not None and setup.returned(result) is None

    # Gradients

    def gradient_findings(self, known: Sequence[Finding], first_run: Run) -> list[Finding]:
        """Structure, values and algebra of the gradients."""
        setup = self.first
        returned = setup.returned(first_run)
        if returned is None:
            return self.of_raising_backward(first_run)
        repaired = repair(setup, returned, setup.cotangents[0])
        findings = repaired.findings + dtype_findings(setup, returned) + self.single_dtype_findings()
        observations = self.observe(self.setups)
        if not observations:
            return findings or self.of_raising_backward(first_run)
        positions = [i for i in range(len(setup.values)) if repaired.gradients[i] is not None]
        for position in positions:
            findings += self.value_findings(observations, position)
        for position in repaired.broken:
            findings += self.of_square(position, returned[position], setup)
        told = {f.position for f in findings if f.name.startswith("cotangent") or f.variant == "cotangent"}
        single = any(f.name == "wrong-dtype" for f in findings)
        if not any(f.name == "random-forward" for f in known):
            findings += [f for f in self.algebra_findings(positions, single) if f.position not in told]
        if first_run.error is not None and not findings and not known:
            findings.append(
                finding("engine-refuses", evidence=[Phrase("raises", {"error": first_run.error_text})])
            )
        return findings

    def observe(self, setups: Sequence[SetUp]) -> list[Observed]:
        """The repaired gradients of all draws; set-ups that do not run are left out."""
        observations = []
        for setup in setups:
            gradients = []
            for cotangents in setup.cotangents:
                repaired = self.repaired(setup, cotangents)
                if repaired is None:
                    break
                gradients.append(repaired.gradients)
            else:
                observations.append(Observed(setup, setup.cotangents, gradients))
        return observations

    def repaired(self, setup: SetUp, cotangents: Cotangents) -> Repaired | None:
        returned = setup.returned(setup.run(cotangents))
        return None if returned is None else repair(setup, returned, cotangents)

    def value_findings(self, observations: Sequence[Observed], position: int) -> list[Finding]:
        """What is wrong with the gradient by one input, nothing where it is right."""
        errors = [relative_error(observed, position) for observed in observations]
        if all(
            e is not None and e <= o.tolerance(position) for e, o in zip(errors, observations, strict=True)
        ):
            return precision_findings(observations[0], position, errors[0] or 0.0)
        if errors[0] is None:
            return []  # an input without a gradient, such as a label
        found = self.explained(observations, position)
        if found:
            return found
        right = self.of_right_form(observations, position)
        if right is not None:
            return right
        return special_findings(observations[0], position) or [
            finding("unrecognised", "", position, describe(observations[0], position))
        ]

    def explained(self, observations: Sequence[Observed], position: int) -> list[Finding]:
        ways = [findings_of(observations, position, e) for e in explanations(observations, position)]
        if not ways:
            return []
        first, *others = ways
        if others and len(first) == 1 and all(len(way) == 1 for way in others):
            share = 1 / len(ways)
            names = tuple((f.name, f.variant, f.values) for (f,) in others)
            only = first[0]
            return [
                Finding(
                    only.name, only.variant, position, (*only.values, ("or", names)), only.evidence, share
                )
            ]
        return first

    def of_right_form(self, observations: Sequence[Observed], position: int) -> list[Finding] | None:
        """Where forward is wrong: the findings if backward belongs to the right one, None if to neither."""
        form = self.right_form()
        if form is None or self.first.arrangement is None or self.first.form is form:
            return None
        judged = []
        for observed in observations:
            s = observed.setup
            other = SetUp(s.subject, s.values, s.sizes, s.arrangement, s.kind, form, s.fillers)
            try:
                other.reference(other.values)
            except (RuntimeError, ValueError, KeyError):
                return None
            judged.append(Observed(other, observed.draws, observed.gradients))
        errors = [relative_error(observed, position) for observed in judged]
        if all(e is not None and e <= 1e-6 for e in errors):
            return []
        return self.explained(judged, position) or None

    def right_form(self) -> Form | None:
        return FORMS[self.first.kind][0] if self.first.kind is not None else None

    def single_dtype_findings(self) -> list[Finding]:
        """Gradients that do not come back in float32 where the inputs are float32."""
        setup = self.first
        if setup.dtype != torch.float64 or setup.subject.function is None or setup.subject.parameters:
            return []
        values = [v.float() if isinstance(v, Tensor) and v.is_floating_point() else v for v in setup.values]
        single = SetUp(setup.subject, values, setup.sizes, setup.arrangement, setup.kind, None, setup.fillers)
        try:
            outputs = single.outputs
            returned = single.returned(single.run(tuple(torch.ones_like(y) for y in outputs)))
        except Exception:
            return []
        if returned is None or any(y.dtype != torch.float32 for y in outputs):
            return []
        return dtype_findings(single, returned)

    def algebra_findings(self, positions: Sequence[int], single: bool) -> list[Finding]:
        """Whether backward is linear in its cotangent, to the digits of float32 or float64."""
        setup = self.first

        def backward(cotangents: Cotangents) -> Sequence[Tensor | None]:
            repaired = self.repaired(setup, cotangents)
            return [None] * len(setup.values) if repaired is None else repaired.gradients

        tolerance = 1e-4 if single or setup.coarse else 1e-9
        return examine_cotangent(backward, setup.cotangents, positions, tolerance)

    # Linear layers whose product does not even have the right shape

    def of_raising_backward(self, result: Run) -> list[Finding]:
        """Backward raises: with square matrices it may not, and then the numbers tell why."""
        error = Phrase("raises", {"error": result.error_text})
        if self.first.kind == "linear" and self.match.arrangement is not None:
            for sizes in (HALF_SQUARE, SQUARE):
                observations = self.square(sizes)
                if not observations:
                    continue
                found = [
                    f for i in range(len(self.first.values)) for f in self.square_findings(observations, i)
                ]
                if found:
                    return [
                        with_evidence(found[0], error),
                        *found[1:],
                        *self.square_structure(observations[0]),
                    ]
        variant = "forward" if result.stage == "forward" else ""
        return [finding("backward-raises", variant, evidence=[error])]

    def square(self, sizes: Mapping[str, int]) -> list[Observed]:
        setup = self.make(sizes, self.first.dtype, 2)
        return [] if setup is None else self.observe([setup])

    def square_structure(self, observed: Observed) -> list[Finding]:
        repaired = self.repaired(observed.setup, observed.draws[0])
        return [] if repaired is None else repaired.findings

    def square_findings(self, observations: Sequence[Observed], position: int) -> list[Finding]:
        error = relative_error(observations[0], position)
        if error is None or error <= observations[0].tolerance(position):
            return []
        return self.explained(observations, position)

    def of_square(self, position: int, gradient: Any, setup: SetUp) -> list[Finding]:
        """A gradient whose shape tells nothing: looked at again with square matrices."""
        shapes = Phrase(
            "shape",
            {
                "input": setup.subject.name_of(position),
                "found": shape_text(gradient),
                "expected": shape_text(setup.values[position]),
            },
        )
        if setup.kind == "linear" and self.match.arrangement is not None:
            for sizes in (HALF_SQUARE, SQUARE):
                for found in [self.square_findings(o, position) for o in [self.square(sizes)] if o]:
                    if found:
                        return [with_evidence(f, shapes) for f in found]
        return [finding("unrecognised", "shape", position, [shapes])]

    # For the figure

    def comparisons(self) -> list[Comparison]:
        """Analytic and numeric gradient by each input, for the first draw."""
        setup = self.first
        repaired = self.repaired(setup, setup.cotangents[0])
        found = []
        for position, wanted in enumerate(setup.wants):
            gradient = None if repaired is None else repaired.gradients[position]
            if not wanted or gradient is None:
                continue
            jacobian = setup.jacobians[position]
            numeric = torch.full((gradient.numel(),), float("nan"), dtype=torch.float64)
            numeric[jacobian.coordinates] = jacobian.transposed_times(setup.cotangents[0])
            found.append(
                Comparison(
                    setup.subject.name_of(position),
                    as_matrix(gradient.double()).tolist(),
                    as_matrix(numeric.reshape(gradient.shape)).tolist(),
                )
            )
        return found


def precision_findings(observed: Observed, position: int, error: float) -> list[Finding]:
    """A gradient that is right, but only to float32's digits though it is given float64."""
    gradient = observed.gradients[0][position]
    if observed.setup.dtype != torch.float64 or gradient is None or gradient.dtype != torch.float64:
        return []
    if error <= 1e-10 or not is_float32_inside(gradient):
        return []
    return [finding("wrong-dtype", "float32", position, [Phrase("digits", {"error": f"{error:.0e}"})])]


def as_matrix(tensor: Tensor) -> Tensor:
    """At most 64 × 64 numbers of a tensor, as rows."""
    matrix = tensor.reshape(1, -1) if tensor.dim() < 2 else tensor.reshape(-1, tensor.shape[-1])
    return matrix[:64, :64]


def with_evidence(found: Finding, phrase: Phrase) -> Finding:
    return Finding(
        found.name, found.variant, found.position, found.values, (phrase, *found.evidence), found.confidence
    )
