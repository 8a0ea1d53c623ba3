// What a unit looks for, as a picture: its weights; in a deeper layer, the product of the weights down to the pixels.

import { diverging, largest } from "./colours.js";
import { contextOf } from "./elements.js";

const MOST_TILES = 1024; // units of a layer that are shown
const ACROSS = 32; // tiles in a row of a sheet
const SLICE = 24; // units between two pauses

/** How many units of a layer have a tile. @param {Model} model @param {number} layer */
export const tilesOf = (model, layer) => Math.min(MOST_TILES, model.layers[layer].rows);

/**
 * W x for the pictures x of the layer below, one unit.
 *
 * @param {Linear} layer @param {number} unit @param {Float32Array} below @param {number} pixels
 */
function through({ columns, weight }, unit, below, pixels) {
  const found = new Float32Array(pixels);
  for (let j = 0; j < columns; j++) {
    const w = weight[unit * columns + j];
    for (let i = 0, at = j * pixels; i < pixels; i++) found[i] += w * below[at + i];
  }
  return found;
}

/** Tiles of a layer on one sheet, painted piece by piece. */
export class Sheet {
  /** @param {Model} model @param {number} layer */
  constructor(model, layer) {
    const [height, width] = model.size;
    this.height = height;
    this.width = width;
    this.count = tilesOf(model, layer);
    this.canvas = document.createElement("canvas");
    this.canvas.width = ACROSS * this.width;
    this.canvas.height = Math.ceil(this.count / ACROSS) * this.height;
  }

  /** @param {number} unit @param {Float32Array} values */
  put(unit, values) {
    const image = diverging(values, 0.6 * largest(values), this.width, this.height);
    contextOf(this.canvas).putImageData(image, (unit % ACROSS) * this.width, Math.floor(unit / ACROSS) * this.height);
  }

  /**
   * @param {CanvasRenderingContext2D} context @param {number} unit @param {number} x @param {number} y
   * @param {number} width @param {number} height
   */
  paint(context, unit, x, y, width, height) {
    const [left, top] = [(unit % ACROSS) * this.width, Math.floor(unit / ACROSS) * this.height];
    context.drawImage(this.canvas, left, top, this.width, this.height, x, y, width, height);
  }
}

/**
 * Paint the sheets of all hidden layers, the lowest first, with pauses in which the page answers.
 *
 * `done` is told each layer that is painted; `isOld` says whether the weights have changed meanwhile. What is
 * worked with is kept in `pictures`, by layer: all units'.
 * @param {Model} model @param {Sheet[]} sheets @param {Float32Array[]} pictures @param {(layer: number) => void} done @param {() => boolean} isOld
 */
export async function paintSheets(model, sheets, pictures, done, isOld) {
  const pixels = model.size[0] * model.size[1];
  for (let layer = 0; layer < sheets.length; layer++) {
    const { rows, weight } = model.layers[layer];
    const known = layer < pictures.length;
    const own = known ? pictures[layer] : layer ? new Float32Array(rows * pixels) : weight;
    for (let unit = 0; unit < rows; unit++) {
      if (!known && layer) own.set(through(model.layers[layer], unit, pictures[layer - 1], pixels), unit * pixels);
      if (unit < sheets[layer].count) sheets[layer].put(unit, own.subarray(unit * pixels, (unit + 1) * pixels));
      if (unit % SLICE === SLICE - 1) await pause();
      if (isOld()) return;
    }
    pictures[layer] = own;
    done(layer);
  }
}

const pause = () => new Promise((go) => setTimeout(go));
