// The formulas of the gradients of the last step, with the numbers in them. They are of the network before the step.

import { behind } from "./network.js";
import { inputOf, sub } from "./naming.js";
import { derivation, formula, largestTerms, leadTo, list, note } from "./terms.js";
import { percent, say, shown } from "./words.js";

const SUMMED = 6; // terms of a sum
const DIGITS = 4; // of them: gradients are small

/**
 * @typedef {import("./naming.js").Node} Node
 * @typedef {import("./terms.js").World} World
 */

/** ∂L/∂w = δ x. @param {World} world @param {Node} node */
export function gradientLines(world, node) {
  const { step } = world.changes;
  if (!step) return [note(say("gradient.none"))];
  const { delta, input } = step.found.layers[node.layer];
  const [d, x] = [delta[node.unit], input[node.input ?? 0]];
  const [i, from] = [sub(node.layer + 1), inputOf(node)];
  return [
    formula(`∂L/∂w = δ${i} · ${from.layer < 0 ? "x" : `y${sub(node.layer)}`} = ${shown(d, 4)} · ${shown(x, 4)} = ${shown(d * x, 5)}`),
    note(say("gradient.input", { value: shown(x, 4) })),
    list(leadTo(world, { kind: "delta", layer: node.layer, unit: node.unit }, `δ = ${shown(d, 4)}`), leadTo(world, { ...node, kind: "weight" }, "w")),
    derivation(say("why.weight"), "linear"),
  ];
}

/** δ = f′(z) ∂L/∂y; at the top q − y*. @param {World} world @param {Node} node */
export function deltaLines(world, node) {
  const { step } = world.changes;
  if (!step) return [note(say("gradient.none"))];
  const { layer, unit } = node;
  const { delta, upstream, z } = step.found.layers[layer];
  const { formula: f, derivative, slope } = behind(step.was, layer);
  if (f === "z" && layer === step.was.layers.length - 1) return errorLines(step, unit);
  if (step.was.layers[layer].off?.has(unit)) return [formula("δ = 0"), note(say("unit.off"))];
  return [
    formula(`δ = f′(z) · ∂L/∂y = ${shown(slope(z[unit]), 4)} · ${shown(upstream[unit], 4)} = ${shown(delta[unit], 5)}`),
    note(`f′(z) = ${derivative},  z = ${shown(z[unit], 4)}`),
    list(leadTo(world, { kind: "upstream", layer, unit }, `∂L/∂y = ${shown(upstream[unit], 4)}`), leadTo(world, { kind: "bias", layer, unit }, "∂L/∂b = δ")),
    derivation(say("why.delta"), "activations"),
  ];
}

/** @param {import("./stages.js").Step} given @param {number} unit */
function errorLines({ found, truth, was }, unit) {
  const target = unit === truth ? 1 : 0;
  return [
    formula(`∂L/∂z = q − y* = ${shown(found.probabilities[unit], 4)} − ${target} = ${shown(found.error[unit], 4)}`),
    note(say("error.more", { name: was.classes[unit], truth: was.classes[truth], q: percent(found.probabilities[unit]) })),
    derivation(say("why.error"), "softmax-cross-entropy"),
  ];
}

/** ∂L/∂y of a unit, or ∂L/∂x of a pixel: Σ w δ over the layer above. @param {World} world @param {Node} node */
export function upstreamLines(world, node) {
  const { step } = world.changes;
  if (!step) return [note(say("gradient.none"))];
  const { layer, unit } = node;
  const { found, was } = step;
  const above = was.layers[layer + 1];
  if (!above) return errorLines(step, unit);
  const { delta, below } = found.layers[layer + 1];
  const weights = Array.from({ length: above.rows }, (_, i) => above.weight[i * above.columns + unit]);
  /** @returns {Node} */
  const to = (/** @type {number} */ i) => ({ kind: "delta", layer: layer + 1, unit: i });
  const { items, rest, others } = largestTerms(world, weights, delta, SUMMED, to, (i) => ({ kind: "weight", layer: layer + 1, unit: i, input: unit }), DIGITS);
  const letter = layer < 0 ? "x" : "y";
  return [
    formula(`∂L/∂${letter} = Σ w δ${sub(layer + 2)} = ${shown(below[unit], 5)}`),
    note(say("upstream.more", { count: above.rows })),
    items,
    ...(others ? [formula(`+ ${shown(rest, 4)}  (${say("rest", { count: others })})`)] : []),
    derivation(say("why.below"), "linear"),
  ];
}
