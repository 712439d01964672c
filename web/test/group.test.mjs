// Families, coaches, flights: a list of fifty, by file, by scanner and by camera.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { film, png, upright } from "./film.mjs";
import { begin, browser, daysAgo, desk, quiet, recorded, stick, type } from "./post.mjs";

let s, d, b, page, record;
const texts = [];

before(async () => {
  s = stick();
  d = await desk(s);
  // Fifty people: every tenth with a result of four days ago.
  for (let i = 0; i < 50; i++) {
    texts.push(s.issue({ family: "Passenger", given: "No " + "ABCDEFGHIJ"[Math.floor(i / 10)] + "ABCDEFGHIJ"[i % 10], ...(i % 10 === 9 ? daysAgo : {}) }));
  }
  b = await browser(film(join(s.dir, "film.y4m"), 8, upright(png(s.picture("anna")))));
  ({ page, record } = await recorded(b, d));
  await begin(page);
});
after(async () => { await b?.close(); await d?.stop(); s?.remove(); });

const open = () => page.getByRole("button", { name: "Family, coach, crew, flight" }).click();
const sum = (colour) => page.locator(".sum-" + colour);

test("a list of fifty: one summary, answers by reference, and all green ones admitted at once", async () => {
  await open();
  const rows = ["ref;code;mrz", ...texts.map((t, i) => `seat ${i + 1};"${t}";`), 'seat 51;"https://menu.example/";'];
  const began = Date.now();
  await page.locator('input[type="file"]').setInputFiles({ name: "flight.csv", mimeType: "text/csv", buffer: Buffer.from(rows.join("\r\n")) });
  await sum("green").getByText("45 green").waitFor({ timeout: 90_000 });
  await sum("amber").getByText("5 amber").waitFor();
  await sum("grey").getByText("1 grey").waitFor();
  console.log(`list of 51: answered in ${Date.now() - began} ms`);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save the answers (CSV)" }).click()]);
  const csv = readFileSync(await download.path(), "utf8").split("\r\n");
  assert.equal(csv.length, 53);
  assert.equal(csv[0], "ref,verdict,reason,text,next,by");
  assert.match(csv[1], /^seat 1,green,accepted,/);
  assert.match(csv[10], /^seat 10,amber,rule_failed,/);
  assert.doesNotMatch(csv.join("\n"), /passenger|HC1:|1974/i);
  await page.getByRole("button", { name: "Open no. seat 10" }).click();
  await page.locator(".verdict-amber").waitFor();
  await page.getByRole("button", { name: "Second desk", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Sent to the second desk" }).waitFor();
  await page.getByRole("button", { name: /^Next traveller/ }).click();
  await page.getByRole("button", { name: "Admit the 45 that are green" }).click();
  await page.getByText("45 admitted").waitFor({ timeout: 90_000 });
  await sum("green").getByText("0 green").waitFor();
  assert.equal(s.counts().match(/green admitted - - /g).length, 45);
  await page.getByRole("button", { name: "End the list" }).click();
});

test("a family by scanner: each once, however often it is scanned", async () => {
  await open();
  for (const t of [texts[0], texts[1], texts[0], texts[2]]) await type(page, t);
  await sum("green").getByText("3 green").waitFor();
  await type(page, "https://menu.example/");
  await page.getByText(/This is a web address/).waitFor();
  await page.getByRole("button", { name: "End the list" }).click();
});

test("a family by camera: the camera stays on", async () => {
  await open();
  await page.getByRole("button", { name: "Scan", exact: true }).click();
  await sum("green").getByText("1 green").waitFor();
  await page.waitForTimeout(500);
  assert.ok(await page.locator("video").isVisible());
  await sum("green").getByText("1 green").waitFor();
  await page.getByRole("button", { name: "End the list" }).click();
});

test("a table without codes is named", async () => {
  await open();
  await page.locator('input[type="file"]').setInputFiles({ name: "a.csv", mimeType: "text/csv", buffer: Buffer.from("name,seat\nx,1\n") });
  await page.getByText(/needs a column/).waitFor();
  await page.getByRole("button", { name: "End the list" }).click();
  quiet(assert, record, d.origin, "lists");
  for (const r of record.requests) assert.doesNotMatch(r.body + r.url, /passenger/i);
});
