// "This was a B": one step of learning, and the gradients that it is made of, from the top down.

import { ranked } from "./answering.js";
import { diverging, largest, pictureCanvas } from "./colours.js";
import { by, make } from "./elements.js";
import { copied, descend, gradients, length, lossOf, restore } from "./learning.js";
import { percent, say, shown } from "./words.js";

const MOST_STEPS = 20; // that can be undone
const MOST_SIDE = 1024; // rows or columns of a matrix that are drawn

export class Teaching {
  /** @param {() => void} changed called when the weights are others */
  constructor(model, changed) {
    this.model = model;
    this.changed = changed;
    this.past = []; // weights before each step
    this.done = null; // what the last step was
    this.stage = 0; // which part of it is lit
    this.x = null; // what is read now
    by("truth").append(...model.classes.map((name, number) => make("option", { value: String(number) }, name)));
    by("learn").addEventListener("click", () => this.learn());
    by("forget").addEventListener("click", () => this.forget());
    by("before").addEventListener("click", () => this.go(-1));
    by("after").addEventListener("click", () => this.go(1));
    this.allow();
  }

  /** What is read now; of another picture than before the runner-up is asked for, until one chooses. */
  reads(reading) {
    const x = reading && !reading.isBlank ? reading.x : null;
    const isOther = x?.some((each, i) => each !== this.x?.[i]);
    this.x = x;
    if (isOther) by("truth").value = String(ranked(reading.probabilities)[1]);
    this.allow();
  }

  allow() {
    by("learn").disabled = !this.x;
    by("forget").disabled = !this.past.length;
    by("before").disabled = !this.done || this.stage === 0;
    by("after").disabled = !this.done || this.stage === this.stages.length - 1;
  }

  get rate() {
    const rate = Number(by("rate").value);
    return Number.isFinite(rate) && rate > 0 ? Math.min(rate, 10) : 0.002;
  }

  learn() {
    const { model, x, rate } = this;
    const truth = Number(by("truth").value);
    this.past = [...this.past, copied(model)].slice(-MOST_STEPS);
    const [before, found] = [lossOf(model, x, truth), gradients(model, x, truth)];
    descend(model, found, rate);
    this.done = { truth, rate, before, after: lossOf(model, x, truth), found, x };
    this.stage = 0;
    this.show();
    this.changed();
  }

  forget() {
    restore(this.model, this.past.pop());
    this.done = null;
    this.show();
    this.changed();
  }

  go(step) {
    this.stage += step;
    this.show();
    by("stage-list").children[this.stage].scrollIntoView({ block: "nearest" });
  }

  // The step, from the top down

  get stages() {
    if (!this.done) return [];
    const { found, truth } = this.done;
    const down = found.layers.map((_, number) => number).reverse();
    return [this.top(found, truth), ...down.map((number) => this.layer(found, number)), this.bottom(found)];
  }

  top({ error }, truth) {
    const q = error[truth] + 1;
    const words = say("learn.error.more", { name: this.model.classes[truth], q: percent(q), e: shown(error[truth]) });
    return { formula: "∂L/∂z = q − y*", words: withNorm(words, error), picture: diverging(error, largest(error), error.length, 1), wide: true };
  }

  layer({ layers }, number) {
    const { delta, input, norm } = layers[number];
    const last = number === layers.length - 1;
    const [i, below] = [number + 1, number ? `y${sub(number)}` : "x"];
    const [rows, columns] = [delta.length, input.length].map((count) => Math.min(MOST_SIDE, count));
    const values = Float64Array.from({ length: rows * columns }, (_, at) => delta[Math.floor(at / columns)] * input[at % columns]);
    const above = `W${sub(i + 1)}ᵀ δ${sub(i + 1)}`;
    const formula = `δ${sub(i)} = ${last ? "∂L/∂z" : `f′(z${sub(i)}) ∘ ${above}`},  ∂L/∂W${sub(i)} = δ${sub(i)} ${below}ᵀ,  ∂L/∂b${sub(i)} = δ${sub(i)}`;
    const blanks = { rows: delta.length, columns: input.length, bias: shown(length(delta), 3), norm: shown(norm, 3) };
    const more = Math.max(delta.length, input.length) > MOST_SIDE ? say("hidden.few", { shown: MOST_SIDE }) : "";
    return { formula, words: `${say("learn.layer.more", blanks)} ${more}`, picture: diverging(values, 0.5 * largest(values), columns, rows), wide: true };
  }

  bottom({ pixels }) {
    const [h, w] = this.model.size;
    return { formula: "∂L/∂x = W₁ᵀ δ₁", words: withNorm(say("learn.pixels.more"), pixels), picture: diverging(pixels, largest(pixels), w, h), wide: false };
  }

  show() {
    const { done, model } = this;
    by("stage-list").replaceChildren(...this.stages.map((stage, number) => stageItem(stage, number === this.stage)));
    by("steps").hidden = !done;
    by("losses").textContent = done
      ? say("learn.losses", { name: model.classes[done.truth], rate: done.rate, before: shown(done.before, 4), after: shown(done.after, 4) })
      : "";
    this.allow();
  }
}

const withNorm = (words, values) => `${words} ${say("learn.norm", { norm: shown(length(values), 3) })}`;

function stageItem({ formula, words, picture, wide }, isLit) {
  const canvas = pictureCanvas(picture, formula);
  if (!wide) canvas.classList.add("square");
  if (picture.height === 1) canvas.classList.add("strip");
  const item = make("li", {}, make("p", { className: "formula" }, formula), make("p", { className: "soft" }, words), canvas);
  if (isLit) item.setAttribute("aria-current", "step");
  return item;
}

/** ₁₂. */
const sub = (number) => [...String(number)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]).join("");
