// What the wallet answers: for a journey of several places, and one's own colour
// by what one holds; for everybody, in both directions of writing.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import axe from "axe-core";
import { begin, paste, secret, shelf, tab, visit } from "./holder.mjs";
import { browser, desk, passport, quiet } from "./post.mjs";

let s, d, b, order, release;
before(async () => {
  s = shelf();
  writeFileSync(join(s.dir, "passport.txt"), passport + "\n");
  s.pratique("key", "new", "--demo", "--country", "XB", "--uses", "notice", "--from", "2026-01-01T00:00:00Z", "-o", "health.key");
  writeFileSync(join(s.dir, "data/health.pem"), s.pratique("key", "show", "--pem", "health.key"));
  const notice = (name, ...more) => { s.pratique("notice", ...more, "--key", "health.key", "--mrz", "passport.txt", "-o", name + ".txt"); };
  notice("order", "--order", "isolation", "--reason", "a positive test", "--appeal", "appeals@health.sudmark.example", "--at", "2026-11-02T08:00:00+08:00", "--until", "2026-12-12T00:00:00+08:00");
  notice("release", "release", "--of", "order.txt", "--reason", "a negative test", "--at", "2026-11-10T10:00:00+08:00");
  order = readFileSync(join(s.dir, "order.txt"), "utf8").trim();
  release = readFileSync(join(s.dir, "release.txt"), "utf8").trim();
  // What Norland says of its regions, signed.
  s.pratique("key", "new", "--demo", "--country", "XA", "--uses", "areas", "--from", "2026-01-01T00:00:00Z", "-o", "regions.key");
  writeFileSync(join(s.dir, "data/regions.pem"), s.pratique("key", "show", "--pem", "regions.key"));
  writeFileSync(join(s.dir, "areas.txt"), "pratique-areas/1.0\njurisdiction XA\npublished 2026-11-15T06:00:00+01:00\nuntil 2026-12-14T06:00:00+01:00\nfloor 20000\ndays 7\n\narea 01 812000 410 high North\narea 02 97500 8 low The Isles\n");
  s.pratique("areas", "sign", "--key", "regions.key", "areas.txt", "-o", "data/areas.txt");
  d = await desk(s);
  b = await browser();
});
after(async () => { await b?.close(); await d?.stop(); s?.remove(); });

async function at(f, options = {}) {
  const r = await visit(b, d, options);
  try {
    await begin(r.page);
    await f(r);
    quiet(assert, r.record, d.origin, "wallet");
  } finally {
    await r.context.close();
  }
}

/** plan enters a way from Norland by Singapore to Sudmark. */
async function plan(page) {
  await page.locator(".tabs button").nth(1).click();
  await page.locator(".leg select").first().selectOption("XA");
  await page.locator("form .row > button").click();
  await page.locator(".leg").nth(2).waitFor(); // all does not wait
  const [, via, to] = await page.locator(".leg").all();
  await via.locator("select").first().selectOption("SG");
  await via.locator("input[type=datetime-local]").fill("2026-12-03T09:00");
  await to.locator("select").first().selectOption("XB");
  await to.locator("input[type=datetime-local]").fill("2026-12-03T14:20");
  await page.locator("form button[type=submit]").click();
  await page.locator("#travel-answer").waitFor();
}

