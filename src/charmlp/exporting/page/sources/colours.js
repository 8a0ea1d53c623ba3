// Numbers as colours: blue above 0, orange below, the paper's own between them, in a light page and a dark one.

import { contextOf } from "./elements.js";

/** A colour of the style sheet as [red, green, blue]. @param {string} name */
function colour(name) {
  const text = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
}

/** @type {Record<string, number[]> | null} */
let table = null;

/** The colours of the page as it is now, light or dark. */
export function palette() {
  table ??= Object.fromEntries(["paper", "ink", "for", "against", "accent"].map((name) => [name, colour(`--${name}`)]));
  return table;
}

/** The page has become dark, or light. */
export function forgetColours() {
  table = null;
}

/**
 * Pixels of values, of which ±most has the full colour; 0 is the paper.
 *
 * @param {Values} values @param {number} most @param {number} width @param {number} height
 */
export function diverging(values, most, width, height) {
  const { paper, for: above, against: below } = palette();
  const image = new ImageData(width, height);
  values.forEach((value, i) => {
    const share = Math.min(1, Math.abs(value) / (most || 1));
    const end = value > 0 ? above : below;
    for (let part = 0; part < 3; part++) image.data[4 * i + part] = paper[part] + share * (end[part] - paper[part]);
    image.data[4 * i + 3] = 255;
  });
  return image;
}

/** The colour of one value, as `diverging` has it. @param {number} value @param {number} most */
export function divergingColour(value, most) {
  const { paper, for: above, against: below } = palette();
  const share = Math.min(1, Math.abs(value) / (most || 1));
  const end = value > 0 ? above : below;
  return `rgb(${paper.map((part, i) => Math.round(part + share * (end[i] - part)))})`;
}

/** Pixels of values from lowest, black, to highest, white. @param {Values} values @param {number} width @param {number} height */
export function greys(values, width, height) {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const image = new ImageData(width, height);
  values.forEach((value, i) => {
    image.data.fill((255 * (value - low)) / (high - low || 1), 4 * i, 4 * i + 3);
    image.data[4 * i + 3] = 255;
  });
  return image;
}

/** The largest of what values are without their sign. @param {Values} values */
export function largest(values) {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** A canvas of one picture, pixel by pixel, made larger by the style sheet. @param {ImageData} image @param {string} label */
export function pictureCanvas(image, label) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  canvas.className = "pixels";
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  contextOf(canvas).putImageData(image, 0, 0);
  return canvas;
}
