// What somebody does who holds certificates: they come in by every way, are kept
// so that nobody else reads them, are shown, printed, and moved to another device.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { film, png, upright } from "./film.mjs";
import { begin, keep, open, paste, secret, shelf, tab, visit } from "./holder.mjs";
import { browser, desk, long, pdf as pdfOf, personal, photo, quiet } from "./post.mjs";

let s, d, b;
before(async () => { s = shelf(); d = await desk(s); b = await browser(); });
after(async () => { await b?.close(); await d?.stop(); s?.remove(); });

/** at gives a test a fresh browser profile with a wallet. */
async function at(f, { began = true, ...options } = {}) {
  const r = await visit(b, d, options);
  try {
    if (began) await begin(r.page);
    await f(r);
    quiet(assert, r.record, d.origin, "wallet");
  } finally {
    await r.context.close();
  }
}

const cards = (page) => page.locator(".thing").count();
const pdf = (name, pictures) => pdfOf(b, s, name, pictures);
const choose = (page, files) => page.locator(".add input[type=file]").setInputFiles(files);

test("a certificate comes in as a text, a photo, a PDF, dropped and pasted", () => at(async ({ page }) => {
  await paste(page, s.codes.anna, "Anna");
  assert.equal(await cards(page), 1);
  await page.getByText("Test for COVID-19, sample of 2 Dec 2026").waitFor();
  await page.getByText("authentic").waitFor();
  await choose(page, s.picture("bo"));
  await keep(page, "Bo");
  assert.equal(await cards(page), 2);
  await choose(page, await pdf("clara.pdf", [undefined, s.picture("clara")]));
  await keep(page, "Clara");
  assert.equal(await cards(page), 3);
  // Dropped: a picture that is there already.
  await page.evaluate((bytes) => {
    const t = new DataTransfer();
    t.items.add(new File([new Uint8Array(bytes)], "photo.png", { type: "image/png" }));
    document.querySelector("main").dispatchEvent(new DragEvent("drop", { dataTransfer: t, bubbles: true, cancelable: true }));
  }, [...readFileSync(s.picture("anna"))]);
  await keep(page);
  await page.getByText("You had 1 of them already.").first().waitFor();
  // Pasted, and a history with it.
  await page.evaluate((text) => {
    const t = new DataTransfer();
    t.setData("text/plain", text);
    document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: t, bubbles: true }));
  }, "pratique-history/1.0\nstay XB 2026-11-01 -\n");
  await keep(page, "Anna");
  await page.getByText("Said by hand: 1.").waitFor();
  assert.equal(await cards(page), 3);
}));

test("what cannot be taken is named: an address, a page without a code, a PDF of 500 pages, a broken one", () => at(async ({ page }) => {
  const refused = async (files, text) => { await choose(page, files); await page.getByRole("alert").getByText(text).first().waitFor({ timeout: 30_000 }); };
  const file = (name, mimeType, text) => ({ name, mimeType, buffer: Buffer.from(text) });
  await refused(file("a.txt", "text/plain", "https://example.org/menu"), /web address/i);
  await refused(await pdf("none.pdf", [undefined]), "There is no code in this PDF");
  await refused(file("long.pdf", "application/pdf", long(500)), "This PDF has 500 pages");
  await refused(file("bad.pdf", "application/pdf", "%PDF-1.4 nothing"), "This PDF cannot be opened");
  await refused(file("bad.png", "image/png", "no picture"), "This picture cannot be opened");
  await refused(file("empty.txt", "text/plain", "  "), "The file is empty");
  const large = join(s.dir, "large.png");
  writeFileSync(large, Buffer.alloc(41 << 20));
  await refused(large, "too large");
  assert.equal(await cards(page), 0);
}));

test("public pictures all come in", { skip: !process.env.PRATIQUE_VECTORS && "PRATIQUE_VECTORS is not set: public pictures not judged" }, () => at(async ({ page }) => {
  const dir = join(process.env.PRATIQUE_VECTORS, "qa/img");
  const all = readdirSync(dir).filter((n) => n.endsWith(".png"));
  await choose(page, all.map((n) => join(dir, n)));
  const dialog = page.getByRole("dialog", { name: "Whose is it?" });
  await dialog.waitFor({ timeout: 90_000 });
  const named = await dialog.getByLabel("Name in this wallet").all();
  for (const n of named) await n.fill("Public");
  await dialog.getByRole("button", { name: "Keep" }).click();
  await page.locator(".thing").nth(all.length - 1).waitFor();
  console.log(`wallet: ${await cards(page)} of ${all.length} public pictures`);
  assert.equal(await cards(page), 35);
}));

