// What stands beside the pad: the guess, how sure it is, and the most probable classes.

import { become, by, make } from "./elements.js";
import { isStrange } from "./familiarity.js";
import { percent, say } from "./words.js";

const SURE = 0.6; // a guess of less is "not sure"
const SHOWN = 5; // classes
const LIKELY = 0.15; // a class that "not sure" names

/** The classes by their probability, best first. @param {Float64Array} probabilities */
export function ranked(probabilities) {
  return [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
}

/** @param {import("./weights.js").Model} model @param {Reading | null} reading null where nothing is drawn */
export function showAnswer(model, reading) {
  const seen = reading && !reading.isBlank ? reading : null;
  const order = seen ? ranked(seen.probabilities) : [];
  const { guess, isSure, words } = seen ? judged(model, seen, order) : { guess: "", isSure: false, words: "" };
  become(by("guess"), guess);
  by("guess").classList.toggle("unsure", !isSure);
  become(by("lead"), say(seen ? "reads" : reading ? "blank" : "nothing"));
  become(by("sure"), words);
  showBars(model, order.slice(0, SHOWN).map((number) => ({ name: model.classes[number], p: seen?.probabilities[number] ?? 0 })));
}

/** The guess and what is said of it. @param {Model} model @param {Reading} reading @param {number[]} order */
function judged(model, reading, order) {
  const best = reading.probabilities[order[0]];
  const strange = isStrange(model, reading);
  if (best >= SURE && !strange) return { guess: model.classes[order[0]], isSure: true, words: say("sure", { p: percent(best) }) };
  return { guess: say("unsure"), isSure: false, words: say(strange ? "strange" : "between", { names: perhaps(model, reading, order) }) };
}

/** @param {Model} model @param {Reading} reading @param {number[]} order */
function perhaps(model, { probabilities }, order) {
  const likely = order.slice(0, 3).filter((number, place) => place === 0 || probabilities[number] >= LIKELY);
  return likely.map((number) => model.classes[number]).join(say("or"));
}

/** @param {Model} model @param {{name: string, p: number}[]} best the most probable classes, none where nothing is read */
function showBars(model, best) {
  const list = by("bars");
  const count = Math.min(SHOWN, model.classes.length);
  while (list.children.length > count) list.lastChild.remove();
  while (list.children.length < count) list.append(emptyRow());
  [...list.children].forEach((row, place) => {
    const shown = best[place];
    const [name, track, share] = row.children;
    become(name, shown ? shown.name : "");
    become(share, shown ? percent(shown.p) : "");
    track.firstChild.style.transform = `translateX(${100 * (shown?.p ?? 0) - 100}%)`; // moves without a new layout
  });
}

const emptyRow = () => make("li", {}, make("b"), make("span", { className: "track" }, make("span", { className: "bar" })), make("span", { className: "share" }));