test("a journey of two legs is answered place by place, with the rules and what to do", () => at(async ({ page }) => {
  await paste(page, s.codes.anna, "Anna");
  await paste(page, s.codes.bo, "Bo");
  await plan(page);
  const [first, second] = await page.locator(".leg-answer").all();
  assert.match(await first.textContent(), /changing planes/);
  assert.match(await first.textContent(), /No rules of .* are known here for that moment/);
  assert.equal(await first.locator(".answer-grey").count(), 2, "no rules is no yes");
  assert.equal(await second.locator(".answer-green").count(), 1);
  assert.equal(await second.locator(".answer-red").count(), 1);
  assert.match(await second.textContent(), /sudmark-entry/);
  assert.match(await second.textContent(), /in force from/);
  assert.match(await second.textContent(), /recht\.sudmark\.example/);
  assert.match(await second.textContent(), /Take a second nucleic acid test within five days after arrival.*by Dec 8, 2026/);
  assert.match(await second.textContent(), /Refer to the health service/);
  // Five days later the test is too old: amber, and what would do by when.
  await page.locator(".leg").nth(2).locator("input[type=datetime-local]").fill("2026-12-08T14:20");
  await page.locator("form button[type=submit]").click();
  const amber = page.locator(".leg-answer").nth(1).locator(".person-answer").first();
  await amber.locator(".answer-amber").waitFor();
  assert.match(await amber.textContent(), /What to do:/);
  // The chip on the first screen is the answer for that journey.
  await tab(page, "What I hold");
  await page.locator(".chip .shape-amber").waitFor();
}));

test("my own colour turns red by an order that is mine, and back by its release, with the reason and what is ahead", () => at(async ({ page }) => {
  await paste(page, s.codes.anna, "Anna");
  const ask = async (colour) => {
    await tab(page, "My own colour");
    await page.getByLabel("Where are you?").selectOption("XB");
    await page.getByRole("button", { name: "Compute my colour" }).click();
    await page.locator(".answer-" + colour).waitFor();
  };
  await ask("green");
  await page.getByText("How each rule came out").click();
  await page.locator(".explained").first().waitFor();
  await tab(page, "What I hold");
  await paste(page, order, "Anna");
  await ask("grey"); // nobody can tell whose it is
  await tab(page, "What I hold");
  await page.getByRole("button", { name: "Change: Anna" }).click();
  await page.getByLabel(/^Passport lines/).fill(passport);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await ask("red");
  const text = await page.locator("main .card:has(.answer)").textContent();
  assert.match(text, /a positive test/);
  assert.match(text, /appeals@health\.sudmark\.example/);
  assert.match(text, /What is ahead/);
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Put it into a calendar" }).click();
  const path = join(s.dir, "colour.ics");
  await (await saved).saveAs(path);
  const calendar = readFileSync(path, "utf8");
  assert.match(calendar, /DTSTART:20261211T160000Z/);
  assert.doesNotMatch(calendar, /isolation|positive|Anna/i);
  await tab(page, "What I hold");
  await paste(page, release, "Anna");
  await ask("green");
}));

test("what one says by hand counts, and goes when one takes it back", () => at(async ({ page }) => {
  await paste(page, s.codes.anna, "Anna");
  await tab(page, "My own colour");
  await page.getByLabel("Where are you?").selectOption("XB");
  await page.getByLabel("What?").selectOption("symptom");
  await page.getByLabel("Day", { exact: true }).fill("2026-12-03");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("What you said").waitFor();
  await page.getByRole("button", { name: "Compute my colour" }).click();
  await page.locator(".answer").waitFor();
  assert.equal(await page.locator(".answer-green").count(), 0);
  await page.getByRole("button", { name: /^Delete: / }).click();
  await page.getByText("What you said").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Compute my colour" }).click();
  await page.locator(".answer-green").waitFor();
  await page.getByLabel("What?").selectOption("stay");
  await page.locator("form").nth(1).getByLabel("Country").selectOption("XA");
  await page.getByLabel("From", { exact: true }).fill("2026-12-05");
  await page.getByLabel("Until (empty: still there)").fill("2026-12-01");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("What you said").waitFor(); // the verifier marks it when it is asked
}));

/** fair says what axe finds wrong. */
async function fair(page, where) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Runtime.evaluate", { expression: axe.source + ";0", allowUnsafeEvalBlockedByCSP: true });
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  await cdp.detach();
  assert.deepEqual(result.violations.map((v) => `${where}: ${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).slice(0, 3).join(" | ")}`), []);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 1, `${where}: ${wide} pixels wider than the window`);
}

