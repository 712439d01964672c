// What must hold when something goes wrong, or somebody means harm: no network,
// no power, no disk, a dead clock, old data, other pages, hostile certificates.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { arrival, begin, browser, desk, passphrase, quiet, recorded, second, stick, type } from "./post.mjs";

let b;
before(async () => { b = await browser(); });
after(async () => { await b?.close(); });

/** at gives a test a stick, a desk and a page, and clears up after it. */
async function at(f, { shift = true, options = {} } = {}) {
  const s = stick(options);
  let d = await desk(s);
  const { context, page, record } = await recorded(b, d);
  try {
    if (shift) await begin(page);
    await f({ s, d, page, record, context, again: async () => (d = await desk(s, d.port)) });
  } finally {
    await context.close();
    await d.stop("SIGKILL").catch(() => undefined);
    s.remove();
  }
}

const heading = (page, name) => page.getByRole("heading", { level: 1, name });
const admit = async (page) => {
  await page.getByRole("button", { name: "Admit", exact: true }).click();
  await heading(page, "Admitted").waitFor();
};

test("opened once, the page opens, verifies and decides without any network", () => at(async ({ s, d, page, record }) => {
  await page.waitForFunction(async () => (await navigator.serviceWorker.ready).active?.state === "activated" && (await caches.open("data")) && (await (await caches.open("data")).keys()).length === 2, undefined, { polling: 200 }).catch(() => undefined);
  await page.reload(); // by now through the service worker
  await page.locator("form.shift").waitFor();
  await d.stop("SIGKILL");
  const took = [];
  for (let i = 0; i < 3; i++) {
    const began = Date.now();
    await page.reload();
    await page.locator("form.shift").waitFor();
    took.push(Date.now() - began);
  }
  console.log(`offline: ready again in ${took.join(", ")} ms`);
  assert.ok(Math.min(...took) < 2000, "not ready within two seconds");
  await page.getByText("the desk is not reached").waitFor();
  await page.getByLabel("Date", { exact: true }).fill(arrival.date);
  await page.getByLabel("Time", { exact: true }).fill(arrival.time);
  await page.getByLabel("Officer", { exact: true }).fill("o-7");
  await page.getByLabel("Passphrase of the desk’s key").fill(passphrase);
  await page.getByRole("button", { name: "Yes, begin" }).click();
  await page.getByText("does not answer").waitFor();
  await page.getByRole("button", { name: /^Begin without it/ }).click();
  await type(page, s.codes.clara);
  await page.locator(".verdict-red").waitFor();
  await page.getByRole("button", { name: "Second desk", exact: true }).click();
  await page.getByText("The desk does not answer. The decision will be counted once it does").waitFor();
  await page.getByText("This receipt is not signed.").waitFor();
  quiet(assert, record, d.origin, "offline");
}));

test("the power fails: what was decided is counted, what waited is counted afterwards", () => at(async ({ s, d, page, again }) => {
  for (let i = 0; i < 3; i++) {
    await type(page, s.codes.anna);
    await page.locator(".verdict-green").waitFor();
    await admit(page);
    await page.getByRole("button", { name: /^Next traveller/ }).click();
  }
  await d.stop("SIGKILL");
  assert.equal(s.counts().match(/green admitted/g).length, 3);
  await type(page, s.codes.anna); // the page goes on
  await page.locator(".verdict-green").waitFor();
  await admit(page);
  await page.getByText("The desk does not answer.").waitFor();
  await again();
  await page.reload();
  await begin(page);
  await type(page, s.codes.anna);
  await page.locator(".verdict-green").waitFor();
  await admit(page);
  assert.equal(s.counts().match(/green admitted/g).length, 5);
  assert.equal(await page.evaluate(() => localStorage.getItem("pratique.waiting")), "[]");
}));

test("the disk takes no more: the answer stands, nothing is said to be counted, no receipt is given", () => at(async ({ s, page }) => {
  writeFileSync(join(s.dir, "counts"), "no folder"); // nothing can be written there
  await type(page, s.codes.anna);
  await page.locator(".verdict-green").waitFor();
  await page.getByRole("button", { name: "Admit", exact: true }).click();
  await page.getByText("The decision was not counted").waitFor();
  assert.equal(await page.locator(".sheet").count(), 0);
  rmSync(join(s.dir, "counts"));
  mkdirSync(join(s.dir, "counts"));
  await admit(page);
}));

