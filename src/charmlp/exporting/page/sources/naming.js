// What the numbers of the network are called.

import { say } from "./words.js";

/**
 * A number that can be chosen. layer −1 are the pixels, the last one the classes; input is a unit of the layer before.
 *
 * @typedef {{kind?: "unit" | "weight" | "bias" | "delta" | "upstream" | "gradient", layer: number, unit: number, input?: number}} Node
 * @typedef {import("./weights.js").Model} Model
 */

/** What a node is called. @param {Model} model @param {Node} node @returns {string} */
export function nameOf(model, node) {
  const { kind = "unit", layer, unit } = node;
  if (kind !== "unit") {
    const blanks = { name: nameOf(model, { layer, unit }), from: "input" in node ? nameOf(model, inputOf(node)) : "" };
    return say(`name.${kind}`, blanks);
  }
  const w = model.size[1];
  if (layer < 0) return say("pixel", { row: Math.floor(unit / w) + 1, column: (unit % w) + 1 });
  if (layer === model.layers.length - 1) return say("output", { name: model.classes[unit] });
  return say("unit", { number: unit + 1, layer: layer + 1 });
}

/** The unit, or the pixel, that a weight leads from. @param {Node} node @returns {Node} */
export const inputOf = ({ layer, input }) => ({ layer: layer - 1, unit: input ?? 0 });

/** The same in little room: x 5,7 is the pixel of row 5, column 7. @param {Model} model @param {Node} node @returns {string} */
export function shortName(model, node) {
  const { kind = "unit", layer, unit } = node;
  const w = model.size[1];
  if (kind === "weight" || kind === "gradient") return `${kind === "weight" ? "" : "∂L/∂"}w ${shortName(model, { layer, unit })} ← ${shortName(model, inputOf(node))}`;
  const before = { unit: layer < 0 ? "x" : "y", bias: "b", delta: "δ", upstream: layer < 0 ? "∂L/∂x" : "∂L/∂y" }[kind];
  if (layer < 0) return `${before} ${Math.floor(unit / w) + 1},${(unit % w) + 1}`;
  if (layer === model.layers.length - 1) return kind === "unit" ? model.classes[unit] : `${before} ${model.classes[unit]}`;
  return `${before} ${layer + 1}.${unit + 1}`;
}

/** ₁₂. @param {number} number */
export const sub = (number) => [...String(number)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]).join("");