test("a photograph of 20 MB is read", () => at(async ({ page }) => {
  const began = Date.now();
  await choose(page, await photo(b, s, "large.jpg", s.picture("anna")));
  await keep(page, "Anna");
  console.log(`wallet: a photograph of 20 MB is made and read in ${Date.now() - began} ms`);
  assert.equal(await cards(page), 1);
}));

test("the camera reads a code, and a camera that is refused is no end", async () => {
  const video = await browser(film(join(s.dir, "film.y4m"), 24, upright(png(s.picture("anna")))));
  const { page, context } = await visit(video, d, { time: null });
  await begin(page);
  await page.getByRole("button", { name: "Scan with the camera" }).click();
  await keep(page, "Me");
  assert.equal(await cards(page), 1);
  await context.close();
  await video.close();
  await at(async ({ page: p }) => {
    await p.evaluate(() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotAllowedError")); });
    await p.getByRole("button", { name: "Scan with the camera" }).click();
    await p.getByRole("alert").getByText("The camera is not allowed").waitFor();
  });
});

/** dump is all that a page left in the browser, as text. */
const dump = (page) => page.evaluate(async () => {
  const text = async (v) => {
    if (v instanceof ArrayBuffer || ArrayBuffer.isView(v)) return new TextDecoder("latin1").decode(v);
    if (v && typeof v === "object") return (await Promise.all(Object.entries(v).map(async ([k, x]) => k + "=" + (await text(x))))).join("\n");
    return String(v);
  };
  let out = JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + document.cookie + location.href;
  for (const { name } of await indexedDB.databases()) {
    const db = await new Promise((r) => { const q = indexedDB.open(name); q.onsuccess = () => r(q.result); });
    for (const store of db.objectStoreNames) {
      const all = await new Promise((r) => { const q = db.transaction(store).objectStore(store).getAll(); q.onsuccess = () => r(q.result); });
      out += (await Promise.all(all.map(text))).join("\n");
    }
    db.close();
  }
  for (const name of await caches.keys()) for (const r of await (await caches.open(name)).keys()) out += r.url + "\n";
  return out;
});

test("at rest nobody reads it; a wrong passphrase is slow, and looks like damage", () => at(async ({ page }) => {
  await paste(page, s.codes.anna, "Grandmother");
  const left = await dump(page);
  assert.ok(left.includes("passphrase="), "the dump has the record");
  for (const p of [...personal.filter((x) => !/6BF|bo/.test(x.source)), /Grandmother/, new RegExp(secret), /pratique-wallet\//, /covid/i]) assert.doesNotMatch(left, p, "in the clear");
  assert.ok(!left.includes(s.codes.anna.slice(10, 40)));
  await page.getByRole("button", { name: "Lock" }).click();
  assert.doesNotMatch(await page.content(), /Grandmother|Eriksson|HC1:/);
  const wrong = async (p) => {
    const began = Date.now();
    await page.getByLabel("Passphrase").fill(p);
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await page.getByRole("alert").getByText("The passphrase is wrong, or what is kept is damaged.").waitFor({ timeout: 20_000 });
    return Date.now() - began;
  };
  const took = await wrong("four calm horses under sun");
  assert.ok(took > 700, `a wrong passphrase costs only ${took} ms`);
  await page.evaluate(() => new Promise((done) => {
    const q = indexedDB.open("pratique-wallet");
    q.onsuccess = () => {
      const t = q.result.transaction("kept", "readwrite"), o = t.objectStore("kept"), r = o.get("wallet");
      r.onsuccess = () => { const w = r.result; new Uint8Array(w.content.data)[5] ^= 1; o.put(w, "wallet"); };
      t.oncomplete = () => { q.result.close(); done(); };
    };
  }));
  const damaged = await wrong(secret);
  console.log(`wallet: a wrong passphrase takes ${took} ms, damage ${damaged} ms`);
}));

test("opened once, it opens without a network, shows codes and reads a PDF", async () => {
  const own = await desk(s);
  const { page, context, record } = await visit(b, own);
  await begin(page);
  await paste(page, s.codes.anna, "Anna");
  await page.waitForFunction(async () => {
    for (const n of await caches.keys()) if ((await (await caches.open(n)).keys()).some((r) => r.url.includes("/a/pdf.worker"))) return true;
    return false;
  }, undefined, { polling: 200, timeout: 20_000 });
  await page.reload(); // by now through the service worker
  await page.getByLabel("Passphrase").waitFor();
  await own.stop("SIGKILL");
  const began = Date.now();
  await page.reload();
  await page.getByLabel("Passphrase").waitFor();
  console.log(`wallet: offline, ready again in ${Date.now() - began} ms`);
  await page.getByText("kept from the last visit").waitFor();
  await open(page);
  await page.getByText("authentic").waitFor();
  await page.getByRole("button", { name: /^Show the code/ }).click();
  await page.locator(".code .symbol").waitFor();
  const shot = join(s.dir, "shown.png");
  await page.locator(".code .symbol").screenshot({ path: shot });
  assert.match(s.pratique("read", "shown.png"), /NOT VERIFIED/);
  await page.keyboard.press("Escape");
  await choose(page, await pdf("bo.pdf", [s.picture("bo")]));
  await keep(page, "Bo");
  assert.equal(await cards(page), 2);
  quiet(assert, record, own.origin, "offline");
  await context.close();
});

test("a code is black on white as wide as the window, in the dark too, with a line for the person across the desk", () => at(async ({ page }) => {
  await paste(page, s.codes.anna, "Anna");
  await page.getByRole("button", { name: /^Show the code/ }).click();
  await page.locator(".code .symbol").waitFor();
  const box = await page.locator(".code .symbol").boundingBox();
  assert.ok(box.width >= 0.8 * 390, `${box.width} pixels`);
  assert.equal(await page.locator(".code .symbol rect").getAttribute("fill"), "#fff");
  assert.equal(await page.locator(".code").evaluate((e) => getComputedStyle(e).backgroundColor), "rgb(255, 255, 255)");
  await page.getByText("turn the screen up to its full brightness").waitFor();
  await page.getByRole("button", { name: "Français" }).click();
  await page.getByText("Veuillez scanner ce code.").waitFor();
  await page.getByText("Test de COVID-19").waitFor();
}, { viewport: { width: 390, height: 844 }, colorScheme: "dark" }));

test("a backup opens on another device, and in the program", () => at(async ({ page }) => {
  await paste(page, s.codes.anna, "Anna");
  await paste(page, s.codes.bo, "Bo");
  await tab(page, "Backup and more");
  await page.getByLabel("Passphrase of the backup").fill("a passphrase for the way");
  await page.getByLabel("The same again").first().fill("a passphrase for the way");
  const saved = page.waitForEvent("download", { timeout: 30_000 });
  await page.getByRole("button", { name: "Save a backup" }).click();
  const file = join(s.dir, "moved.age");
  await (await saved).saveAs(file);
  assert.match(readFileSync(file, "utf8"), /^-----BEGIN AGE/);
  writeFileSync(join(s.dir, "way.txt"), "a passphrase for the way\n");
  assert.match(s.pratique("wallet", "list", "--passphrase", "way.txt", "moved.age"), /Anna/);
  await at(async ({ page: other }) => {
    await tab(other, "Backup and more");
    await other.locator("main input[type=file]").setInputFiles(file);
    const dialog = other.getByRole("dialog", { name: "Restore a backup" });
    await dialog.getByLabel("Passphrase of the backup").fill("another passphrase");
    await dialog.getByRole("button", { name: "Open" }).click();
    await dialog.getByText("The passphrase is wrong, or the file is damaged.").waitFor({ timeout: 20_000 });
    await dialog.getByLabel("Passphrase of the backup").fill("a passphrase for the way");
    await dialog.getByRole("button", { name: "Open" }).click();
    await other.getByText("Restored: 2 new things, for 2 people.").first().waitFor({ timeout: 20_000 });
    await tab(other, "What I hold");
    assert.equal(await cards(other), 2);
  });
}));

test("it locks by itself, opens with the device's authenticator, and is deleted for good", () => at(async ({ page, context }) => {
  const cdp = await context.newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  await cdp.send("WebAuthn.addVirtualAuthenticator", { options: { protocol: "ctap2", ctap2Version: "ctap2_1", transport: "internal", hasUserVerification: true, isUserVerified: true, hasResidentKey: true, hasPrf: true, automaticPresenceSimulation: true } });
  await paste(page, s.codes.anna, "Anna");
  await tab(page, "Backup and more");
  await page.getByLabel("Open with this device too").click();
  await page.getByRole("status").getByText("Saved.").first().waitFor();
  await page.clock.fastForward(6 * 60_000);
  await page.getByRole("heading", { name: "The wallet is locked" }).waitFor();
  await page.getByText("because nobody used it").waitFor();
  assert.doesNotMatch(await page.content(), /Anna/);
  await page.getByRole("button", { name: "Open with this device" }).click();
  await page.getByRole("button", { name: "Scan with the camera" }).waitFor();
  assert.equal(await cards(page), 1);
  await tab(page, "Backup and more");
  await page.getByRole("button", { name: "Delete everything" }).click();
  const dialog = page.getByRole("dialog");
  assert.ok(await dialog.getByRole("button", { name: "Delete everything" }).isDisabled());
  await dialog.getByRole("checkbox").check();
  await dialog.getByRole("button", { name: "Delete everything" }).click();
  await page.getByRole("heading", { name: "Keep certificates here" }).waitFor();
  assert.doesNotMatch(await dump(page), /passphrase=/);
}));

test("a full disk, another window and a wrong clock are said, with what to do", () => at(async ({ page, context, record }) => {
  await page.evaluate(() => { // a window of a test has no quota that could be set (Storage.overrideQuotaForOrigin does nothing there)
    IDBObjectStore.prototype.realPut = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = () => { throw new DOMException("", "QuotaExceededError"); };
  });
  await paste(page, s.codes.anna, "Anna");
  await page.getByRole("alert").getByText("has no room left").waitFor();
  await page.getByText("save a backup now").waitFor();
  assert.equal(await cards(page), 1, "it is still there in this window");
  await page.evaluate(() => { IDBObjectStore.prototype.put = IDBObjectStore.prototype.realPut; });
  await paste(page, s.codes.bo, "Bo");
  await page.getByText("save a backup now").waitFor({ state: "hidden" });
  const other = await context.newPage();
  await other.clock.install({ time: new Date("2026-11-01T00:00:00Z") });
  await other.goto(d.origin + "/wallet/");
  await open(other);
  await other.getByRole("alert").getByText("One of them is wrong: set date and time of the device.").waitFor();
  await paste(other, s.codes.clara, "Clara");
  await page.getByRole("button", { name: "Paste a text" }).click();
  await page.getByLabel("The text of a code").fill(s.codes.forged);
  await page.getByRole("dialog").getByRole("button", { name: "Add" }).click();
  await page.getByRole("dialog", { name: "Whose is it?" }).getByRole("button", { name: "Keep" }).click();
  await page.getByText("Another window has changed the wallet.").first().waitFor();
  await open(page);
  assert.equal(await cards(page), 3);
}));

test("paper: sheets that fold, cards and labels, and no answer on them", () => at(async ({ page }) => {
  await paste(page, s.codes.anna, "Anna");
  await tab(page, "Print");
  for (const form of ["sheet", "card", "label"]) {
    await page.getByLabel("What?").selectOption(form);
    await page.locator(form === "sheet" ? ".sheet-page svg" : ".papers-" + form + " .piece svg").first().waitFor();
    const data = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
    assert.equal([...data.matchAll(/\/Type\s*\/Page\b/g)].length, 1, form + ": one page");
    assert.match(data, /MediaBox\s*\[\s*0 0 59[45]/);
    await page.emulateMedia({ media: "print" });
    assert.ok(!(await page.locator(".tabs").isVisible()));
    const shot = join(s.dir, form + ".png");
    await page.locator(form === "sheet" ? ".sheet-page" : ".piece").first().screenshot({ path: shot });
    assert.match(s.pratique("read", form + ".png"), /NOT VERIFIED/, form);
    if (form === "card") {
      const box = await page.locator(".piece").boundingBox();
      assert.ok(Math.abs(box.width - 85.6 * 96 / 25.4) < 1 && Math.abs(box.height - 53.98 * 96 / 25.4) < 1, "as large as a bank card");
    }
    await page.emulateMedia({ media: null });
    assert.doesNotMatch(await page.locator(".papers").textContent(), /meets the rules|green|authentic/i);
  }
}));
