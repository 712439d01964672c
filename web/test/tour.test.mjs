// The tour, as a visitor takes it: all of it, once with the mouse and once by
// keyboard alone; what its last page says is held against what is there.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import axe from "axe-core";
import { browser, desk, recorded, stick } from "./post.mjs";
import { keyboard, mouse, tear, tour, walk } from "./visit.mjs";

let b;
before(async () => { b = await browser(); });
after(async () => { await b?.close(); });

/** at gives a test a tour and a fresh browser profile, and looks at what was recorded. */
async function at(f, options = {}) {
  const t = await tour();
  const { context, page, record } = await recorded(b, undefined, { viewport: { width: 1280, height: 800 }, ...options });
  try {
    await page.goto(t.origin + "/");
    await f({ t, page, context });
    assert.deepEqual(record.errors, []);
    assert.deepEqual(record.console.filter((l) => /^error|Content Security|refused|violat/i.test(l) && !/status of 409/.test(l)), []);
    for (const r of record.requests) assert.ok(r.url.startsWith(t.origin + "/") || r.url.startsWith("blob:" + t.origin), "a request left the origin: " + r.url);
    assert.ok(record.requests.length > 50);
  } finally {
    await context.close();
    await t.stop();
  }
}

/** axed are the violations that axe finds on a screen. */
async function axed(page) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  return violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + " " + (n.any[0]?.message ?? "")).join(" | ")}`);
}

/** demo says whether a mark is to be seen: in the bar, or on what lies over it. */
const demo = (page) => page.evaluate(() => {
  const seen = (e) => { const r = e.getBoundingClientRect(); return r.width > 0 && r.bottom > 0 && r.top < innerHeight; };
  return [...document.querySelectorAll(".guide-demo strong, .guide-chip, .demo-mark")].filter((e) => /DEMO/.test(e.textContent) && seen(e)).length > 0;
});

/** left is all that the browser keeps for the address, read by other means than the page's. */
const left = (page) => page.evaluate(async () => {
  const bytes = async (v) => {
    if (v instanceof ArrayBuffer) return new TextDecoder("latin1").decode(v);
    if (ArrayBuffer.isView(v)) return new TextDecoder("latin1").decode(v);
    if (v && typeof v === "object") return (await Promise.all(Object.entries(v).map(async ([k, x]) => k + await bytes(x)))).join("\0");
    return String(v);
  };
  const out = { local: Object.entries({ ...localStorage }).flat().join("\n"), session: Object.entries({ ...sessionStorage }).flat().join("\n"), cookies: document.cookie, caches: {}, databases: {}, workers: (await navigator.serviceWorker.getRegistrations()).length };
  for (const name of await caches.keys()) {
    const c = await caches.open(name);
    out.caches[name] = await Promise.all((await c.keys()).map(async (r) => [new URL(r.url).pathname, /wasm|\.js$/.test(r.url) ? "" : await (await c.match(r)).text()]));
  }
  for (const { name } of await indexedDB.databases()) {
    const db = await new Promise((done, bad) => { const r = indexedDB.open(name); r.onsuccess = () => done(r.result); r.onerror = bad; });
    out.databases[name] = [];
    for (const store of db.objectStoreNames) {
      const all = await new Promise((done) => { const r = db.transaction(store).objectStore(store).getAll(); r.onsuccess = () => done(r.result); });
      for (const v of all) out.databases[name].push(await bytes(v));
    }
    db.close();
  }
  return out;
});

const about = [/eriksson/i, /1974-08-12/, /L898902C3/, /HC1:6BF/, /URN:UVCI:01:XA:TOUR/i];

test("the whole tour: every screen says DEMO and is fit for everybody; the last page says what is there, and removes it", () => at(async ({ t, page }) => {
  const seen = [];
  await walk(page, mouse(page), async (name) => {
    seen.push(name);
    assert.ok(await demo(page), name + " has no mark");
    assert.deepEqual(await axed(page), [], name);
  });
  assert.ok(seen.length >= 20, "only " + seen.length + " screens");
  console.log(`tour: ${seen.length} screens`);

  // What the page says of the browser, against what another look finds.
  await page.locator(".places tr[data-where]").first().waitFor(); // evaluateAll does not wait
  const rows = Object.fromEntries(await page.locator(".places tr[data-where]").evaluateAll((all) => all.map((r) => [r.dataset.where, { things: Number(r.dataset.things), found: r.dataset.found }])));
  const there = await left(page);
  const files = Object.entries(there.caches).filter(([n]) => n.startsWith("files-"));
  assert.equal(files.length, 2);
  for (const [name, of] of files) assert.equal(rows[`the files of the ${name.split("/")[1]} page`].things, of.length, name);
  assert.equal(rows["public data"].things, there.caches["data"].length);
  assert.deepEqual(Object.keys(there.databases), ["pratique-wallet"]);
  assert.equal(rows["the wallet’s record"].things, there.databases["pratique-wallet"].length);
  assert.equal(rows["the wallet’s record"].found, "");
  assert.equal(there.cookies + there.session, "");
  const kept = JSON.stringify(there);
  for (const p of about) assert.doesNotMatch(kept, p, "the browser has it in the clear");

  // And of the disk.
  const { folder } = await page.evaluate(() => fetch("/tour/api/stored").then((r) => r.json()));
  const disk = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).map((e) => join(e.parentPath ?? e.path, e.name));
  assert.equal(disk.length, rows["the border desk’s counts"].things + rows["the laboratory’s register"].things);
  for (const f of disk) {
    const text = readFileSync(f, "utf8"), lab = f.includes("laboratory");
    for (const p of about.slice(0, 3)) assert.equal(p.test(text), lab, `${f}: ${p}`);
  }
  assert.equal(rows["the border desk’s counts"].found, "");
  assert.match(rows["the laboratory’s register"].found, /a name.*a date of birth.*a passport number.*a code/);
  assert.match(await page.locator(".ending .lead").textContent(), /^Of \d places one holds what says who Anna is: the laboratory’s register\.$/);
  assert.equal(Object.keys(rows).length, Number(/Of (\d)/.exec(await page.locator(".ending .lead").textContent())[1]));

  await tear(page, mouse(page));
  assert.match(await page.locator(".over .lead").textContent(), /^0 files of the program are left, and 0 things in this browser/);
  assert.equal(await t.ended, 0);
  assert.ok(!existsSync(folder), "the folder is still there");
  const nothing = await left(page);
  assert.deepEqual(nothing, { local: "", session: "", cookies: "", caches: {}, databases: {}, workers: 0 });
}));

test("by keyboard alone, from the start to the end of the program", () => at(async ({ t, page }) => {
  const hidden = [];
  const hand = keyboard(page, (name) => hidden.push(name));
  await walk(page, hand);
  await tear(page, hand);
  assert.deepEqual(hidden, [], "the focus cannot be seen there");
  assert.equal(await t.ended, 0);
}));

test("the clock goes forward only, and every page goes by it", () => at(async ({ t, page }) => {
  const post = (path, body) => page.evaluate(async ([path, body]) => { const r = await fetch("/tour/api/" + path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }); return r.status; }, [path, body]);
  await page.locator(".surfaces").waitFor();
  assert.equal(await post("clock", { to: "2026-12-04T10:00:00Z" }), 200);
  assert.equal(await post("clock", { to: "2026-12-04T09:59:59Z" }), 409);
  assert.equal(await post("clock", { to: "2036-12-04T09:59:59Z" }), 409);
  for (const path of ["/tour/", "/desk/#5", "/wallet/#2"]) {
    await page.goto(t.origin + path);
    await page.locator(".guide").waitFor();
    assert.deepEqual(await page.evaluate(() => [Date.now(), new Date().getTime(), +new Date("2020-01-01"), new Date() instanceof Date, Date.UTC(2020, 0, 1)]),
      [1796378400000, 1796378400000, 1577836800000, true, 1577836800000], path);
  }
  await page.locator(".guide-clock summary").click();
  await page.getByRole("button", { name: "An hour later" }).click();
  await page.waitForFunction(() => Date.now() === 1796382000000);
}));

test("without a camera and without the bar's button: a code is dragged, or saved and chosen; and nothing is there before it is issued", () => at(async ({ t, page }) => {
  const act = (name) => page.locator('.guide-act[aria-disabled="false"]', { hasText: name }).click();
  await page.goto(t.origin + "/desk/#4");
  await act("Fly to Sudmark");
  await page.locator("#app form.shift").waitFor();
  await act("Begin the shift");
  await act("use Anna’s code");
  await page.getByRole("alert").filter({ hasText: "step 1 issues it" }).waitFor();
  await page.goto(t.origin + "/desk/#5"); // the same page, the same shift
  await page.locator(".guide-code img").dragTo(page.locator("#app .giant"));
  await page.locator(".verdict-red").waitFor();
  await act("To the health service");
  await page.locator(".decided .primary").click();
  await page.locator(".scan").waitFor();
  await page.locator(".guide-steps a").nth(7).click();
  const saving = page.waitForEvent("download");
  await page.locator(".guide-code").getByRole("link", { name: "Save" }).click();
  await page.locator("#app input[type=file]").setInputFiles(await (await saving).path().then((path) => ({ name: "recovery.png", mimeType: "image/png", buffer: readFileSync(path) })));
  await page.locator(".verdict-green").filter({ hasText: "Clara" }).waitFor();
}));

test("started again, the tour has nothing of before", () => at(async ({ page }) => {
  const act = (name) => page.locator('.guide-act[aria-disabled="false"]', { hasText: name }).click();
  await page.locator(".guide-way").click();
  await act("Issue it for me");
  await page.locator(".handed").waitFor();
  await page.locator(".guide-way").last().click();
  await act("Begin the wallet");
  await page.locator(".tabs").waitFor({ timeout: 60_000 });
  await page.locator(".guide-clock summary").click();
  await page.getByRole("button", { name: "Start the tour again" }).click();
  await page.locator(".surfaces").waitFor();
  const { local, databases, caches } = await left(page);
  assert.deepEqual([local, databases, caches], ["", {}, {}]);
  assert.equal((await page.evaluate(() => fetch("/tour/api/state").then((r) => r.json()))).issued.length, 0);
}));

test("on a telephone, and in a language that is written from right to left, the bar stays whole", () => at(async ({ t, page }) => {
  for (const [path, wait] of [["/tour/#0", ".surfaces"], ["/tour/#1", ".preview-name"], ["/desk/#4", "form.shift"], ["/wallet/#2", "input[type=password]"], ["/tour/#12", ".places"]]) {
    await page.goto(t.origin + path);
    await page.reload();
    await page.locator("#app " + wait).first().waitFor();
    for (const lang of ["en", "ar"]) {
      const choice = page.locator("#app .language select");
      if (await choice.count()) await choice.selectOption(lang);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(over <= 0, `${path} in ${lang} is ${over} pixels too wide`);
      assert.equal(await page.locator(".guide").evaluate((e) => getComputedStyle(e).direction), "ltr");
      assert.deepEqual(await axed(page), [], `${path} in ${lang}`);
    }
  }
}, { viewport: { width: 360, height: 720 } }));

test("a desk outside of the tour has nothing of it: no page, no script, no clock", async () => {
  const s = stick(), d = await desk(s);
  try {
    for (const path of ["/tour/", "/tour/guide.js", "/tour/tour.js", "/tour/api/state", "/tour/api/clock"]) assert.equal((await fetch(d.origin + path)).status, 404, path);
    assert.doesNotMatch(await (await fetch(d.address)).text(), /tour|clock/);
  } finally {
    await d.stop();
    s.remove();
  }
});
