// What is said of a mistake: the doctor's sentences in the page's language, their blanks filled.

import { make } from "./elements.js";
import { say } from "./words.js";

/** @typedef {import("./library.js").Library} Library */
/** @typedef {import("./library.js").Text} Text */
/** @typedef {import("./diagnosing.js").Mistake} Mistake */
/** @typedef {{row: number, text: string, hint: string, topic: string}} Told */

const isChinese = () => document.documentElement.lang.startsWith("zh");

/** A text in the page's language. @param {Text} text */
const inLanguage = (text) => (typeof text === "string" ? text : text[isChinese() ? 1 : 0]);

/**
 * A mistake in words, with the others that fit as well.
 *
 * @param {Library} library
 * @param {Mistake} mistake
 * @param {string} kind
 * @param {string} inputs whose gradient it is; "" for the only one
 * @returns {Told}
 */
export function told(library, { name, values, others }, kind, inputs) {
  const language = isChinese() ? "zh" : "en";
  const [whose, whoseAll, either] = library.always[language];
  const filled = (/** @type {string} */ sentence, /** @type {Record<string, Text>} */ blanks) =>
    sentence.replace(/\{(\w+)\}/g, (blank, key) => (key in blanks ? inLanguage(blanks[key]) : blank));
  const blanks = (/** @type {Record<string, Text>} */ own) => ({ ...own, whose: filled(inputs ? whose : whoseAll, { inputs }) });
  const entry = (/** @type {string} */ of) => library.mistakes[`${of}@${kind}`] ?? library.mistakes[of];
  const [row, ofKind, text, hint] = entry(name);
  const sentence = (/** @type {number} */ place, /** @type {Record<string, Text>} */ own) => filled(library.sentences[language][place], blanks({ ...values, ...own }));
  const texts = new Set([sentence(text, {}), ...others.map(([other, own]) => sentence(entry(other)[2], own))]);
  const [first, ...more] = texts;
  return {
    row,
    text: more.reduce((one, other) => filled(either, { one, other }), first),
    hint: sentence(hint, {}),
    topic: ofKind ? kind : name.split(/[.@]/)[0],
  };
}

/** The same for the page: what it is, the question that leads on, and where more is read. @param {Told} told */
export function mistakeElements({ row, text, hint, topic }) {
  const number = row ? say("mistake.row", { row }) : "";
  return [
    make("p", { className: "mistake" }, text),
    make("p", {}, hint),
    make("p", { className: "soft" }, `${number} ${say("mistake.more")} `, make("code", {}, `charmlp doctor --explain ${topic}`)),
  ];
}
