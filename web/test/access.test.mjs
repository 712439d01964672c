// For everybody: screen readers, keyboards alone, large letters, no colours, no
// motion, and languages that are written from right to left.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import axe from "axe-core";
import { begin, browser, daysAgo, desk, recorded, stick, type } from "./post.mjs";

let s, d, b;
before(async () => { s = stick(); d = await desk(s); b = await browser(); });
after(async () => { await b?.close(); await d?.stop(); s?.remove(); });

/** screens goes through all screens of the desk, and calls at each. */
async function screens(page, at) {
  const press = (selector) => page.locator(selector).first().click();
  await page.locator("form.shift").waitFor();
  await at("shift");
  await begin(page);
  await page.locator("details").first().locator("summary").click();
  await at("scan");
  for (const [name, colour] of [["anna", "green"], ["clara", "red"], ["amber", "amber"], ["unknown", "grey"]]) {
    await type(page, codes[name]);
    await page.locator(".verdict-" + colour).waitFor();
    for (const x of await page.locator(".verdict > details > summary").all()) await x.click();
    await at("verdict " + colour);
    if (colour === "green") {
      await press(".outcome-refused");
      await page.locator("dialog[open]").waitFor();
      await at("second officer");
      await page.keyboard.press("Escape");
      await page.locator("dialog[open]").waitFor({ state: "detached" });
    }
    if (colour === "red") {
      await press(".outcome-admitted");
      await page.locator("dialog[open]").waitFor();
      await at("reason of an override");
      await page.keyboard.press("Escape");
      await page.locator("dialog[open]").waitFor({ state: "detached" });
      await press(".verdict > .ways > button:last-of-type");
      await page.locator("dialog[open]").waitFor();
      await at("the traveller's side");
      await page.keyboard.press("Escape");
      await page.locator("dialog[open]").waitFor({ state: "detached" });
    }
    await press(colour === "green" ? ".outcome-admitted" : ".outcome-second_desk");
    await page.locator(".sheet .symbol").waitFor();
    await page.locator(".sheet").click(); // it stays
    if (colour === "green") await at("receipt");
    await press(".decided .primary");
    await page.locator(".scan").waitFor();
  }
  await press(".scan .ways button:nth-of-type(1)");
  await page.locator(".kinds button").nth(2).click();
  await page.locator(".looks").waitFor();
  await at("no code at hand");
  await press(".paper .ways button");
  await press(".scan .ways button:nth-of-type(2)");
  await type(page, codes.anna);
  await type(page, codes.clara);
  await page.locator(".list tbody tr").nth(1).waitFor();
  await at("list");
  await press(".group .ways button:last-of-type");
  await press(".bar-buttons button:first-of-type");
  await page.locator("dialog[open]").waitFor();
  await at("preferences");
  await page.keyboard.press("Escape");
  await page.locator("dialog[open]").waitFor({ state: "detached" });
  await press(".bar-buttons button:last-of-type");
  await page.locator("form.shift").waitFor();
  await press("form.shift > .row button:nth-of-type(1)");
  await page.locator('a[href^="/api/return"]').first().waitFor();
  await at("weekly return");
}

let codes;
before(() => {
  s.pratique("key", "new", "--demo", "--country", "XC", "--from", "2026-01-01T00:00:00Z", "-o", "xc.key");
  codes = { ...s.codes, amber: s.issue(daysAgo), unknown: s.issue({}, "xc.key") }; // a result of four days ago; a signer on no list
});

const axeOn = (page) => page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));

for (const [lang, scheme] of [["en", "light"], ["ar", "light"], ["fr", "dark"]]) {
  test(`no violation found by axe on any screen, in ${lang}, ${scheme}`, async () => {
    const { context, page } = await recorded(b, undefined, { colorScheme: scheme });
    await page.goto(d.address);
    await page.locator("form.shift").waitFor();
    await page.evaluate(axe.source);
    let looked = 0;
    await screens(page, async (where) => {
      const shown = page.locator(".language select"); // the journey is walked in English, each screen shown in the language
      const dialog = (await page.locator("dialog[open]").count()) > 0;
      if (!dialog && lang !== "en") await shown.selectOption(lang);
      const { violations } = await axeOn(page);
      assert.deepEqual(violations.map((v) => `${where}: ${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + " " + (n.any[0]?.message ?? "")).join(" | ")}`), []);
      if (!dialog && lang !== "en") {
        assert.equal(await page.evaluate(() => document.documentElement.dir), lang === "ar" ? "rtl" : "ltr");
        await shown.selectOption("en");
      }
      looked++;
    });
    assert.ok(looked >= 13, `only ${looked} screens`);
    await context.close();
  });
}

