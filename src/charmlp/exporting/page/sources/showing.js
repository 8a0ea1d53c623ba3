// How the network reads: pixels, what is for and against, hidden units, logits, softmax, from left to right.

import { diverging, greys, largest, palette } from "./colours.js";
import { Classes } from "./classes.js";
import { become, by, make } from "./elements.js";
import { nameOf } from "./naming.js";
import { attribute } from "./network.js";
import { ranked } from "./answering.js";
import { Sheet, paintSheets, tilesOf } from "./templates.js";
import { Tiles } from "./tiles.js";
import { say, shown } from "./words.js";

const DIM = 0.55; // a unit while nothing is read
const FAINT = 0.13; // a unit that says nothing
const SOFTER = 0.6; // to the eye, half of the light is more than half as light
const LIT = 0.02; // of the most that a unit of its layer says

/** @typedef {{figure: HTMLElement, title: HTMLElement, words: HTMLElement, content: HTMLElement}} Figure */

export class Inside {
  /** @type {Reading & {most: number[]} | null} */
  reading = null;
  /** @type {Float64Array | null} */
  reasons = null; // what each pixel adds to the guess's logit
  guess = 0;
  /** @type {Float32Array[]} */
  pictures = []; // what the units of each hidden layer look for
  /** @type {Sheet[]} */
  sheets = [];
  /** @type {Tiles[]} */
  layers = [];
  // what `build` makes
  /** @type {Tiles} */
  seen = /** @type {any} */ (null);
  /** @type {Tiles} */
  why = /** @type {any} */ (null);
  /** @type {Classes} */
  classes = /** @type {any} */ (null);
  /** @type {Figure[]} */
  figures = [];

  /** @param {import("./weights.js").Model} model @param {(node: import("./naming.js").Node) => void} choose */
  constructor(model, choose) {
    this.model = model;
    this.choose = choose;
    this.build();
    this.recolour();
  }

  /** In the colours, and the language, of the page as it is now. */
  recolour() {
    const pictures = this.pictures;
    paintSheets(this.model, this.sheets, pictures, (layer) => this.layers[layer].paint(), () => pictures !== this.pictures);
    this.update(this.reading);
  }

  /** The weights are others now, or the network has another shape. */
  forget() {
    if (this.shape !== shapeOf(this.model)) this.build();
    this.pictures = [];
    this.recolour();
  }

  build() {
    const { model } = this;
    this.shape = shapeOf(model);
    this.reading = null;
    this.reasons = null;
    this.sheets = model.layers.slice(0, -1).map((_, layer) => new Sheet(model, layer));
    this.pictures = [];
    const [h, w] = model.size;
    const pixels = { count: h * w, columns: w, ratio: 1, side: 4, gap: 0 };
    const chooseAt = (/** @type {number} */ layer) => (/** @type {number} */ unit) => this.choose({ layer, unit });
    this.seen = new Tiles({ ...pixels, image: () => this.seenImage(), told: (i) => this.told(-1, i), choose: chooseAt(-1) });
    this.why = new Tiles({ ...pixels, image: () => this.reasonsImage(), told: (i) => this.toldReason(i), choose: chooseAt(-1) });
    this.layers = this.sheets.map(
      (sheet, layer) =>
        new Tiles({
          count: sheet.count,
          side: 26,
          gap: 3,
          ratio: h / w,
          paint: (context, unit, ...box) => this.paintUnit(context, layer, unit, box),
          told: (unit) => this.told(layer, unit),
          choose: chooseAt(layer),
        }),
    );
    this.classes = new Classes(model, chooseAt(model.layers.length - 1));
    this.figures = [
      this.figure(this.seen.canvas, "small"),
      this.figure(this.why.canvas, "small"),
      ...this.layers.map((tiles) => this.figure(tiles.canvas, "wide")),
      this.figure(this.classes.list, "wide"),
    ];
    by("stages").replaceChildren(...this.figures.map(({ figure }) => figure));
  }

  /** @param {HTMLElement} content @param {string} kind */
  figure(content, kind) {
    const [title, words] = [make("h3"), make("p", { className: "soft" })];
    return { figure: make("figure", { className: kind }, make("figcaption", {}, title, words), content), title, words, content };
  }

  // What a tile looks like, and what it says

  seenImage() {
    const [h, w] = this.model.size;
    return this.reading ? greys(this.reading.x, w, h) : this.flat();
  }

  reasonsImage() {
    const [h, w] = this.model.size;
    return this.reasons ? diverging(this.reasons, 0.8 * largest(this.reasons), w, h) : this.flat();
  }

  flat() {
    const [h, w] = this.model.size;
    return diverging(new Float64Array(h * w), 1, w, h);
  }

