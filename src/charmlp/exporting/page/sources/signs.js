// A letter or sign of one's own, from a few drawings: one row of the last layer learns it, by real steps.
//
// The row of the last layer is a class: z = w · y + b of what the hidden layers say. Only this row is trained, so
// that all other logits stay what they were; an old letter can be lost to the new sign alone. What is not the
// sign is shown to the row as well: letters of the network's other classes, drawn from forms that lie in the page.

import { forward, softmax } from "./network.js";
import { readDrawing } from "./reading.js";
import { randoms, strokesOf, variant } from "./variants.js";

const VARIANTS = 24; // of each drawing
const LETTERS = 16; // of each other class that is written in the page
const STEPS = 400;
const RATE = 1.8; // of 1 / bend; at 2 it would overshoot
const SIGN_SHARE = 0.1; // of the drawings in the mean: the rest is letters, which shall not be lost
const SEED = 1;

/**
 * @typedef {import("./weights.js").Model} Model
 * @typedef {import("./variants.js").Strokes} Strokes
 * @typedef {{y: Float64Array, z: Float64Array, truth: number, share: number}} Example what the row gets, all logits, the class, its weight in the mean
 */

/** The network with a class of this name, which may be there already, whose row is 0 where it is new. @param {Model} model @param {string} name */
function withClass(model, name) {
  if (model.classes.includes(name)) return model;
  const last = model.layers[model.layers.length - 1];
  const weight = new Float32Array(last.weight.length + last.columns);
  const bias = new Float32Array(last.rows + 1);
  weight.set(last.weight);
  bias.set(last.bias);
  const layers = [...model.layers.slice(0, -1), { ...last, rows: last.rows + 1, weight, bias }];
  return { ...model, classes: [...model.classes, name], layers };
}

/** Both polarities of a drawing as examples; one where the network makes no difference. @param {Model} model @param {Strokes} strokes @param {number} truth @param {number} share @returns {Example[]} */
function examplesOf(model, strokes, truth, share) {
  const polarities = model.preprocessing === "light_ink" ? [null] : [false, true];
  return polarities.map((isDark) => {
    const { x } = readDrawing(model, strokes, isDark);
    const layers = forward(model, x);
    const y = layers.length > 1 ? layers[layers.length - 2].y : x;
    return { y, z: layers[layers.length - 1].z, truth, share: share / polarities.length };
  });
}

/** The drawings in many variants, and letters of all classes. @param {Model} model @param {number} number @param {Strokes[]} drawings */
function examples(model, number, drawings) {
  const random = randoms(SEED);
  const signs = drawings.flatMap((strokes) => [strokes, ...Array.from({ length: VARIANTS }, () => variant(strokes, random))]);
  const written = model.classes.flatMap((name, truth) => {
    const forms = truth === number ? [] : (model.forms[name] ?? []);
    return Array.from({ length: forms.length ? LETTERS : 0 }, (_, i) => ({ truth, strokes: variant(strokesOf(forms[i % forms.length]), random) }));
  });
  const signShare = written.length ? SIGN_SHARE : 1;
  return [
    ...signs.flatMap((strokes) => examplesOf(model, strokes, number, signShare / signs.length)),
    ...written.flatMap(({ strokes, truth }) => examplesOf(model, strokes, truth, (1 - signShare) / written.length)),
  ];
}

/**
 * Teach a class from drawings. Of the mean loss L the row's gradient is ∂L/∂w = Σ (q − y*) y and ∂L/∂b = Σ (q − y*),
 * summed over the examples with their shares; the row goes down against it, in so many steps.
 *
 * @param {Model} before @param {string} name @param {Strokes[]} drawings
 * @returns {{model: Model, losses: number[]}} the network that knows the class, and the loss before each step
 */
export function taught(before, name, drawings) {
  const model = withClass(before, name);
  const number = model.classes.indexOf(name);
  const some = examples(model, number, drawings);
  const last = model.layers[model.layers.length - 1];
  const row = Float64Array.from(last.weight.subarray(number * last.columns, (number + 1) * last.columns));
  let bias = last.bias[number];
  const size = some.reduce((sum, { y, share }) => sum + share * (1 + y.reduce((all, each) => all + each * each, 0)), 0);
  const rate = (RATE * 4) / size; // L is no more bent than mean ‖(y, 1)‖² / 4 along the row
  const losses = [];
  for (let step = 0; step < STEPS; step++) {
    const slope = new Float64Array(row.length);
    let [biasSlope, loss] = [0, 0];
    for (const { y, z, truth, share } of some) {
      z[number] = row.reduce((sum, w, j) => sum + w * y[j], bias);
      const q = softmax(z);
      const error = share * (q[number] - (truth === number ? 1 : 0));
      loss -= share * Math.log(Math.max(q[truth], Number.MIN_VALUE));
      for (let j = 0; j < slope.length; j++) slope[j] += error * y[j];
      biasSlope += error;
    }
    for (let j = 0; j < row.length; j++) row[j] -= rate * slope[j];
    bias -= rate * biasSlope;
    losses.push(loss);
  }
  const [weight, biases] = [last.weight.slice(), last.bias.slice()];
  weight.set(row, number * last.columns);
  biases[number] = bias;
  return { model: { ...model, layers: [...model.layers.slice(0, -1), { ...last, weight, bias: biases }] }, losses };
}
