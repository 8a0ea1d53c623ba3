// The stages of one step, from the loss down to the pixels: formula, derivation, numbers, pictures.

import { behind } from "./network.js";
import { norm } from "./learning.js";
import { sub } from "./naming.js";
import { percent, say, shown } from "./words.js";

const MOST_SIDE = 1024; // rows or columns of a matrix that are drawn

/**
 * @typedef {import("./learning.js").Gradients} Gradients
 * @typedef {import("./naming.js").Node} Node
 * @typedef {import("./weights.js").Model} Model
 * @typedef {{x: Float64Array, truth: number, rate: number, before: number, after: number, found: Gradients, was: Model}} Step
 *   was is the network that the gradients are of: the one before the step
 * @typedef {{title: string, values: ArrayLike<number>, columns: number | null, node: (at: number) => Node}} Picture
 *   columns of a matrix or an image; null where values are units in a row
 * @typedef {{formula: string, why: string, page: string, words: string, pictures: Picture[]}} Stage
 *   why is the derivation in a sentence or two, page the one of docs/derivations that has all of it
 */

/** @param {Step} step @returns {Stage[]} */
export function stagesOf(step) {
  const down = step.found.layers.map((_, number) => number).reverse();
  return [top(step), ...down.flatMap((number) => [error(step, number), weights(step, number), below(step, number)].flat())];
}

/** @param {Model} model @param {number} number a layer, from 0 */
function names(model, number) {
  const i = sub(number + 1);
  const isLast = number === model.layers.length - 1;
  return { i, above: sub(number + 2), input: number ? `y${sub(number)}` : "x", output: isLast ? "logits" : `y${i}` };
}

/** @param {Step} step @returns {Stage} */
function top({ found, truth, was }) {
  const q = found.probabilities[truth];
  const last = was.layers.length - 1;
  const isLinear = behind(was, last).formula === "z";
  const blanks = { name: was.classes[truth], q: percent(q), e: shown(found.error[truth]) };
  const formula = `${isLinear ? `δ${sub(last + 1)} = ` : ""}∂L/∂logits = q − y*`;
  const picture = units(formula, found.error, last, isLinear ? "delta" : "upstream");
  return { formula, why: say("why.error"), page: "softmax-cross-entropy", words: withNorm(say("learn.error.more", blanks), found.error), pictures: [picture] };
}

/**
 * δ = f′(z) ∘ ∂L/∂y; nothing where the layer is linear, of which δ is ∂L/∂y itself.
 *
 * @param {Step} step @param {number} number @returns {Stage[]}
 */
function error({ found, was }, number) {
  const { derivative, formula: f, name } = { ...behind(was, number), name: was.act };
  if (f === "z" && number === was.layers.length - 1) return [];
  const { i, output } = names(was, number);
  const { delta } = found.layers[number];
  const formula = `δ${i} = ∂L/∂z${i} = f′(z${i}) ∘ ∂L/∂${output}`;
  const still = delta.reduce((count, each) => count + (each === 0 ? 1 : 0), 0);
  const words = [say("learn.delta.more", { name, derivative }), still ? say("learn.delta.still", { count: still, all: delta.length }) : ""].join(" ");
  return [{ formula, why: say("why.delta"), page: "activations", words: withNorm(words, delta), pictures: [units(`δ${i}`, delta, number, "delta")] }];
}

/** @param {Step} step @param {number} number @returns {Stage} */
function weights({ found, was }, number) {
  const { delta, input, norm: length } = found.layers[number];
  const { i, input: below } = names(was, number);
  const [rows, columns] = [delta.length, input.length].map((count) => Math.min(MOST_SIDE, count));
  const values = Float64Array.from({ length: rows * columns }, (_, at) => delta[Math.floor(at / columns)] * input[at % columns]);
  const more = Math.max(delta.length, input.length) > MOST_SIDE ? say("hidden.few", { shown: MOST_SIDE }) : "";
  const words = say("learn.layer.more", { rows: delta.length, columns: input.length, bias: shown(norm(delta), 3), norm: shown(length, 3) });
  return {
    formula: `∂L/∂W${i} = δ${i} ${below}ᵀ,  ∂L/∂b${i} = δ${i}`,
    why: say("why.weight"),
    page: "linear",
    words: `${words} ${more}`,
    pictures: [
      { title: `∂L/∂W${i}`, values, columns, node: (at) => ({ kind: "gradient", layer: number, unit: Math.floor(at / columns), input: at % columns }) },
      units(`∂L/∂b${i}`, delta, number, "delta"),
    ],
  };
}

/** @param {Step} step @param {number} number @returns {Stage} */
function below({ found, was }, number) {
  const { i, input } = names(was, number);
  const { below: values } = found.layers[number];
  const formula = `∂L/∂${input} = W${i}ᵀ δ${i}`;
  const words = say(number ? "learn.below.more" : "learn.pixels.more", { layer: number });
  return { formula, why: say("why.below"), page: "linear", words: withNorm(words, values), pictures: [units(`∂L/∂${input}`, values, number - 1, "upstream", number ? null : was.size[1])] };
}

/**
 * @param {string} title @param {ArrayLike<number>} values @param {number} layer
 * @param {"delta" | "upstream"} kind @param {number | null} columns @returns {Picture}
 */
function units(title, values, layer, kind, columns = null) {
  return { title, values, columns, node: (at) => ({ kind, layer, unit: at }) };
}

/** @param {string} words @param {ArrayLike<number>} values */
const withNorm = (words, values) => `${words} ${say("learn.norm", { norm: shown(norm(values), 3) })}`;
