// A shift as it is: the desk in a folder that was copied elsewhere, no network,
// twenty travellers, five of whom have no code.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { begin, browser, daysAgo, program, quiet, recorded, second, stick, tree, type } from "./post.mjs";

let s, folder, p, b, address;
before(async () => {
  s = stick();
  s.pratique("key", "new", "--demo", "--country", "XC", "--from", "2026-01-01T00:00:00Z", "-o", "xc.key");
  // The folder as somebody copies it from a stick: program, data, settings, key, officers.
  folder = join(mkdtempSync(join(tmpdir(), "pratique-copied-")), "Grenzposten Süd");
  mkdirSync(folder);
  for (const n of ["data", "desk.txt", "desk.key", "officers.txt"]) cpSync(join(s.dir, n), join(folder, n), { recursive: true });
  cpSync(program, join(folder, "pratique"));
  // It names no folder but its own; and where a network would be, there is none.
  p = spawn(join(folder, "pratique"), ["desk", "--port", "0", "--pages", join(tree, "web/dist/packed")], { cwd: tmpdir(), env: { HTTP_PROXY: "http://127.0.0.1:9", HTTPS_PROXY: "http://127.0.0.1:9" }, stdio: ["ignore", "pipe", "pipe"] });
  address = await new Promise((found, failed) => {
    createInterface({ input: p.stdout }).on("line", (l) => { const m = /^address +(http:\S+)/.exec(l); if (m) found(m[1]); });
    p.on("exit", () => failed(new Error("the desk did not start")));
  });
  b = await browser(undefined, ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"]);
});
after(async () => {
  await b?.close();
  p?.kill("SIGINT");
  s?.remove();
  if (folder) rmSync(join(folder, ".."), { recursive: true, force: true });
});

test("twenty travellers, of whom five have no code", async () => {
  const { page, record } = await recorded(b, { address });
  await page.evaluate(() => { window.print = () => undefined; });
  await begin(page);
  const press = (name) => page.getByRole("button", { name, exact: true }).click();
  const heading = (name) => page.getByRole("heading", { level: 1, name });
  const dialog = page.getByRole("dialog");
  const scanned = async (text, colour) => { await type(page, text); await page.locator(".verdict-" + colour).waitFor(); };
  const bare = async (kind) => { await press("No code at hand"); await press(kind); await page.getByText("Look at this").waitFor(); };
  const because = async (reason) => { await dialog.getByLabel(reason).check(); await dialog.getByRole("button").first().click(); };
  const person = (n, more = {}) => s.issue({ family: "Passenger", given: "No " + n, ...more });

  const travellers = [
    ...["One", "Two", "Three", "Four", "Five", "Six", "Seven"].map((n) => [n, async () => { await scanned(person(n), "green"); await press("Admit"); }, "Admitted"]),
    ["an infant in arms", async () => { await bare("An infant"); await press("Admit"); }, "Admitted"],
    ["with a letter", async () => { await bare("A letter of exemption"); await press("Admit"); }, "Admitted"],
    ["with a yellow card", async () => { await bare("A paper card (yellow card)"); await press("Admit"); }, "Admitted"],
    ["with a dead telephone, and a print in the suitcase", async () => { await bare("The telephone is dead"); await press("Second desk"); }, "Sent to the second desk"],
    ["with a dead telephone, and nothing else", async () => { await bare("The telephone is dead"); await press("Admit"); }, "Admitted"],
    ["withdrawn", async () => { await scanned(s.codes.clara, "red"); await press("Second desk"); }, "Sent to the second desk"],
    ["infected", async () => { await scanned(s.codes.bo, "red"); await press("Health service"); }, "Sent to the health service"],
    ["forged", async () => { await scanned(s.codes.forged, "red"); await press("Refuse"); }, "Refused"],
    ["tested too long ago, with a newer code in the bag", async () => {
      await scanned(person("Eight", daysAgo), "amber");
      await press("Scan another code of this person");
      await scanned(person("Eight"), "green");
      await press("Admit");
    }, "Admitted"],
    ["tested too long ago", async () => { await scanned(person("Nine", daysAgo), "amber"); await press("Second desk"); }, "Sent to the second desk"],
    ["from a country on no list", async () => { await scanned(s.issue({ family: "Passenger", given: "No Ten" }, "xc.key"), "grey"); await press("Second desk"); }, "Sent to the second desk"],
    ["let in for a funeral", async () => { await scanned(s.codes.bo, "red"); await press("Admit"); await because(/humanitarian/i); }, "Admitted"],
    ["refused by two officers", async () => {
      await scanned(person("Eleven"), "green");
      await press("Refuse");
      await dialog.getByLabel("Second officer").fill(second.name);
      await dialog.getByLabel("Their passphrase").fill(second.passphrase);
      await dialog.getByRole("button", { name: "I refuse too" }).click();
      await because(/authority/i);
    }, "Refused"],
  ];
  assert.equal(travellers.length, 20);
  const took = [];
  for (const [who, at, end] of travellers) {
    await heading("Next traveller").waitFor();
    const began = Date.now();
    await at();
    await heading(end).waitFor();
    await page.locator(".sheet .symbol").waitFor(); // a receipt for everybody
    assert.doesNotMatch(await page.locator(".sheet").textContent(), /Passenger|Eriksson|Lindstr|1974/, who);
    await press("Print the receipt");
    await press(/^Next traveller/);
    took.push(Date.now() - began);
  }
  took.sort((x, y) => x - y);
  console.log(`twenty travellers: ${took.reduce((x, y) => x + y)} ms of the page in all, the longest ${took.at(-1)} ms`);
  await press("End the shift");
  await press("Weekly return");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link").first().click()]);
  const rows = readFileSync(await download.path(), "utf8").trim().split("\r\n").slice(1).map((l) => l.split(","));
  assert.equal(rows.reduce((n, r) => n + Number(r.at(-1)), 0), 20, "all are counted");
  const count = (...fields) => rows.filter((r) => fields.every((f) => r.includes(f))).reduce((n, r) => n + Number(r.at(-1)), 0);
  assert.equal(count("green", "admitted"), 8);
  assert.equal(count("grey", "admitted", "other_evidence"), 4);
  assert.equal(count("green", "refused", "instruction"), 1);
  quiet(assert, record, new URL(address).origin, "shift");
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  assert.doesNotMatch(kept, /passenger|No [A-Z]|1974|HC1|boats/i);
});
