// One history of all that is done to the network: steps, edits, units switched off, an activation, a sign, a file.

/**
 * @typedef {import("./weights.js").Model} Model
 * @typedef {{key: string, blanks: Record<string, string | number>}} Told a sentence of words.js
 * @typedef {{told: Told | null, of: string, step: any, state: Model, number: number}} Change
 *   state is the network after it; number counts changes since the network came; of is what it changed,
 *   where one that follows at once and changes the same takes its place, or ""
 */

const MOST_NUMBERS = 5e7; // of weights that states hold: 200 MB
const LEAST_KEPT = 10;

export class Changes {
  /** @param {Model} model changed in place, layer by layer @param {() => void} changed called whenever it is another */
  constructor(model, changed) {
    this.model = model;
    this.changed = changed;
    /** @type {Change[]} */
    this.states = [{ told: null, of: "", step: null, state: { ...model }, number: 0 }];
    this.at = 0;
  }

  get now() {
    return this.states[this.at];
  }

  /** How many changes the network has had. */
  get count() {
    return this.now.number;
  }

  /** What was done, in words, the first one first. @returns {Told[]} */
  get told() {
    return this.states.slice(1, this.at + 1).flatMap(({ told }) => told ?? []);
  }

  /** The last step of learning. */
  get step() {
    const steps = this.states.slice(0, this.at + 1).filter(({ step }) => step);
    return steps.length ? steps[steps.length - 1].step : null;
  }

  /** The network as it came with the page. */
  get origin() {
    return this.states[0].state;
  }

  /**
   * @param {Told} told @param {Partial<Model>} parts of the network that are others now
   * @param {{of?: string, step?: any}} more
   */
  make(told, parts, { of = "", step = null } = {}) {
    if (of && of === this.now.of) this.at--;
    const number = this.now.number + 1;
    this.states.length = this.at + 1;
    Object.assign(this.model, parts);
    this.states.push({ told, of, step, state: { ...this.model }, number });
    const weights = this.model.layers.reduce((sum, { weight }) => sum + weight.length, 0);
    if (this.states.length > Math.max(LEAST_KEPT, MOST_NUMBERS / weights)) this.states.splice(1, 1);
    this.go(this.states.length - 1);
  }

  /** @param {number} place among the states */
  go(place) {
    this.at = place;
    Object.assign(this.model, this.now.state);
    this.changed();
  }

  undo() {
    this.go(this.at - 1);
  }

  redo() {
    this.go(this.at + 1);
  }

  /** The network as it came; `redo` leads back again. */
  back() {
    this.go(0);
  }
}
