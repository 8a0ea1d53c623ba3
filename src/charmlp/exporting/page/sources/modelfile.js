// charmlp's model file (.safetensors), as charmlp.modelfile.native writes and reads it.
//
// 8 bytes: how long the header is; the header, JSON: each tensor's type, shape and place, and under `__metadata__`
// what charmlp says of the model, JSON again; the numbers, float32. Its checksum is the SHA-256 of the whole file with 64
// zeros in the checksum's place.

import { ACTIVATIONS } from "./activations.js";
import { sha256 } from "./sha256.js";

const KEY = "charmlp";
const NO_SUM = "0".repeat(64);
const PREPROCESSINGS = ["scale", "standardize", "light_ink"]; // those of inputs.js
const CROPS = ["none", "auto"]; // those of crop.js
const LARGEST_HEADER = 16 * 2 ** 20;

/**
 * @typedef {import("./weights.js").Model} Model
 * @typedef {import("./weights.js").Linear} Linear
 */

/** Why a file is not taken: a sentence of words.js. */
export class NotAModel extends Error {
  /** @param {string} key @param {Record<string, string>} blanks */
  constructor(key, blanks = {}) {
    super(key);
    this.key = key;
    this.blanks = blanks;
  }
}

/** The layers as a file can have them: what a unit that is switched off would add is 0. @param {Model} model @returns {Linear[]} */
export function folded({ layers }) {
  return layers.map((layer, number) => {
    const off = layers[number - 1]?.off;
    if (!off?.size) return layer;
    const weight = layer.weight.slice();
    for (let i = 0; i < layer.rows; i++) for (const unit of off) weight[i * layer.columns + unit] = 0;
    return { ...layer, weight };
  });
}

/** @param {Model} model @param {Record<string, unknown>} provenance where it comes from, and what was done to it @returns {Uint8Array<ArrayBuffer>} */
export function toFile(model, provenance) {
  const layers = folded(model);
  const { constants } = ACTIVATIONS[model.act];
  const facts = {
    format: 1,
    classes: model.classes,
    norm_size: model.size,
    preprocessing: model.preprocessing,
    act_type: model.act,
    crop: model.crop,
    ground: model.ground,
    ...(constants ? { act_constants: constants } : {}),
    ...(model.temperature === 1 ? {} : { temperature: model.temperature }),
    ...(model.familiarity ? { familiarity: model.familiarity } : {}),
    hidden_size: layers.slice(0, -1).map(({ rows }) => rows),
    provenance,
  };
  const text = `${JSON.stringify(facts).slice(0, -1)}, "checksum": "${NO_SUM}"}`; // with the blank that charmlp looks for
  /** @type {Record<string, unknown>} */
  const table = { __metadata__: { [KEY]: text } };
  let place = 0;
  const tensors = layers.flatMap(({ rows, columns, weight, bias }, number) => {
    const parts = [{ name: "weight", shape: [rows, columns], values: weight }, { name: "bias", shape: [rows], values: bias }];
    for (const { name, shape, values } of parts) {
      table[`net.${2 * number}.${name}`] = { dtype: "F32", shape, data_offsets: [place, (place += 4 * values.length)] };
    }
    return parts;
  });
  const plain = new TextEncoder().encode(JSON.stringify(table));
  const length = Math.ceil(plain.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + place).fill(32, 0, 8 + length); // blanks behind the header
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(length), true);
  bytes.set(plain, 8);
  let at = 8 + length;
  for (const { values } of tensors) for (const value of values) view.setFloat32((at += 4) - 4, value, true);
  const head = bytes.subarray(0, 8 + plain.length);
  head.set(new TextEncoder().encode(sha256(bytes)), sumPlace(head, NO_SUM));
  return bytes;
}

/** Where a checksum stands in a header: the last place where these digits do. @param {Uint8Array} head @param {string} digits */
function sumPlace(head, digits) {
  const text = new TextDecoder("latin1").decode(head);
  return text.lastIndexOf(`\\"checksum\\": \\"${digits}\\"`) + '\\"checksum\\": \\"'.length;
}

