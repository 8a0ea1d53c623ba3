// The formula of a pixel, a unit or a class with the numbers in it, and where they come from.

import { diverging, greys, largest, pictureCanvas } from "./colours.js";
import { by, make } from "./elements.js";
import { behind } from "./network.js";
import { ranked } from "./answering.js";
import { nameOf } from "./showing.js";
import { percent, say, shown } from "./words.js";

const TERMS = 6; // of a sum
const FEEDS = 4; // of what a unit feeds
const POWERS = 3; // of softmax's sum

/** Write down how a node comes about; `choose` is called with the node that a button leads to. */
export function explain(model, inside, node, choose) {
  by("close").hidden = !node;
  by("unit").classList.toggle("chosen", Boolean(node));
  by("unit-title").textContent = node ? nameOf(model, node) : say("unit.none");
  by("unit-body").replaceChildren(...(node ? bodyOf(model, inside, node, choose) : [note(say("unit.how"))]));
}

function bodyOf(model, inside, node, choose) {
  const { reading } = inside;
  if (!reading) return [note(say("unit.draw"))];
  if (node.layer < 0) return pixel(model, reading, node, choose);
  return [...pictures(model, inside, node), ...sum(model, reading, node, choose), ...next(model, reading, node, choose)];
}

const note = (text) => make("p", { className: "soft" }, text);
const formula = (text) => make("p", { className: "formula" }, text);

function link(model, node, text, choose) {
  const button = make("button", { type: "button", className: "term", title: nameOf(model, node) }, text, " ", make("small", {}, short(model, node)));
  button.addEventListener("click", () => choose(node));
  return make("li", {}, button);
}

/** Where a term comes from, in little room: x₅,₇ is the pixel of row 5, column 7. */
function short(model, { layer, unit }) {
  const w = model.size[1];
  if (layer < 0) return `x ${Math.floor(unit / w) + 1},${(unit % w) + 1}`;
  return layer === model.layers.length - 1 ? model.classes[unit] : `y ${layer + 1}.${unit + 1}`;
}

function pixel(model, reading, { unit }, choose) {
  const [h, w] = model.size;
  const { grey, x, mean, deviation } = reading;
  const words =
    model.preprocessing === "scale"
      ? `x = 2 · ${grey[unit]} / 255 − 1 = ${shown(x[unit])}`
      : `x = (p − mean) / deviation = (${grey[unit]} − ${shown(mean, 1)}) / ${shown(deviation, 1)} = ${shown(x[unit])}`;
  const values = { p: grey[unit] };
  const found = [formula(`p = ${grey[unit]}`), note(say("pixel.grey", values)), formula(words)];
  if (deviation < 0) found.push(note(say("pixel.turned")));
  if (reading.isDrawn) found.push(note(say("pixel.box", { h, w })));
  return [...found, ...next(model, reading, { layer: -1, unit }, choose)];
}

/** What a unit looks for; in the first layer also what it gets, and what comes of both. */
function pictures(model, inside, { layer, unit }) {
  if (layer === model.layers.length - 1 && layer > 0) return [];
  const [h, w] = model.size;
  const own = layer ? inside.pictures[layer] : model.layers[0].weight;
  if (!own) return []; // not painted yet
  const weights = own.subarray(unit * h * w, (unit + 1) * h * w);
  const framed = (image, words) => make("figure", {}, pictureCanvas(image, words), make("figcaption", {}, words));
  const shownOnes = [framed(diverging(weights, largest(weights), w, h), say("weights"))];
  if (layer === 0) {
    const { x } = inside.reading;
    const products = weights.map((weight, i) => weight * x[i]);
    shownOnes.push(framed(greys(x, w, h), say("inputs")), framed(diverging(products, largest(products), w, h), say("products")));
  }
  return [make("div", { className: "trio" }, ...shownOnes)];
}

/** z = Σ w x + b, its largest terms, and y = f(z). */
function sum(model, reading, { layer, unit }, choose) {
  const { columns, weight, bias } = model.layers[layer];
  const from = layer ? reading.layers[layer - 1].y : reading.x;
  const row = weight.subarray(unit * columns, (unit + 1) * columns);
  const terms = Float64Array.from(row, (w, j) => w * from[j]);
  const order = [...terms.keys()].sort((a, b) => Math.abs(terms[b]) - Math.abs(terms[a]));
  const top = order.slice(0, TERMS);
  const { z, y } = reading.layers[layer];
  const rest = z[unit] - bias[unit] - top.reduce((total, j) => total + terms[j], 0);
  const term = (j) => link(model, { layer: layer - 1, unit: j }, `${shown(row[j])} · ${shown(from[j])} = ${shown(terms[j])}`, choose);
  return [
    formula(`z = Σ w ${layer ? "y" : "x"} + b = ${shown(z[unit])}`),
    note(say("largest", { count: columns })),
    make("ul", { className: "terms" }, ...top.map(term)),
    formula(`+ ${shown(rest)}  (${say("rest", { count: Math.max(0, columns - TERMS) })})`),
    formula(`+ ${shown(bias[unit])}  (${say("bias")} b)`),
    ...outcome(model, reading, layer, unit, z[unit], y[unit]),
  ];
}

function outcome(model, reading, layer, unit, z, y) {
  const { formula: f, derivative, slope } = behind(model, layer);
  const lines = [];
  if (f !== "z") {
    lines.push(formula(`y = f(z) = ${shown(y)}`), note(`f(z) = ${f}`), formula(`f′(z) = ${shown(slope(z))}`), note(`f′(z) = ${derivative}`));
  }
  if (layer < model.layers.length - 1) return lines;
  const { probabilities } = reading;
  const logits = reading.layers[layer].y;
  const t = model.temperature;
  const power = (number) => `e^(${shown(logits[number])}${t === 1 ? "" : ` / ${shown(t)}`})`;
  const largestOnes = ranked(probabilities).slice(0, POWERS).map(power).join(" + ");
  return [...lines, formula(`p = ${power(unit)} / (${largestOnes} + …) = ${percent(probabilities[unit])}`)];
}

/** What the node adds to the units behind it. */
function next(model, reading, { layer, unit }, choose) {
  const above = model.layers[layer + 1];
  if (!above) return [];
  const value = layer < 0 ? reading.x[unit] : reading.layers[layer].y[unit];
  const weights = Array.from({ length: above.rows }, (_, i) => above.weight[i * above.columns + unit]);
  const order = [...weights.keys()].sort((a, b) => Math.abs(weights[b] * value) - Math.abs(weights[a] * value));
  const term = (i) => link(model, { layer: layer + 1, unit: i }, `${shown(weights[i])} · ${shown(value)} = ${shown(weights[i] * value)}`, choose);
  return [note(say("feeds")), make("ul", { className: "terms" }, ...order.slice(0, FEEDS).map(term))];
}
