// Changing the network by hand: a weight or a bias by its number, a unit off and on, another activation.

import { ACTIVATIONS } from "./activations.js";
import { largest } from "./colours.js";
import { by, make, oncePerFrame } from "./elements.js";
import { nameOf, shortName } from "./naming.js";
import { isThere, valueOf } from "./weighing.js";
import { say, shown } from "./words.js";

const MOST_WEIGHT = 1000; // a number that may be typed
const WIDER = 1.5; // than its layer's largest: how far the slider goes

/** @typedef {import("./naming.js").Node} Node */

export class Editing {
  /** @param {import("./weights.js").Model} model @param {import("./changes.js").Changes} changes */
  constructor(model, changes) {
    this.model = model;
    this.changes = changes;
    this.controls = ""; // which are shown
    this.refresh = () => {};
    by("act").append(...Object.keys(ACTIVATIONS).map((name) => make("option", { value: name }, name)));
    by("act").addEventListener("change", () => this.activate(by("act").value));
  }

  /** @param {string} act */
  activate(act) {
    if (act !== this.model.act) this.changes.make({ key: "did.act", blanks: { before: this.model.act, after: act } }, { act });
  }

  /** The controls of a node; those that are there stay, so that one can go on moving them. @param {Node | null} node */
  show(node) {
    by("act").value = this.model.act;
    const wanted = JSON.stringify([node, document.documentElement.lang]);
    if (wanted !== this.controls) by("unit-edit").replaceChildren(...this.controlsOf(node));
    this.controls = wanted;
    this.refresh();
  }

  /** @param {Node | null} node @returns {HTMLElement[]} */
  controlsOf(node) {
    this.refresh = () => {};
    if (!node) return [];
    const { kind = "unit", layer } = node;
    if (kind === "weight" || kind === "bias") return this.number(node);
    return kind === "unit" && layer >= 0 && layer < this.model.layers.length - 1 ? [this.switch(node)] : [];
  }

  /** @param {Node} node */
  switch(node) {
    const button = make("button", { type: "button" });
    button.addEventListener("click", () => this.turn(node));
    this.refresh = () => {
      const isOff = this.model.layers[node.layer].off?.has(node.unit) ?? false;
      button.textContent = say(isOff ? "unit.on" : "unit.kill");
      button.setAttribute("aria-pressed", String(isOff));
    };
    return make("p", {}, button);
  }

  /** Switch a unit off, or on again. @param {Node} node */
  turn({ layer, unit }) {
    const off = new Set(this.model.layers[layer].off);
    const isOff = off.delete(unit);
    if (!isOff) off.add(unit);
    const layers = this.model.layers.map((each, number) => (number === layer ? { ...each, off } : each));
    this.changes.make({ key: isOff ? "did.on" : "did.kill", blanks: { name: shortName(this.model, { layer, unit }) } }, { layers });
  }

  /** @param {Node} node */
  number(node) {
    const { weight, bias } = this.model.layers[node.layer];
    const most = WIDER * Math.max(largest(node.kind === "bias" ? bias : weight), 0.1);
    const label = nameOf(this.model, node);
    const field = make("input", { type: "number", step: "any", "aria-label": label });
    const slider = make("input", { type: "range", min: String(-most), max: String(most), step: "any", "aria-label": label });
    const wrong = make("p", { className: "soft", role: "alert" });
    const slide = oncePerFrame(() => this.edit(node, Number(slider.value)));
    slider.addEventListener("input", slide);
    field.addEventListener("change", () => {
      const value = field.value === "" ? NaN : Number(field.value);
      const isFine = Math.abs(value) <= MOST_WEIGHT;
      wrong.textContent = isFine ? "" : say("weight.wrong", { most: MOST_WEIGHT });
      field.setAttribute("aria-invalid", String(!isFine));
      if (isFine) this.edit(node, value);
    });
    this.refresh = () => {
      if (!isThere(this.model, node)) return;
      const value = valueOf(this.model, node);
      if (document.activeElement !== field) field.value = String(Number(value.toPrecision(6)));
      if (Number(slider.value) !== value) slider.value = String(value);
    };
    return [make("div", { className: "edit" }, field, slider), wrong];
  }

  /** Give a weight or a bias another value. @param {Node} node @param {number} value */
  edit(node, value) {
    const { kind, layer, unit, input = 0 } = node;
    const after = Math.fround(value);
    const before = valueOf(this.model, node);
    if (after === before) return;
    const layers = this.model.layers.map((each, number) => {
      if (number !== layer) return each;
      const [weight, bias] = kind === "bias" ? [each.weight, each.bias.slice()] : [each.weight.slice(), each.bias];
      if (kind === "bias") bias[unit] = after;
      else weight[unit * each.columns + input] = after;
      return { ...each, weight, bias };
    });
    const name = shortName(this.model, node);
    const first = this.changes.now.of === name ? this.changes.now.told?.blanks.before : shown(before, 4);
    this.changes.make({ key: "did.edit", blanks: { name, before: first ?? "", after: shown(after, 4) } }, { layers }, { of: name });
  }
}