/** The network of a file. @param {Uint8Array} bytes @returns {Partial<Model>} @throws {NotAModel} */
export function fromFile(bytes) {
  const { table, start } = headerOf(bytes);
  const facts = factsOf(table);
  const layers = layersOf(table, bytes, start);
  const copy = bytes.slice();
  copy.set(new TextEncoder().encode(NO_SUM), sumPlace(copy.subarray(0, start), facts.checksum));
  if (sha256(copy) !== facts.checksum) throw new NotAModel("load.damaged");
  const [h, w] = facts.norm_size;
  const fits = layers[0].columns === h * w && layers[layers.length - 1].rows === facts.classes.length;
  if (!fits || layers.some(({ weight, bias }) => ![...bias].every(Number.isFinite) || !weight.every(Number.isFinite))) throw new NotAModel("load.damaged");
  return {
    classes: facts.classes,
    size: [h, w],
    preprocessing: facts.preprocessing,
    crop: facts.crop ?? "none",
    ground: facts.ground ?? "white",
    act: facts.act_type,
    temperature: facts.temperature ?? 1,
    familiarity: facts.familiarity ?? null,
    provenance: facts.provenance,
    bits: 32,
    layers,
  };
}

/** @param {Uint8Array} bytes @returns {{table: any, start: number}} */
function headerOf(bytes) {
  if (bytes.length < 16) throw new NotAModel("load.not");
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > Math.min(bytes.length - 8, LARGEST_HEADER)) throw new NotAModel("load.not");
  try {
    return { table: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length))), start: 8 + length };
  } catch {
    throw new NotAModel("load.not");
  }
}

/** @param {any} table @returns {any} what charmlp says of the model */
function factsOf(table) {
  let facts = null;
  try {
    facts = JSON.parse(table.__metadata__[KEY]);
  } catch {
    throw new NotAModel("load.not");
  }
  if (facts?.format !== 1) throw new NotAModel("load.unknown", { what: `format ${facts?.format}` });
  const { classes, norm_size: size, act_type: act, preprocessing, crop = "none" } = facts;
  const isSound =
    Array.isArray(classes) && classes.length > 1 && classes.every((name) => typeof name === "string") &&
    Array.isArray(size) && size.length === 2 && size.every((side) => Number.isInteger(side) && side > 0) && /^[0-9a-f]{64}$/.test(facts.checksum);
  if (!isSound) throw new NotAModel("load.damaged");
  if (!Object.hasOwn(ACTIVATIONS, act)) throw new NotAModel("load.unknown", { what: String(act) });
  if (!PREPROCESSINGS.includes(preprocessing)) throw new NotAModel("load.unknown", { what: String(preprocessing) });
  if (!CROPS.includes(crop)) throw new NotAModel("load.unknown", { what: `crop ${crop}` });
  return facts;
}

/** @param {any} table @param {Uint8Array} bytes @param {number} start of the numbers @returns {Linear[]} */
function layersOf(table, bytes, start) {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  /** @param {string} name @param {number} sides */
  const read = (name, sides) => {
    const { dtype, shape, data_offsets: offsets } = table[name] ?? {};
    const isThere = dtype === "F32" && Array.isArray(shape) && shape.length === sides && Array.isArray(offsets);
    if (!isThere) throw new NotAModel("load.damaged");
    const count = shape.reduce((product, side) => product * side, 1);
    if (!(count > 0) || offsets[1] - offsets[0] !== 4 * count || !(offsets[0] >= 0) || start + offsets[1] > bytes.length) throw new NotAModel("load.damaged");
    return { shape, values: Float32Array.from({ length: count }, (_, i) => view.getFloat32(start + offsets[0] + 4 * i, true)) };
  };
  const count = (Object.keys(table).length - 1) / 2;
  if (!Number.isInteger(count) || count < 1) throw new NotAModel("load.damaged");
  const layers = Array.from({ length: count }, (_, number) => {
    const [weight, bias] = [read(`net.${2 * number}.weight`, 2), read(`net.${2 * number}.bias`, 1)];
    const [rows, columns] = weight.shape;
    if (bias.shape[0] !== rows) throw new NotAModel("load.damaged");
    return { rows, columns, weight: weight.values, bias: bias.values };
  });
  if (layers.some(({ columns }, number) => number && columns !== layers[number - 1].rows)) throw new NotAModel("load.damaged");
  return layers;
}
