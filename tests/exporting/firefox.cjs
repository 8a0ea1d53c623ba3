// The page in Firefox, driven by WebDriver BiDi: what a finger draws is read, learned and forgotten.
// node firefox.cjs NODE_MODULES FIREFOX PAGE; the answer is JSON.

const [modules, executablePath, address] = process.argv.slice(2);
const puppeteer = require(require.resolve("puppeteer-core", { paths: [modules] }));

const A = [[[0.2, 0.85], [0.5, 0.15], [0.8, 0.85]], [[0.32, 0.6], [0.68, 0.6]]];
const STEPS = 4; // from one point to the next

/** Where a pointer is on the way through a stroke's points. */
function along(stroke) {
  return stroke.flatMap(([x, y], i) => {
    if (i === 0) return [[x, y]];
    const [x0, y0] = stroke[i - 1];
    return Array.from({ length: STEPS }, (_, step) => [x0 + ((x - x0) * (step + 1)) / STEPS, y0 + ((y - y0) * (step + 1)) / STEPS]);
  });
}

async function draw(page, finger) {
  const box = await (await page.$("#pad")).boundingBox();
  const [down, move, up] = finger ? ["touchStart", "touchMove", "touchEnd"] : ["down", "move", "up"];
  for (const stroke of A) {
    const places = along(stroke).map(([x, y]) => [box.x + x * box.width, box.y + y * box.height]);
    if (finger) await page.touchscreen[down](...places[0]);
    else {
      await page.mouse.move(...places[0]);
      await page.mouse.down();
    }
    for (const place of places.slice(1)) await (finger ? page.touchscreen[move](...place) : page.mouse[move](...place));
    await (finger ? page.touchscreen[up]() : page.mouse[up]());
  }
  await new Promise((go) => setTimeout(go, 600));
}

const said = (page) =>
  page.evaluate(() => {
    const text = (id) => document.getElementById(id).textContent;
    return { drawn: text("drawn"), bars: text("bars"), guess: text("guess"), losses: text("losses"), scrolled: scrollY };
  });

async function main() {
  const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
  try {
    const page = await browser.newPage();
    const complaints = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.setViewport({ width: 390, height: 800 });
    await page.goto(address);
    const answers = { empty: await said(page) };
    answers.predicted = await page.evaluate(() => [...charmlp.predict(Uint8Array.from({ length: 400 }, (_, i) => (i * 37) % 256), 20, 20)]);
    await draw(page, true);
    answers.finger = await said(page);
    await page.evaluate(() => document.getElementById("clear").click());
    await draw(page, false);
    answers.mouse = await said(page);
    await page.evaluate(() => document.getElementById("learn").click());
    answers.learned = await said(page);
    answers.width = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    process.stdout.write(JSON.stringify({ ...answers, complaints }));
  } finally {
    await browser.close();
  }
}

main();