for (const [lang, viewport] of [["en", { width: 1024, height: 768 }], ["ar", { width: 390, height: 844 }], ["fr", { width: 512, height: 384 }]]) {
  test(`no fault for anybody's access in ${lang}, ${viewport.width} pixels wide`, () => at(async ({ page }) => {
    await paste(page, s.codes.anna, "Anna");
    await paste(page, s.codes.bo, "Bo");
    await page.locator(".language select").selectOption(lang);
    assert.equal(await page.evaluate(() => document.dir || document.documentElement.dir), lang === "ar" ? "rtl" : "ltr");
    await fair(page, "home");
    await page.locator(".thing .primary").first().click();
    await page.locator(".code .symbol").waitFor();
    await fair(page, "code");
    await page.keyboard.press("Escape");
    await page.locator(".thing .row > button:last-of-type").first().click();
    await fair(page, "details");
    await page.keyboard.press("Escape");
    await plan(page);
    await fair(page, "travel");
    await page.locator(".tabs button").nth(2).click();
    await page.locator("form select").nth(1).selectOption("XB");
    await page.locator("form button[type=submit]").first().click();
    await page.locator(".answer").waitFor();
    await fair(page, "colour");
    await page.locator(".tabs button").nth(3).click();
    await page.locator(".sheet-page").first().waitFor();
    await fair(page, "print");
    await page.locator(".tabs button").nth(4).click();
    await fair(page, "more");
    await page.locator(".bar-buttons button").click();
    await page.locator(".shut input").waitFor();
    await fair(page, "locked");
  }, { viewport, ...(lang === "en" ? { colorScheme: "dark" } : {}), reducedMotion: "reduce" }));
}

test("with the keyboard alone: begin, add, show, ask, lock and open", async () => {
  const { page, context } = await visit(b, d);
  const press = (...keys) => keys.reduce((p, k) => p.then(() => page.keyboard.press(k)), Promise.resolve());
  const to = async (name, role) => {
    for (let i = 0; i < 80; i++) {
      await press("Tab");
      const here = await page.evaluate(() => { const e = document.activeElement; return { name: (e.getAttribute("aria-label") || e.labels?.[0]?.textContent || e.textContent || "").trim(), role: e.tagName }; });
      if (here.name.startsWith(name) && (!role || here.role === role)) return;
    }
    assert.fail(`${name} is not reached with the Tab key`);
  };
  await page.getByRole("heading", { name: "Keep certificates here" }).waitFor();
  await to("New passphrase"); await page.keyboard.type(secret);
  await to("The same again"); await page.keyboard.type(secret);
  await press("Enter");
  await page.getByRole("button", { name: "Scan with the camera" }).waitFor({ timeout: 20_000 });
  await to("Paste a text", "BUTTON"); await press("Enter");
  await page.getByRole("dialog").waitFor();
  await to("The text of a code"); await page.keyboard.insertText(s.codes.anna);
  await to("Add", "BUTTON"); await press("Enter");
  await page.getByRole("dialog", { name: "Whose is it?" }).waitFor();
  await to("Keep", "BUTTON"); await press("Enter");
  await page.locator(".thing").waitFor();
  await to("Show the code", "BUTTON"); await press("Enter");
  await page.locator(".code .symbol").waitFor();
  await press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Show the code/, "the focus comes back");
  await page.evaluate(() => document.querySelector("h1").focus());
  await press("Shift+Tab"); // back to the parts of the wallet
  await to("Lock", "BUTTON").catch(() => to("Lock", "BUTTON"));
  await press("Enter");
  await page.getByRole("heading", { name: "The wallet is locked" }).waitFor();
  await to("Passphrase"); await page.keyboard.type(secret); await press("Enter");
  await page.locator(".thing").waitFor({ timeout: 20_000 });
  await context.close();
});

