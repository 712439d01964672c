// The wallet as somebody has it who reads Arabic, on a telephone: every screen,
// from right to left, nothing cut off, each answer with English beside.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { secret, shelf, visit } from "./holder.mjs";
import { browser, desk, quiet } from "./post.mjs";

const said = JSON.parse(readFileSync(new URL("../strings/ar.json", import.meta.url), "utf8"));
const words = readFileSync(new URL("../../words/ar.txt", import.meta.url), "utf8");
const entry = (code) => new RegExp(`^\\[${code}\\]\\ntext = (.+)$`, "m").exec(words)[1];
const t = (key) => said[key];

let s, d, b;
before(async () => { s = shelf(); d = await desk(s); b = await browser(); });
after(async () => { await b?.close(); await d?.stop(); s?.remove(); });

test("the wallet in Arabic, on a telephone", async () => {
  const { page, context, record } = await visit(b, d, { viewport: { width: 390, height: 844 }, deviceScaleFactor: 3, isMobile: true, hasTouch: true, locale: "ar" });
  const press = (name) => page.getByRole("button", { name, exact: true }).first().tap();
  /** whole sees that a screen is laid out from right to left, and nothing hangs out of it. */
  const whole = async (where) => {
    const at = await page.evaluate(() => ({
      dir: document.documentElement.dir, lang: document.documentElement.lang, over: document.documentElement.scrollWidth - innerWidth,
      cut: [...document.querySelectorAll("button, p, h1, h2, h3, label, summary")].filter((e) => e.offsetParent && !e.closest(".papers, .unseen") && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline").map((e) => e.textContent.slice(0, 40)),
      begins: (() => { const h = document.querySelector("h1")?.getBoundingClientRect(); return h ? innerWidth - h.right : 0; })(),
    }));
    assert.equal(at.dir, "rtl", where);
    assert.equal(at.lang, "ar", where);
    assert.ok(at.over <= 0, `${where}: ${at.over} pixels too wide`);
    assert.deepEqual(at.cut, [], where + ": cut off");
    assert.ok(at.begins < 40, `${where}: the heading begins ${at.begins} pixels from the right`);
  };
  await page.getByText(t("wallet.begin.what")).waitFor(); // the browser's language is the page's
  await page.locator('h1 .also[lang="en"]').getByText("Keep certificates here").waitFor();
  await page.locator(".draft").getByText(t("draft")).waitFor();
  await whole("begin");
  await page.getByLabel(t("wallet.passphrase.new")).fill(secret);
  await page.getByLabel(t("wallet.passphrase.again")).fill(secret);
  await press(t("wallet.begin.button"));
  await page.getByRole("button", { name: t("wallet.add.camera") }).waitFor();
  await whole("empty");
  const add = async (text, label) => {
    await press(t("wallet.add.text"));
    await page.getByLabel(t("wallet.add.text.what")).fill(text);
    await page.getByRole("dialog").getByRole("button", { name: t("wallet.add"), exact: true }).tap();
    const whose = page.getByRole("dialog", { name: t("wallet.whose") });
    await whose.getByLabel(t("wallet.whose.label")).fill(label);
    await whose.getByRole("button", { name: t("wallet.keep") }).tap();
    await whose.waitFor({ state: "hidden" });
  };
  await add(s.codes.anna, "أنّا");
  await add(s.codes.bo, "بو");
  await page.getByText(/فحص ⁨?كوفيد-19/).first().waitFor();
  await whole("home");
  await page.locator(".thing .primary").first().tap();
  await page.locator(".code .symbol").waitFor();
  await page.getByText("Please scan this code.").waitFor(); // for the person across the desk, until they choose
  await press("العربية");
  await page.getByText(t("wallet.code.viewer")).waitFor();
  await page.locator('.code-words .also[lang="en"]').getByText("Please scan this code.").waitFor();
  assert.ok((await page.locator(".code .symbol").boundingBox()).width >= 0.8 * 390);
  await page.keyboard.press("Escape");

  await page.locator(".tabs button").nth(1).tap();
  await page.locator(".leg select").first().selectOption("XA");
  await page.locator(".leg").nth(1).locator("select").first().selectOption("XB");
  assert.match(await page.locator(".leg").nth(1).locator("optgroup").first().getAttribute("label"), new RegExp(t("wallet.rules.known")));
  await page.locator(".leg").nth(1).locator("input[type=datetime-local]").fill("2026-12-03T14:20");
  await page.locator("form button[type=submit]").tap();
  const green = page.locator(".person-answer").first();
  await green.getByRole("heading", { name: entry("green") }).waitFor();
  await green.locator('.answer .also[lang="en"]').getByText("meets the rules").waitFor();
  await page.locator(".person-answer").nth(1).locator('.reason .also[lang="en"]').getByText(/Refer to the health service/).waitFor();
  assert.match(await page.locator(".person-answer").nth(1).locator(".reason-text").first().textContent(), /دليل على عدوى حالية/);
  await whole("travel");

  await page.locator(".tabs button").nth(2).tap();
  await page.locator("form select").nth(1).selectOption("XB");
  await page.locator("form button[type=submit]").first().tap();
  await page.locator('.answer .also[lang="en"]').waitFor();
  await whole("colour");
  await page.locator(".tabs button").nth(3).tap();
  await page.locator(".sheet-page").first().waitFor();
  await whole("print");
  await page.locator(".tabs button").nth(4).tap();
  await whole("more");
  await press(t("wallet.lock"));
  await page.getByLabel(t("wallet.passphrase")).waitFor();
  await whole("locked");
  await page.getByLabel(t("wallet.passphrase")).fill("wrong");
  await press(t("wallet.open"));
  await page.getByText(t("wallet.shut.wrong")).waitFor();
  await press("English"); // for whoever helps
  await page.getByRole("heading", { level: 1, name: "The wallet is locked", exact: true }).waitFor();
  await press("العربية");
  await whole("locked again");
  quiet(assert, record, d.origin, "arabic");
  await context.close();
});
