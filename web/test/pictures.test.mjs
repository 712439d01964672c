// The pictures of docs/pictures. With PICTURES=FOLDER each screen of the tour is
// photographed into that folder (`make pictures`, which then makes them small).
// Without it the same walk holds what the screens say now against what they said
// when the pictures were taken: headings and buttons, because pixels differ from
// one computer to the next.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { browser, recorded, tree } from "./post.mjs";
import { mouse, tour, walk } from "./visit.mjs";

const folder = process.env.PICTURES;
const record = join(tree, "docs/pictures/screens.json");

let b;
before(async () => { b = await browser(); });
after(async () => { await b?.close(); });

/** bar shows the bar of the tour: all of it, its title, or nothing. */
const bar = (page, how) => page.evaluate((how) => {
  document.querySelector(".guide-root").style.display = how === "none" ? "none" : "";
  document.querySelector(".guide-root").style.position = "static";
  for (const s of [".guide-words > p", ".guide-foot", ".guide-code"]) for (const e of document.querySelectorAll(s)) e.style.display = how === "title" ? "none" : "";
}, how);

/** outline is what a screen says: its headings, buttons and the lines of its tables. */
const outline = (page) => page.evaluate(() => {
  const over = document.querySelector("dialog[open]");
  const root = over ?? document.querySelector("#app");
  return [...root.querySelectorAll("h1, h2, legend, button, summary, caption")]
    .filter((e) => e.checkVisibility() && !e.closest(".unseen"))
    .map((e) => (e.firstElementChild?.matches("svg") ? e.textContent : e.innerText).replace(/\s+/g, " ").trim().replace(/ \d+$/, "")).filter(Boolean);
});

const frames = ["laboratory", "sheet", "wallet-home", "verdict-green", "verdict-amber", "withdraw", "verdict-withdrawn", "wallet-colour", "tour-end"];
const parts = { sheet: ".paper", receipt: ".sheet" }; // of these screens, what is printed
const whole = ["laboratory", "tour-start", "tour-end", "desk-start", "wallet-home", "wallet-begin"]; // also what lies below the window
const scrolled = { "wallet-travel": "#travel-answer", "wallet-colour": ".answer", "wallet-home": ".person" };

test("every screen of the pictures is walked to, and says what it said when they were taken", async () => {
  const t = await tour();
  const { context, page } = await recorded(b, undefined, { viewport: { width: 1120, height: 720 }, reducedMotion: "reduce", colorScheme: "light" });
  const said = {};
  const shot = async (name, options = {}, of = page) => {
    if (!folder) return;
    await of.evaluate(() => document.fonts.ready);
    await page.waitForTimeout(150); // what moves has come to rest
    const options2 = { path: join(folder, name + ".png"), animations: "disabled", caret: "hide", ...options };
    await (options.part ? of.locator(options.part).first().screenshot(options2) : of.screenshot(options2));
  };
  const to = (selector) => page.evaluate((s) => {
    scrollTo(0, 0);
    const e = s && document.querySelector("#app " + s);
    if (e) scrollTo(0, e.getBoundingClientRect().top - 24);
  }, selector ?? "");
  const look = async (name, how = "none") => {
    said[name] = await outline(page);
    if (!folder) return;
    await bar(page, how);
    if (parts[name]) await page.setViewportSize({ width: 1120, height: 1400 });
    await to(whole.includes(name) ? "" : scrolled[name]);
    await shot(name, parts[name] ? { part: "#app " + parts[name] } : { fullPage: whole.includes(name) });
    if (parts[name]) await page.setViewportSize({ width: 1120, height: 720 });
    const verdict = /^verdict-(green|amber|red|grey)$/.exec(name);
    if (verdict) {
      await page.setViewportSize({ width: 432, height: 560 });
      await to();
      await shot("row-" + verdict[1], { part: "#app .verdict" });
      await page.setViewportSize({ width: 1120, height: 720 });
    }
    if (frames.includes(name)) {
      await page.setViewportSize({ width: 960, height: 640 });
      await bar(page, "title");
      await page.evaluate((s) => {
        scrollTo(0, 0);
        const e = s && document.querySelector("#app " + s), root = document.querySelector(".guide-root");
        if (e) { root.style.position = "sticky"; root.style.insetBlockStart = "0"; scrollTo(0, e.getBoundingClientRect().top - root.offsetHeight - 24); }
      }, scrolled[name] ?? "");
      await shot(`loop-${frames.indexOf(name)}`);
      await page.setViewportSize({ width: 1120, height: 720 });
    }
    await bar(page, "all");
    await page.evaluate(() => { document.querySelector(".guide-root").style.position = ""; });
    await to();
  };
  if (folder) mkdirSync(folder, { recursive: true });

  /** more are the screens beside the way of the tour. */
  const more = {
    "desk-scan": async () => {
      await page.locator(".scan .ways button").nth(0).click();
      await page.locator(".kinds button").nth(2).click();
      await page.locator(".looks").waitFor();
      await look("desk-paper");
      await page.locator("#app .paper .ways button").click();
      await page.locator(".scan .ways button").nth(1).click();
      await page.locator(".group").waitFor();
      const { codes } = await page.evaluate(() => fetch("/tour/api/state").then((r) => r.json()));
      for (const [i, name] of ["anna", "positive", "recovery", "unknown"].entries()) {
        await paste(page, codes[name].text);
        await page.locator(".list tbody tr").nth(i).waitFor();
      }
      await look("desk-list");
      await page.locator(".group .ways button").last().click();
      await page.locator(".scan").waitFor();
      const kiosk = await context.newPage();
      await kiosk.setViewportSize({ width: 1120, height: 720 });
      await kiosk.goto(t.origin + "/desk/?kiosk");
      await kiosk.locator(".kiosk").waitFor();
      await paste(kiosk, codes.anna.text);
      await kiosk.locator(".kiosk-go").waitFor();
      await kiosk.evaluate(() => { document.querySelector(".guide-root").style.display = "none"; });
      said["desk-kiosk"] = await outline(kiosk);
      await shot("desk-kiosk", {}, kiosk);
      await kiosk.close();
    },
    "verdict-red": async () => {
      await page.locator(".outcome-admitted").click();
      await page.locator("dialog[open]").waitFor();
      await look("desk-decision");
      await page.keyboard.press("Escape");
      await page.locator("dialog[open]").waitFor({ state: "detached" });
    },
  };
  try {
    await page.goto(t.origin + "/");
    await walk(page, mouse(page), async (name) => {
      await look(name, name.startsWith("tour-start") ? "all" : "none");
      await more[name]?.();
    });
  } finally {
    await context.close();
    await t.stop();
  }
  const names = Object.keys(said);
  assert.ok(names.length >= 24, "only " + names.length + " screens");
  if (folder) {
    writeFileSync(record, JSON.stringify(said, null, 1) + "\n");
    return;
  }
  const then = JSON.parse(readFileSync(record, "utf8"));
  for (const name of new Set([...names, ...Object.keys(then)])) assert.deepEqual(said[name], then[name], `the screen ${name} is not that of its picture: make pictures`);
});

/** paste gives a text to a page, as the clipboard does. */
const paste = (page, text) => page.evaluate((text) => {
  const d = new DataTransfer();
  d.setData("text/plain", text);
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: d, bubbles: true, cancelable: true }));
}, text);
