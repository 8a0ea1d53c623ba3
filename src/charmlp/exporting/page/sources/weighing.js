// The formula of a weight or a bias: what it adds, its gradient, and what it was before.

import { inputOf } from "./naming.js";
import { derivation, formula, leadTo, list, note } from "./terms.js";
import { say, shown } from "./words.js";

const SAME = 1e-6; // numbers that differ by less

/**
 * @typedef {import("./naming.js").Node} Node
 * @typedef {import("./terms.js").World} World
 */

/** @param {import("./weights.js").Model} model @param {Node} node @returns {number} */
export function valueOf(model, { kind, layer, unit, input = 0 }) {
  const { columns, weight, bias } = model.layers[layer];
  return kind === "bias" ? bias[unit] : weight[unit * columns + input];
}

/**
 * Whether the network has such a node: it may have become another one.
 *
 * @param {import("./weights.js").Model} model @param {Node} node
 */
export function isThere({ layers }, { layer, unit, input = 0 }) {
  if (layer < 0) return unit < layers[0].columns;
  return layer < layers.length && unit < layers[layer].rows && input < layers[layer].columns;
}

/** @param {World} world @param {Node} node */
export function weightLines(world, node) {
  const { model, inside } = world;
  const [value, from] = [valueOf(model, node), inputOf(node)];
  const unit = { layer: node.layer, unit: node.unit };
  if (!inside.reading) return [formula(`w = ${shown(value, 4)}`), ...history(world, node), note(say("unit.draw"))];
  const x = from.layer < 0 ? inside.reading.x[from.unit] : inside.reading.layers[from.layer].y[from.unit];
  return [
    formula(`w · ${from.layer < 0 ? "x" : "y"} = ${shown(value, 4)} · ${shown(x, 4)} = ${shown(value * x, 4)}`),
    note(say("weight.more")),
    list(leadTo(world, from, shown(x, 4)), leadTo(world, unit, `z = ${shown(inside.reading.layers[node.layer].z[node.unit])}`)),
    ...history(world, node),
  ];
}

/** @param {World} world @param {Node} node */
export function biasLines(world, node) {
  const { model, inside } = world;
  const unit = { layer: node.layer, unit: node.unit };
  const to = inside.reading ? [list(leadTo(world, unit, `z = ${shown(inside.reading.layers[node.layer].z[node.unit])}`))] : [];
  return [formula(`b = ${shown(valueOf(model, node), 4)}`), note(say("bias.more")), ...to, ...history(world, node)];
}

/** What it was when the network came, and what the last step has made of it. @param {World} world @param {Node} node */
function history(world, node) {
  const { model, changes } = world;
  const found = [];
  const letter = node.kind === "bias" ? "b" : "w";
  if (isThere(changes.origin, node)) found.push(note(say("weight.came", { value: shown(valueOf(changes.origin, node), 4) })));
  const { step } = changes;
  if (!step || !isThere(step.was, node)) return [...found, note(say("weight.learn"))];
  const { delta, input } = step.found.layers[node.layer];
  const slope = delta[node.unit] * (node.kind === "bias" ? 1 : input[node.input ?? 0]);
  const before = valueOf(step.was, node);
  /** @type {Node} */
  const gradient = node.kind === "bias" ? { ...node, kind: "delta" } : { ...node, kind: "gradient" };
  const after = Math.fround(before - step.rate * slope);
  return [
    ...found,
    note(say("weight.step")),
    formula(`${letter} ← ${letter} − η ∂L/∂${letter} = ${shown(before, 4)} − ${step.rate} · ${shown(slope, 4)} = ${shown(after, 4)}`),
    list(leadTo(world, gradient, `∂L/∂${letter} = ${shown(slope, 4)}`)),
    derivation(say("why.descent"), "gradient-descent"),
    ...(Math.abs(after - valueOf(model, node)) < SAME ? [] : [note(say("weight.since"))]),
  ];
}