  /** @param {CanvasRenderingContext2D} context @param {number} layer @param {number} unit @param {Place} place */
  paintUnit(context, layer, unit, [x, y, width, height]) {
    context.globalAlpha = 1;
    context.fillStyle = `rgb(${palette().paper})`;
    context.fillRect(x, y, width, height);
    context.globalAlpha = this.reading ? FAINT + (1 - FAINT) * this.strength(layer, unit) ** SOFTER : DIM;
    this.sheets[layer].paint(context, unit, x, y, width, height);
    if (!this.isOff(layer, unit)) return;
    context.globalAlpha = 1;
    context.strokeStyle = `rgb(${palette().against})`;
    context.lineWidth = 2;
    context.beginPath();
    for (const [from, to] of [[x, x + width], [x + width, x]]) {
      context.moveTo(from, y);
      context.lineTo(to, y + height);
    }
    context.stroke();
  }

  /** @param {number} layer @param {number} unit */
  isOff(layer, unit) {
    return this.model.layers[layer]?.off?.has(unit) ?? false;
  }

  /** @param {number} layer @param {number} unit */
  strength(layer, unit) {
    return this.reading ? Math.abs(this.reading.layers[layer].y[unit]) / (this.reading.most[layer] || 1) : 0;
  }

  /** @param {number} layer @param {number} unit */
  told(layer, unit) {
    const value = this.reading ? (layer < 0 ? this.reading.x[unit] : this.reading.layers[layer].y[unit]) : 0;
    const name = nameOf(this.model, { layer, unit });
    return say(this.isOff(layer, unit) ? "value.off" : "value", { name, value: this.reading ? shown(value) : "–" });
  }

  /** @param {number} unit */
  toldReason(unit) {
    return say("value", { name: nameOf(this.model, { layer: -1, unit }), value: this.reasons ? shown(this.reasons[unit], 3) : "–" });
  }

  // What is read has changed

  /** At once, while one draws. @param {Reading | null} reading */
  update(reading) {
    this.reading = reading && { ...reading, most: reading.layers.map(({ y }) => largest(y)) };
    if (!reading) this.reasons = null;
    for (const tiles of [this.seen, this.why, ...this.layers]) tiles.paint();
    this.label();
    this.classes.show(this.reading);
  }

  /** When the pen rests: what takes longer. */
  settle() {
    if (this.reading) {
      this.guess = ranked(this.reading.probabilities)[0];
      this.reasons = attribute(this.model, this.reading.x, this.guess);
    }
    for (const tiles of [this.seen, this.why, ...this.layers]) tiles.tell();
    this.why.paint();
    this.label();
  }

  /** Which node is chosen; none where it is null. @param {import("./naming.js").Node | null} node */
  mark(node) {
    const { layer, unit } = node ?? { layer: null, unit: null };
    const last = this.model.layers.length - 1;
    this.seen.mark(layer === -1 ? unit : null);
    this.why.mark(null);
    this.layers.forEach((tiles, number) => tiles.mark(layer === number && unit < tilesOf(this.model, number) ? unit : null));
    this.classes.mark(layer === last ? unit : null);
  }

  label() {
    const { model } = this;
    const [h, w] = model.size;
    const set = (/** @type {Figure} */ figure, /** @type {string} */ title, /** @type {string} */ words) => {
      become(figure.title, title);
      become(figure.words, words);
      if (figure.content.tagName === "CANVAS") figure.content.setAttribute("aria-label", title);
    };
    const [seen, why, ...rest] = this.figures;
    set(seen, say("seen"), say(model.preprocessing === "scale" ? "seen.scale" : "seen.more", { h, w }));
    const name = this.reasons ? model.classes[this.guess] : null;
    set(why, name ? say("why", { name }) : say("why0"), name ? say("why.more", { name }) : "");
    this.layers.forEach((_, layer) => {
      const { rows } = model.layers[layer];
      const words = [say(layer ? "hidden.more" : "hidden.first")];
      if (tilesOf(model, layer) < rows) words.push(say("hidden.few", { shown: tilesOf(model, layer) }));
      if (this.reading) words.push(say("lit", { count: this.lit(layer), all: rows }));
      const { off } = model.layers[layer];
      if (off?.size) words.push(say("off.count", { count: off.size }));
      set(rest[layer], say("hidden", { number: layer + 1, count: rows }), words.join(" "));
    });
    set(rest[this.layers.length], say("out"), say("out.more", { t: shown(model.temperature) }));
  }

  /** @param {number} layer */
  lit(layer) {
    return (this.reading?.layers[layer].y ?? new Float64Array()).filter((_, unit) => this.strength(layer, unit) > LIT).length;
  }
}

/** What pictures and tiles are made for. @param {Model} model */
function shapeOf({ size, layers, classes }) {
  return JSON.stringify([size, layers.map(({ rows, columns }) => [rows, columns]), classes]);
}