test("twice as large, and on a narrow telephone: nothing is cut off or must be pushed sideways", async () => {
  for (const [width, height, scale] of [[640, 400, 2], [320, 640, 1]]) {
    const { context, page } = await recorded(b, d, { viewport: { width, height }, deviceScaleFactor: scale });
    await screens(page, async (where) => {
      for (const lang of (await page.locator("dialog[open]").count()) > 0 ? ["en"] : ["en", "ar"]) {
        if (lang !== "en") await page.locator(".language select").selectOption(lang);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(over <= 0, `${where} in ${lang} is ${over} pixels too wide at ${width}`);
        if (lang !== "en") await page.locator(".language select").selectOption("en");
      }
    });
    await context.close();
  }
});

test("the four answers are told apart by their shapes alone, in grey", async () => {
  const { context, page } = await recorded(b, d);
  const masks = {};
  await screens(page, async (where) => {
    const colour = /^verdict (\w+)/.exec(where)?.[1];
    if (!colour) return;
    await page.addStyleTag({ content: "" }).catch(() => undefined);
    await page.evaluate(() => { document.documentElement.style.filter = "grayscale(1)"; });
    const picture = (await page.locator(".verdict-head .shape").screenshot()).toString("base64");
    masks[colour] = await page.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      const c = new OffscreenCanvas(48, 48).getContext("2d");
      c.drawImage(bitmap, 0, 0, 48, 48);
      const p = c.getImageData(0, 0, 48, 48).data;
      const grey = (i) => p[4 * i] * 0.3 + p[4 * i + 1] * 0.59 + p[4 * i + 2] * 0.11;
      const ground = grey(0);
      return Array.from({ length: 48 * 48 }, (_, i) => (Math.abs(grey(i) - ground) > 40 ? 1 : 0));
    }, picture);
    await page.evaluate(() => { document.documentElement.style.filter = ""; });
  });
  const names = Object.keys(masks);
  assert.equal(names.length, 4);
  for (const a of names) {
    assert.ok(masks[a].reduce((x, y) => x + y, 0) > 150, `${a} is hardly seen without colour`);
    for (const c of names.filter((x) => x > a)) {
      let both = 0, either = 0;
      masks[a].forEach((x, i) => { both += x & masks[c][i]; either += x | masks[c][i]; });
      const alike = both / either;
      console.log(`shapes in grey: ${a} and ${c} share ${Math.round(alike * 100)} %`);
      assert.ok(alike < 0.5, `${a} and ${c} look alike: ${alike}`);
    }
  }
  await context.close();
});

test("by keyboard alone, from the start of the shift to the receipt", async () => {
  const { context, page } = await recorded(b, d);
  await page.locator("form.shift").waitFor();
  const focused = () => page.evaluate(() => {
    const e = document.activeElement;
    return { text: (e.labels?.[0]?.firstChild?.textContent ?? e.getAttribute("aria-label") ?? e.textContent ?? "").trim(), ring: getComputedStyle(e).outlineStyle !== "none", inside: e.getBoundingClientRect().top >= 0 && e.getBoundingClientRect().bottom <= innerHeight };
  });
  const tabTo = async (name) => {
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press("Tab");
      const f = await focused();
      if (f.text !== "" && name.test(f.text)) {
        assert.ok(f.ring, `${f.text} shows no focus`);
        assert.ok(f.inside, `${f.text} is outside of the window`);
        return;
      }
    }
    assert.fail(`${name} cannot be reached`);
  };
  await tabTo(/^Officer/);
  // The clock of this computer is before the data: date and time are asked for.
  await page.keyboard.type("o-7");
  await tabTo(/^Passphrase/);
  await page.keyboard.type("six small grey seals at dawn");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Next traveller" }).waitFor();
  await type(page, codes.bo);
  await page.getByRole("heading", { level: 1, name: "stop" }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1");
  await tabTo(/^Admit/);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("ArrowDown"); // the first reason has the focus
  for (let i = 0; i < 20 && !/^Admit/.test((await focused()).text); i++) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Admitted" }).waitFor();
  await tabTo(/^Print/);
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Next traveller" }).waitFor();
  await tabTo(/^No code/);
  await page.keyboard.press("Enter");
  await tabTo(/^An infant/);
  await page.keyboard.press("Space");
  await tabTo(/^Admit/);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Admitted" }).waitFor();
  await context.close();
});

test("nothing moves for those who want no motion", async () => {
  const { context, page } = await recorded(b, d, { reducedMotion: "reduce" });
  await screens(page, async (where) => {
    assert.equal(await page.evaluate(() => document.getAnimations().length), 0, where);
  });
  await context.close();
});