test("the browser has no room: what cannot be counted is not said to be", () => at(async ({ s, d, page, again }) => {
  await page.evaluate(() => {
    let piece = "x".repeat(1 << 20);
    while (piece.length > 0) { // until the browser itself refuses a single letter
      try { localStorage.setItem("other" + localStorage.length, piece); } catch { piece = piece.slice(0, piece.length >> 1); }
    }
  });
  await d.stop("SIGKILL");
  await type(page, s.codes.anna);
  await page.locator(".verdict-green").waitFor();
  await page.getByRole("button", { name: "Admit", exact: true }).click();
  await page.getByText(/has no room to keep the count. Decide on paper/).waitFor();
  assert.equal(await page.locator(".sheet").count(), 0);
  await again();
  await page.evaluate(() => { for (const k of Object.keys(localStorage)) if (k.startsWith("other")) localStorage.removeItem(k); });
}));

test("without its program nobody confirms as the second officer, and the person goes to the second desk", () => at(async ({ s, d, page }) => {
  await d.stop("SIGKILL");
  await type(page, s.codes.anna);
  await page.locator(".verdict-green").waitFor();
  await page.getByRole("button", { name: "Refuse", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("If nobody else is here, send the person to the second desk.").waitFor();
  await dialog.getByLabel("Second officer").fill(second.name);
  await dialog.getByLabel("Their passphrase").fill(second.passphrase);
  await dialog.getByRole("button", { name: "I refuse too" }).click();
  await dialog.getByLabel(/authority/i).check();
  await dialog.getByRole("button", { name: "Refuse" }).click();
  await page.getByText(/Nobody can confirm it here/).waitFor();
  assert.equal(await page.evaluate(() => localStorage.getItem("pratique.waiting") ?? "[]"), "[]", "it does not wait to be counted");
  await page.getByRole("button", { name: "Second desk", exact: true }).click();
  await dialog.getByLabel(/authority/i).check();
  await dialog.getByRole("button", { name: "Second desk" }).click();
  await heading(page, "Sent to the second desk").waitFor();
}));

test("a desk with one officer alone says how to go on", () => at(async ({ s, page }) => {
  await type(page, s.codes.anna);
  await page.locator(".verdict-green").waitFor();
  await page.getByRole("button", { name: "Refuse", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText(/Nobody can confirm it here/).waitFor();
  assert.equal(await dialog.getByLabel("Their passphrase").count(), 0);
  await dialog.getByRole("button", { name: "Second desk" }).click();
  await dialog.getByLabel(/lot/i).check();
  await dialog.getByRole("button", { name: "Second desk" }).click();
  await heading(page, "Sent to the second desk").waitFor();
}, { options: { officers: false } }));

test("data that cannot be read, or is not there: the page says what to bring", async () => {
  const s = stick(), d = await desk(s);
  try {
    for (const [answer, says] of [[{ status: 200, body: '{"files":{"keys.pem":"no list"}}' }, /cannot be read: .*Bring a new copy/], [{ status: 404, body: "{}" }, /Start it again/]]) {
      const { context, page } = await recorded(b, undefined, { serviceWorkers: "block" });
      await page.route("**/api/world", (r) => r.fulfill({ contentType: "application/json", ...answer }));
      await page.goto(d.address);
      await page.getByRole("status").getByText(says).waitFor();
      await context.close();
    }
  } finally {
    await d.stop();
    s.remove();
  }
});

test("a dead clock: the data's time is its floor, and the officer sets it", () => at(async ({ page }) => {
  await page.getByText(/This computer’s clock is wrong: it is later than Dec 3, 2026/).waitFor();
  await page.getByLabel("Date", { exact: true }).fill("2026-12-02");
  await page.getByLabel("Officer", { exact: true }).fill("o-7");
  await page.getByLabel("Passphrase of the desk’s key").fill("wrong");
  await page.getByRole("button", { name: "Yes, begin" }).click();
  await page.getByText(/That cannot be: it is later than/).waitFor();
  await page.getByLabel("Date", { exact: true }).fill(arrival.date);
  await page.getByLabel("Time", { exact: true }).fill(arrival.time);
  await page.getByRole("button", { name: "Yes, begin" }).click();
  await page.getByText("The passphrase does not open the key of this desk.").waitFor();
}, { shift: false }));

test("data past its end: everybody is grey, and the light says why", () => at(async ({ s, page }) => {
  await page.getByLabel("Date", { exact: true }).fill("2030-06-01");
  await page.getByLabel("Officer", { exact: true }).fill("o-7");
  await page.getByLabel("Passphrase of the desk’s key").fill(passphrase);
  await page.getByRole("button", { name: "Yes, begin" }).click();
  await page.locator(".fresh-red").getByText(/Data past its end/).waitFor();
  await type(page, s.codes.anna);
  await page.locator(".verdict-grey").waitFor();
}, { shift: false }));

test("another page of the same browser learns nothing and changes nothing", () => at(async ({ s, d, context }) => {
  const evil = createServer((_, r) => { r.setHeader("Content-Type", "text/html"); r.end("<p>evil"); });
  await new Promise((go) => evil.listen(0, "localhost", go));
  try {
    const page = await context.newPage();
    await page.goto(`http://localhost:${evil.address().port}/`);
    const got = await page.evaluate(async (origin) => {
      const tries = {};
      for (const [name, path, init] of [
        ["settings", "/api/desk", {}], ["world", "/api/world", {}], ["return", "/api/return?week=2026-W49", {}],
        ["shift", "/api/shift", { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"officer":"x","clock":"2027-01-01T00:00:00Z"}' }],
        ["simple", "/api/shift", { method: "POST", body: '{"officer":"x","clock":"2027-01-01T00:00:00Z"}' }],
      ]) tries[name] = await fetch(origin + path, init).then((r) => r.text(), () => "refused");
      const opaque = await fetch(origin + "/api/desk", { mode: "no-cors" }).then((r) => r.type, () => "refused");
      const frame = await new Promise((go) => {
        const f = document.createElement("iframe");
        f.onload = () => { try { go(f.contentDocument?.body?.textContent ?? "closed"); } catch { go("closed"); } };
        f.src = origin + "/desk/";
        document.body.append(f);
        setTimeout(() => go("closed"), 3000);
      });
      return { ...tries, opaque, frame };
    }, d.origin);
    for (const [name, answer] of Object.entries(got)) assert.ok(["refused", "closed", ""].includes(answer), `${name}: ${answer}`);
    assert.equal(s.counts(), "");
  } finally {
    evil.closeAllConnections();
    await new Promise((done) => evil.close(done));
  }
}));

test("what a certificate says is text, whatever it looks like", () => at(async ({ s, d, page, record }) => {
  const hostile = s.issue({ family: "</p><img src=x onerror=alert(1)><script>alert(2)</script>", given: "\u202Eevil \u2066Bo\u2069 {at}" });
  await type(page, hostile);
  await page.locator(".verdict-green").waitFor();
  assert.match(await page.locator(".name").textContent(), /<img src=x onerror=alert\(1\)>/);
  assert.equal(await page.locator("main img, main script").count(), 0);
  assert.equal(record.requests.filter((r) => r.url.endsWith("/x")).length, 0);
  // And if something of it became a script all the same, the policy would stop it.
  const stopped = await page.evaluate(() => new Promise((go) => {
    document.addEventListener("securitypolicyviolation", (e) => go(e.violatedDirective), { once: true });
    try { const x = document.createElement("script"); x.textContent = "window.hacked = 1"; document.head.append(x); } catch { go("trusted types"); }
    setTimeout(() => go("nothing"), 1000);
  }));
  assert.match(stopped, /script-src|require-trusted-types-for|trusted types/);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  const head = await (await fetch(d.address)).headers.get("content-security-policy");
  assert.match(head, /default-src 'none'/);
  assert.doesNotMatch(head, /unsafe-inline|'unsafe-eval'/);
}));

test("a screen without an officer never refuses, shows no name, and goes back by itself", () => at(async ({ s, d, page, record }) => {
  // The clock of this computer is before the data: such a screen is out of order.
  await page.goto(d.origin + "/desk/?kiosk");
  await page.getByText("This screen is out of order.").waitFor();
  await page.goto(d.address);
  await begin(page);
  await page.getByRole("button", { name: "End the shift" }).click();
  await page.getByRole("button", { name: "Screen without an officer" }).click();
  await heading(page, "Show your code").waitFor();
  for (const [name, says] of [["anna", "Thank you. Please go on."], ["bo", "Please go to a desk."], ["forged", "Please go to a desk."]]) {
    await type(page, s.codes[name]);
    await heading(page, says).waitFor();
    assert.doesNotMatch(await page.locator("body").textContent(), /eriksson|lindstr|anna maria|refuse|stop\b/i);
    await heading(page, "Show your code").waitFor();
  }
  quiet(assert, record, d.origin, "kiosk");
  assert.equal(s.counts(), ""); // nobody decided anything
}, { shift: false }));