test("without colours the answers differ by shape and word", () => at(async ({ page }) => {
  await paste(page, s.codes.anna, "Anna");
  await paste(page, s.codes.bo, "Bo");
  await plan(page);
  const shapes = await page.locator(".person-answer .shape-ground").evaluateAll((all) => all.map((e) => e.getAttribute("d")));
  const words = await page.locator(".person-answer h3").allTextContents();
  assert.equal(new Set(shapes).size, 3); // grey twice, green, red
  assert.equal(new Set(words).size, 3);
}));

test("a warning for a place, by hand, and a region on a country's area list count", () => at(async ({ page }) => {
  const form = page.locator("form").nth(1);
  const say = async (fields) => {
    await tab(page, "My own colour");
    for (const [label, value] of fields) {
      const field = form.getByLabel(label, { exact: !["What?", "Risk", "Country"].includes(label) }).first();
      if ((await field.evaluate((e) => e.tagName)) === "SELECT") await field.selectOption(value);
      else await field.fill(value);
    }
    await form.getByRole("button", { name: "Add", exact: true }).click();
  };
  const ask = async (place) => {
    await page.getByLabel("Where are you?").selectOption(place);
    await page.getByRole("button", { name: "Compute my colour" }).click();
    await page.locator(".answer").waitFor();
    return page.locator(".card:has(> .answer)").textContent();
  };
  const takeBack = async () => { await page.getByRole("button", { name: /^Delete: / }).first().click(); await page.locator(".answer").waitFor({ state: "detached" }); };
  // A warning of high risk, by somebody without a negative test.
  await say([["What?", "venue"], ["It holds from", "2026-12-01T19:00"], ["until", "2026-12-01T22:00"], ["Risk", "high"]]);
  await page.getByText(/Warning for a place/).waitFor();
  const warned = await ask("XB");
  assert.match(warned, /Warnings for places where you were: 1/);
  assert.match(warned, /After a warning of high risk for a place where you were/);
  assert.equal(await page.locator(".answer-green").count(), 0);
  await takeBack();
  // What cannot be is said.
  await say([["What?", "venue"], ["It holds from", "2026-12-01T22:00"], ["until", "2026-12-01T19:00"], ["Risk", "low"]]);
  await page.getByText(/Warning for a place/).waitFor();
  assert.match(await ask("XB"), /ends before it begins/);
  await takeBack();
  // A stay in a region of the level high; then in one of the level low.
  const stay = (region) => [["What?", "stay"], ["Country", "XA"], ["Region (code, if you know it)", region], ["From", "2026-11-18"]];
  await say(stay("01"));
  await page.getByText("What you said").waitFor();
  const high = await ask("XB");
  assert.match(high, /After a stay in an area of the level high/);
  assert.equal(await page.locator(".answer-green").count(), 0);
  await takeBack();
  await say(stay("02"));
  await page.getByText("What you said").waitFor();
  const low = await ask("XB");
  assert.doesNotMatch(low, /Not met \(rule GR-ZZ-0105\)/);
  await page.locator(".answer-green").waitFor();
  await takeBack();
  // A region that the list lacks: not known is not green.
  await say(stay("07"));
  await page.getByText("What you said").waitFor();
  assert.match(await ask("XB"), /the region 07 is not in the area list of Norland/);
  await page.locator(".answer-grey").waitFor();
}));

test("countries without known rules are said to be so, before anything is asked", () => at(async ({ page }) => {
  await paste(page, s.codes.anna, "Anna");
  await page.locator(".tabs button").nth(1).click();
  await page.locator(".leg").nth(1).locator("optgroup").first().waitFor({ state: "attached" }); // evaluateAll does not wait
  const groups = await page.locator(".leg").nth(1).locator("optgroup").evaluateAll((all) => all.map((g) => [g.label, [...g.children].map((o) => o.value)]));
  assert.deepEqual(groups.map(([l]) => l), ["Rules are known of", "No rules are known of"]);
  assert.deepEqual(groups[0][1], ["XB"]);
  assert.ok(groups[1][1].includes("SG") && groups[1][1].length > 200);
}));
