// Which mistake a typed gradient is: the doctor's ranking of its library, with the numbers that Python packed.
//
// A gradient is explained as  factor · formula:  the right one, the right one of a distorted upstream gradient g, or a
// wrong one. What takes the fewest mistakes wins; it must hold at each size (doctor/checks/explanation.py).

import { Complaint, isSameShape, reduced, transposed } from "./arrays.js";
import { factorsOf, mistakesOf } from "./factors.js";
import { parsed } from "./grammar.js";
import { areInShape, arrayOf, printsOf, slopesIn, sumsOf, valuesIn } from "./library.js";
import { ofUpstream } from "./linearity.js";
import { isMaskedElsewhere, recoveredMask } from "./masks.js";

/** @typedef {import("./arrays.js").Numbers} Numbers */
/** @typedef {import("./factors.js").Named} Named */
/** @typedef {import("./factors.js").Factor} Factor */
/** @typedef {import("./grammar.js").Formula} Formula */
/** @typedef {import("./library.js").Library} Library */
/** @typedef {import("./library.js").Operation} Operation */
/** @typedef {import("./library.js").Gradient} Gradient */
/** @typedef {import("./library.js").SetUp} SetUp */
/** @typedef {import("./library.js").Text} Text */
/** @typedef {{name: string, values: Record<string, Text>, others: Named[]}} Mistake `others` fit as well */
/** @typedef {{known: [string, Text] | null, factor: Factor | null, ratio: number, mistakes: number}} Explanation of the right formula where none is `known` */
/** @typedef {{setup: number, values: Numbers[]}} Observed */

const NEAR_FORMULA = 1e-5; // relative; the library's numbers have 32 bits
const OF_CONSTANT = 1.5; // mistakes that a constant counts for which no size explains

/** The mistakes of a typed gradient, none where it is right. @param {Library} library @param {Operation} operation @param {Gradient} gradient @param {string} text @returns {Mistake[]} */
export function diagnosed(library, operation, gradient, text) {
  const formula = parsed(text);
  const usual = [0, 1];
  let values;
  try {
    values = usual.map((number) => valuesIn(library, operation, operation.setups[number], formula));
  } catch (error) {
    const square = isOfShapes(error) ? inSquare(library, operation, gradient, formula) : [];
    if (square.length) return square;
    throw error;
  }
  const mended = usual.map((number) => inShape(library, operation, operation.setups[number], gradient, values[number]));
  const mistake = mended[0].mistake;
  if (mistake !== null && mended.some((each) => each.values === null)) {
    const square = mistake === "unrecognised.shape" ? inSquare(library, operation, gradient, formula) : [];
    return square.length ? square : [named(mistake)];
  }
  const observed = usual.map((setup) => ({ setup, values: /** @type {Numbers[]} */ (mended[setup].values) }));
  return [...(mistake === null ? [] : [named(mistake)]), ...wrongValues(library, operation, gradient, observed, formula)];
}

/** @param {string} name @param {Record<string, Text>} values @returns {Mistake} */
const named = (name, values = {}) => ({ name, values, others: [] });

/** @param {unknown} error */
const isOfShapes = (error) => error instanceof Complaint && error.key === "formula.shapes";

/** @param {Library} library @param {Operation} operation @param {Gradient} gradient @param {Observed[]} observed @param {Formula} formula @returns {Mistake[]} */
function wrongValues(library, operation, gradient, observed, formula) {
  const explained = explainedBy(library, operation, gradient, observed);
  if (explained !== null) return explained;
  const [setup] = operation.setups;
  const upstreams = setup.upstreams.map((place) => arrayOf(library, place));
  const mask = gradient.slopes && recoveredMask(arrayOf(library, setup.values[0]), observed[0].values, upstreams, gradient.slopes);
  if (mask) return [named(mask[0], { ...meant(gradient), ...mask[1] })];
  if (operation.elementwise && observed.every(({ setup: number, values }) => isMaskedElsewhere(values, slopesIn(library, operation, operation.setups[number])))) {
    return [named("wrong-mask.elsewhere")];
  }
  const ofG = operation.loss ? null : ofUpstream(library, operation, formula);
  if (ofG === null) return [named("unrecognised")];
  return [...besides(library, operation, gradient, observed, ofG), named(ofG)];
}

