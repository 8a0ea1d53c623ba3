// Sends the chosen images and shows what was read. Without it, the form shows the answer as JSON.
const form = document.getElementById("form");
const image = document.getElementById("image");
const token = document.getElementById("token");
const state = document.getElementById("state");
const answers = document.getElementById("answers");
const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent", maximumFractionDigits: 1 });
let pictures = [];  // addresses of the pictures that are shown

function element(kind, text, className = "") {
  const made = document.createElement(kind);
  made.textContent = text;
  made.className = className;
  return made;
}

function clear() {
  answers.replaceChildren();
  pictures.forEach((each) => URL.revokeObjectURL(each));
  pictures = [];
}

function row(file, answer) {
  const picture = document.createElement("img");
  pictures.push(URL.createObjectURL(file));
  picture.src = pictures.at(-1);
  picture.alt = file.name;
  const words = document.createElement("div");
  words.append(element("div", answer.prediction, "guess"));
  words.append(element("div", answer.top.map((each) => `${each.class} ${percent.format(each.probability)}`).join(" · ")));
  if (answer.unfamiliar) words.append(element("div", state.dataset.unfamiliar, "quiet"));
  const made = document.createElement("li");
  made.append(picture, words);
  return made;
}

async function ask(files) {
  const body = new FormData();
  files.forEach((file) => body.append("image", file));
  const headers = { "Accept-Language": document.documentElement.lang };
  if (token.value) headers.Authorization = `Bearer ${token.value}`;
  const answer = await fetch(form.action, { method: "POST", body, headers });
  const found = await answer.json();
  if (answer.ok) return found.predictions;
  const words = state.dataset[answer.status] ?? state.dataset.other;
  throw new Error(answer.status === 422 ? `${words} ${found.detail}` : words);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const files = [...image.files];
  clear();
  state.textContent = state.dataset.reading;
  try {
    const found = await ask(files);
    state.textContent = "";
    answers.append(...found.map((answer, place) => row(files[place], answer)));
  } catch (error) {
    state.textContent = error instanceof TypeError ? state.dataset.unreachable : error.message;
  }
});
