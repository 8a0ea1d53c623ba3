// The formula of a number of the network with the numbers in it, and where they come from.

import { ranked } from "./answering.js";
import { diverging, greys, largest, pictureCanvas } from "./colours.js";
import { deltaLines, gradientLines, upstreamLines } from "./deriving.js";
import { by, make } from "./elements.js";
import { nameOf } from "./naming.js";
import { behind } from "./network.js";
import { formula, largestTerms, leadTo, list, note } from "./terms.js";
import { valueTiles } from "./tiles.js";
import { biasLines, weightLines } from "./weighing.js";
import { percent, say, shown } from "./words.js";

const TERMS = 6; // of a sum
const FEEDS = 4; // of what a unit feeds
const POWERS = 3; // of softmax's sum

/**
 * @typedef {import("./naming.js").Node} Node
 * @typedef {import("./terms.js").World} World
 */

/** @type {Record<string, (world: World, node: any) => HTMLElement[]>} */
const LINES = {
  unit: unitLines,
  weight: weightLines,
  bias: biasLines,
  delta: deltaLines,
  upstream: upstreamLines,
  gradient: gradientLines,
};

/** Write down how a node comes about. @param {World} world @param {Node | null} node */
export function explain(world, node) {
  by("close").hidden = !node;
  by("unit").classList.toggle("chosen", Boolean(node));
  by("unit-title").textContent = node ? nameOf(world.model, node) : say("unit.none");
  by("unit-body").replaceChildren(...(node ? LINES[node.kind ?? "unit"](world, node) : [note(say("unit.how"))]));
}

/** @param {World} world @param {Node} node */
function unitLines(world, node) {
  const { reading } = world.inside;
  if (node.layer < 0) return reading ? pixel(world, node) : [note(say("unit.draw"))];
  const images = pictures(world, node);
  return reading ? [...images, ...sum(world, node), ...next(world, node)] : [note(say("unit.draw")), ...images];
}

/** @param {World} world @param {Node} node */
function pixel(world, { unit }) {
  const { model, inside } = world;
  const [h, w] = model.size;
  const { grey, x, mean, deviation, isDrawn } = inside.reading;
  const words =
    model.preprocessing === "scale"
      ? `x = 2 · ${grey[unit]} / 255 − 1 = ${shown(x[unit])}`
      : `x = (p − mean) / deviation = (${grey[unit]} − ${shown(mean, 1)}) / ${shown(deviation, 1)} = ${shown(x[unit])}`;
  const found = [formula(`p = ${grey[unit]}`), note(say("pixel.grey", { p: grey[unit] })), formula(words)];
  if (deviation < 0) found.push(note(say("pixel.turned")));
  if (isDrawn) found.push(note(say("pixel.box", { h, w })));
  return [...found, ...next(world, { layer: -1, unit })];
}

/**
 * A unit's weights, each of which can be chosen; in the first layer also what it gets, and what comes of both.
 *
 * @param {World} world @param {Node} node
 */
function pictures({ model, inside, choose }, { layer, unit }) {
  const [h, w] = model.size;
  const { columns, weight } = model.layers[layer];
  const row = weight.subarray(unit * columns, (unit + 1) * columns);
  const framed = (/** @type {HTMLCanvasElement} */ canvas, /** @type {string} */ words) => make("figure", {}, canvas, make("figcaption", {}, words));
  const picture = (/** @type {ImageData} */ image, /** @type {string} */ words) => framed(pictureCanvas(image, words), words);
  const own = valueTiles({ title: say("weights"), values: row, columns: layer ? null : w }, (input) => choose({ kind: "weight", layer, unit, input }));
  const weights = framed(own.canvas, say("weights.more"));
  if (layer > 0) {
    const seen = inside.pictures[layer]?.subarray(unit * h * w, (unit + 1) * h * w); // not painted yet, or the last layer
    return [make("div", { className: "weights" }, weights, ...(seen ? [picture(diverging(seen, largest(seen), w, h), say("through"))] : []))];
  }
  if (!inside.reading) return [make("div", { className: "trio" }, weights)];
  const { x } = inside.reading;
  const products = row.map((each, i) => each * x[i]);
  return [make("div", { className: "trio" }, weights, picture(greys(x, w, h), say("inputs")), picture(diverging(products, largest(products), w, h), say("products")))];
}

/** z = Σ w x + b, its largest terms, and y = f(z). @param {World} world @param {Node} node */
function sum(world, { layer, unit }) {
  const { model, inside } = world;
  const { columns, weight, bias } = model.layers[layer];
  const from = layer ? inside.reading.layers[layer - 1].y : inside.reading.x;
  const row = weight.subarray(unit * columns, (unit + 1) * columns);
  const before = (/** @type {number} */ j) => ({ layer: layer - 1, unit: j });
  const { items, rest, others } = largestTerms(world, row, from, TERMS, before, (input) => ({ kind: "weight", layer, unit, input }));
  return [
    formula(`z = Σ w ${layer ? "y" : "x"} + b = ${shown(inside.reading.layers[layer].z[unit])}`),
    note(say("largest", { count: columns })),
    items,
    formula(`+ ${shown(rest)}  (${say("rest", { count: others })})`),
    list(leadTo(world, { kind: "bias", layer, unit }, `+ ${shown(bias[unit])}  (${say("bias")} b)`)),
    ...outcome(world, { layer, unit }),
  ];
}

/** @param {World} world @param {Node} node */
function outcome({ model, inside }, { layer, unit }) {
  const { reading } = inside;
  const [z, y] = [reading.layers[layer].z[unit], reading.layers[layer].y[unit]];
  const { formula: f, derivative, slope } = behind(model, layer);
  const lines = [];
  if (model.layers[layer].off?.has(unit)) lines.push(formula("y = 0"), note(say("unit.off")));
  else if (f !== "z") {
    lines.push(formula(`y = f(z) = ${shown(y)}`), note(`f(z) = ${f}`), formula(`f′(z) = ${shown(slope(z))}`), note(`f′(z) = ${derivative}`));
  }
  if (layer < model.layers.length - 1) return lines;
  const { probabilities } = reading;
  const logits = reading.layers[layer].y;
  const t = model.temperature;
  const power = (/** @type {number} */ number) => `e^(${shown(logits[number])}${t === 1 ? "" : ` / ${shown(t)}`})`;
  const largestOnes = ranked(probabilities).slice(0, POWERS).map(power).join(" + ");
  return [...lines, formula(`p = ${power(unit)} / (${largestOnes} + …) = ${percent(probabilities[unit])}`)];
}

/** What the node adds to the units behind it. @param {World} world @param {Node} node */
function next(world, { layer, unit }) {
  const { model, inside } = world;
  const above = model.layers[layer + 1];
  if (!above) return [];
  const value = layer < 0 ? inside.reading.x[unit] : inside.reading.layers[layer].y[unit];
  const weights = Array.from({ length: above.rows }, (_, i) => above.weight[i * above.columns + unit]);
  const behindIt = (/** @type {number} */ i) => ({ layer: layer + 1, unit: i });
  const { items } = largestTerms(world, weights, weights.map(() => value), FEEDS, behindIt, (i) => ({ kind: "weight", layer: layer + 1, unit: i, input: unit }));
  return [note(say("feeds")), items];
}