/** What is wrong beside an upstream gradient that is ignored, or applied twice. @param {Library} library @param {Operation} operation @param {Gradient} gradient @param {Observed[]} observed @param {string} ofG @returns {Mistake[]} */
function besides(library, operation, gradient, observed, ofG) {
  const power = { "cotangent-ignored": 1, "cotangent-twice": -1 }[ofG];
  if (power === undefined) return [];
  const mended = observed.map(({ setup, values }) => {
    const upstreams = operation.setups[setup].upstreams.map((place) => arrayOf(library, place));
    return { setup, values: values.map((value, i) => ({ ...value, data: value.data.map((each, n) => each * upstreams[i].data[n] ** power) })) };
  });
  return explainedBy(library, operation, gradient, mended) ?? [];
}

/** What fills the words on what is right. @param {Gradient} gradient @returns {Record<string, Text>} */
const meant = ({ forward, right, derivative }) => ({ forward, right, derivative });

// Formulas and factors

/** The mistakes, none where the gradient is right, null where nothing explains it. @param {Library} library @param {Operation} operation @param {Gradient} gradient @param {Observed[]} observed */
function explainedBy(library, operation, gradient, observed) {
  const found = explanations(library, operation, gradient, observed);
  if (!found.length) return null;
  const ways = found.map((each) => mistakesOfExplanation(operation, gradient, each));
  const [first] = ways;
  if (ways.length < 2 || ways.some((way) => way.length > 1)) return first;
  return [{ ...first[0], others: ways.slice(1).flatMap((way) => way.map(({ name, values }) => /** @type {Named} */ ([name, values]))) }];
}

/** @param {Library} library @param {Operation} operation @param {Gradient} gradient @param {Observed[]} observed @returns {Explanation[]} */
function explanations(library, operation, gradient, observed) {
  const prints = printsOf(library, operation, gradient);
  const rows = gradient.rows.flatMap(([name, ...texts]) => texts.map((text) => /** @type {[string, Text]} */ ([name, text])));
  const [right, ...others] = [null, ...rows, ...(operation.loss ? [] : library.distortions)].map((known, row) => ({ known, row }));
  const inOrder = [right, ...others.slice(rows.length), ...others.slice(0, rows.length)];
  const sums = observed.map(({ values }) => sumsOf(library, values));
  const sizes = observed.map(({ setup }) => operation.setups[setup].sizes);
  const found = inOrder.flatMap(({ known, row }) => {
    const ratios = observed.map(({ setup }, i) => ratioOf(sums[i], prints[row][setup]));
    return ratios.every((ratio) => ratio !== 0) ? ofRatios(known, ratios, sizes, operation.factors) : [];
  });
  const fewest = Math.min(...found.map(({ mistakes }) => mistakes));
  return distinct(found.filter(({ mistakes }) => mistakes === fewest));
}

/** The factor by least squares, 0 where the formula does not fit. @param {number[]} a @param {number[]} formula */
function ratioOf(a, formula) {
  const dot = (/** @type {number[]} */ one, /** @type {number[]} */ other) => one.reduce((sum, each, i) => sum + each * other[i], 0);
  const ratio = dot(a, formula) / dot(formula, formula);
  const rest = a.map((each, i) => each - ratio * formula[i]);
  return Math.sqrt(dot(rest, rest)) <= NEAR_FORMULA * Math.sqrt(dot(a, a)) && Number.isFinite(ratio) ? ratio : 0;
}

/** @param {[string, Text] | null} known @param {number[]} ratios @param {Record<string, number>[]} sizes @param {string} letters @returns {Explanation[]} */
function ofRatios(known, ratios, sizes, letters) {
  const factors = factorsOf(ratios, sizes, letters);
  const of = (/** @type {Factor | null} */ factor) => ({ known, factor, ratio: ratios[0], mistakes: Number(known !== null) + (factor?.mistakes ?? OF_CONSTANT) });
  if (factors.length) return factors.map(of);
  return Math.max(...ratios) - Math.min(...ratios) < NEAR_FORMULA * Math.abs(ratios[0]) ? [of(null)] : [];
}

/** Without those that say the same in other words. @param {Explanation[]} found */
function distinct(found) {
  const kept = new Map();
  for (const each of found) {
    const key = JSON.stringify([each.factor, each.known?.[0].split(/[.@]/)[0]]);
    if (!kept.has(key)) kept.set(key, each);
  }
  return [...kept.values()];
}

/** @param {Operation} operation @param {Gradient} gradient @param {Explanation} explanation @returns {Mistake[]} */
function mistakesOfExplanation({ loss }, gradient, { known, factor, ratio }) {
  const found = known === null ? [] : [named(known[0], { ...meant(gradient), found: known[1] })];
  if (factor === null) return [...found, named("constant-factor", { factor: String(Number(ratio.toPrecision(4))) })];
  const ofFactor = mistakesOf(factor, loss).map(([name, values]) => named(gradient.bias && name.startsWith("extra-mean") ? "bias-averaged" : name, values));
  return [...found, ...ofFactor];
}

// Shapes

/**
 * Values in the shape of their input: as they are, or mended, which is a mistake of its own; null beyond repair.
 *
 * @param {Library} library
 * @param {Operation} operation
 * @param {SetUp} setup
 * @param {Gradient} gradient
 * @param {Numbers[]} values
 * @returns {{mistake: string | null, values: Numbers[] | null}}
 */
function inShape(library, operation, setup, gradient, values) {
  if (areInShape(library, setup, gradient, values)) return { mistake: null, values };
  const [shape] = library.arrays[setup.values[gradient.input]];
  if (shape.length === 2 && isSameShape(values[0].shape, [...shape].reverse())) return { mistake: "weight-transposed", values: values.map(transposed) };
  const summed = values.map((value) => summedTo(value, shape));
  if (summed.every((value) => value !== null)) {
    const isSameSize = values[0].data.length === /** @type {Numbers} */ (summed[0]).data.length;
    return { mistake: isSameSize ? "batch-not-summed.keepdim" : "batch-not-summed", values: /** @type {Numbers[]} */ (summed) };
  }
  return { mistake: (gradient.bias && ofBias(values[0], arrayOf(library, setup.upstreams[0]))) || "unrecognised.shape", values: null };
}

/** What an engine makes of dimensions too many. @param {Numbers} value @param {number[]} shape @returns {Numbers | null} */
function summedTo(value, shape) {
  const sum = (/** @type {number[]} */ numbers) => numbers.reduce((all, each) => all + each, 0);
  let found = value;
  while (found.shape.length > shape.length) found = reduced(sum, found, 0, false);
  return isSameShape(found.shape, shape) ? found : null;
}

/** How the gradient of a bias of another shape was summed. @param {Numbers} value @param {Numbers} g */
function ofBias(value, g) {
  const sum = (/** @type {number[]} */ numbers) => numbers.reduce((all, each) => all + each, 0);
  const first = g.data.slice(0, g.shape[1]);
  const ways = { axis: reduced(sum, g, 1, false).data, all: reduced(sum, g, null, false).data, "one-row": first };
  const way = Object.entries(ways).find(([, wanted]) => wanted.length === value.data.length && value.data.every((each, n) => Math.abs(each - wanted[n]) < NEAR_FORMULA));
  return way ? `batch-not-summed.${way[0]}` : null;
}

/** Where shapes do not fit: the numbers tell at a size where all of them do. @param {Library} library @param {Operation} operation @param {Gradient} gradient @param {Formula} formula @returns {Mistake[]} */
function inSquare(library, operation, gradient, formula) {
  const [setup, number] = [operation.setups[2], 2];
  if (!setup) return [];
  try {
    const values = valuesIn(library, operation, setup, formula);
    return areInShape(library, setup, gradient, values) ? (explainedBy(library, operation, gradient, [{ setup: number, values }]) ?? []) : [];
  } catch (error) {
    if (isOfShapes(error)) return [];
    throw error;
  }
}
