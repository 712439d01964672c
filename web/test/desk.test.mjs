// Travellers with a code at the desk, from the scan to the receipt in their hand.
import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { begin, browser, daysAgo, desk, long, passport, pdf, photo, quiet, recorded, second, stick, type } from "./post.mjs";

let s, d, b, page, record;

before(async () => {
  s = stick();
  d = await desk(s);
  b = await browser();
  ({ page, record } = await recorded(b, d));
  await begin(page);
});
beforeEach(async () => { // what failed before is no fault of the next
  await page.emulateMedia({ media: null });
  if (await heading("Next traveller").isVisible()) return;
  await page.reload();
  await begin(page);
});
after(async () => { await b?.close(); await d?.stop(); s?.remove(); });

const heading = (name) => page.getByRole("heading", { level: 1, name });
const press = (name) => page.getByRole("button", { name, exact: true }).click();
const next = async () => { await press(/^Next traveller/); await heading("Next traveller").waitFor(); };
const scan = async (text) => { await type(page, text); await page.locator("#verdict").waitFor(); };

test("a code that meets the rules: green, name and birth date, what is owed, a signed receipt that anybody can check", async () => {
  await scan(s.codes.anna);
  await heading("meets the rules").waitFor();
  assert.ok(await page.locator(".verdict-green .shape-green").isVisible());
  assert.equal(await page.locator(".name").textContent(), "Anna Maria Eriksson");
  await page.getByText("born August 12, 1974").waitFor();
  await page.getByText("Take a second nucleic acid test within five days after arrival.").waitFor();
  assert.ok(await page.getByText("DEMO – NOT VALID").isVisible());
  assert.ok(!(await page.getByText("Is it authentic?").isVisible()), "details are closed at first");
  await page.keyboard.press("Space"); // admits
  await heading("Admitted").waitFor();
  const slip = join(s.dir, "slip.png");
  await press("Show its code");
  await page.locator(".symbol").screenshot({ path: slip });
  s.pratique("key", "show", "--pem", "--passphrase", "passphrase.txt", "desk.key");
  writeFileSync(join(s.dir, "desk.pem"), s.pratique("key", "show", "--pem", "--passphrase", "passphrase.txt", "desk.key"));
  const checked = s.pratique("receipt", "check", "--trust", "data", "--trust", "desk.pem", "--from", "XA", "slip.png", "play/anna.png");
  assert.match(checked, /✓ AGREES/);
  assert.match(readFileSync(join(s.dir, "counts/2026-W49.txt"), "utf8"), /^2026-12-03T14\+08:00 green admitted - - /m);
  await next();
});

test("a receipt is printed on A4 and on a roll, and nothing else with it", async () => {
  await scan(s.codes.anna);
  await press("Admit");
  await heading("Admitted").waitFor();
  for (const [paper, width] of [["a4", 595], ["slip", 227]]) {
    await page.getByLabel("Paper").selectOption(paper);
    await page.evaluate(() => { window.print = () => { window.printed = document.documentElement.dataset.paper; }; });
    await press("Print the receipt");
    assert.equal(await page.evaluate(() => window.printed), paper);
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
    const pages = [...pdf.matchAll(/\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)/g)];
    assert.equal(pages.length, 1, `${paper}: ${pages.length} pages`);
    assert.ok(Math.abs(Number(pages[0][1]) - width) < 3, `${paper} is ${pages[0][1]} points wide`);
    await page.emulateMedia({ media: "print" });
    assert.ok(await page.locator(".sheet").isVisible());
    assert.ok(!(await page.locator(".bar").isVisible()));
    await page.emulateMedia({ media: null });
  }
  await next();
});

test("withdrawn and infected: red, with a reason and where to object", async () => {
  await scan(s.codes.clara);
  await heading("stop").waitFor();
  await page.getByText(/Withdrawn by its issuer/).first().waitFor();
  await page.getByText(/https:\/\/appeals.norland.example/).first().waitFor();
  await press("Second desk");
  await heading("Sent to the second desk").waitFor();
  await page.getByText("Where to object").first().waitFor();
  await next();
  await scan(s.codes.bo);
  await heading("stop").waitFor();
  await page.getByText(/Refer to the health service/).waitFor();
  await press("Health service");
  await heading("Sent to the health service").waitFor();
  assert.doesNotMatch(await page.locator(".sheet").textContent(), /infection|positive|detected/i);
  await next();
});

test("forged: nobody is shown, and the officer may not admit without a reason", async () => {
  await scan(s.codes.forged);
  await heading("stop").waitFor();
  assert.equal(await page.locator(".name").count(), 0);
  await page.getByText("No name is shown").waitFor();
  await press("Admit");
  await page.getByRole("dialog").getByText("This does not follow from the answer. Why?").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await press("Refuse"); // follows from red
  await heading("Refused").waitFor();
  await next();
});

test("an override names a reason of the list, or a sentence of the desk, and is counted so", async () => {
  await scan(s.codes.bo);
  await press("Admit");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(/humanitarian/i).check();
  await dialog.getByRole("button", { name: "Admit" }).click();
  await heading("Admitted").waitFor();
  await next();
  await scan(s.codes.bo);
  await press("Admit");
  await dialog.getByRole("radio").last().check();
  await dialog.getByLabel("Which sentence?").selectOption("family_visit");
  await dialog.getByRole("button", { name: "Admit" }).click();
  await heading("Admitted").waitFor();
  await page.getByText("Visits a sick member of the family.").waitFor();
  await next();
  assert.match(s.counts(), /red admitted humanitarian - /);
  assert.match(s.counts(), /red admitted other family_visit /);
});

test("to refuse a person who met the rules takes a second officer and a reason", async () => {
  await scan(s.codes.anna);
  await press("Refuse");
  const dialog = page.getByRole("dialog");
  const confirm = async (name, secret) => {
    await dialog.getByLabel("Second officer").fill(name);
    await dialog.getByLabel("Their passphrase").fill(secret);
    await dialog.getByRole("button", { name: "I refuse too" }).click();
  };
  await dialog.getByText("To refuse takes two officers").waitFor();
  await confirm("o-7", second.passphrase);
  await dialog.getByText("It must be another officer.").waitFor();
  await confirm(second.name, "not their passphrase");
  await dialog.getByLabel(/authority/i).check(); // a reason is needed too
  await dialog.getByRole("button", { name: "Refuse" }).click();
  await dialog.getByText("That is no officer of this desk with their passphrase.").waitFor();
  assert.equal(await dialog.getByLabel("Their passphrase").inputValue(), "");
  const began = Date.now();
  await confirm("o-8", second.passphrase); // who is on no list is not told from a wrong passphrase
  await page.waitForFunction(() => document.querySelector("dialog input[type=password]")?.value === "");
  console.log(`second officer: a wrong passphrase takes ${Date.now() - began} ms`);
  await dialog.getByText("That is no officer of this desk with their passphrase.").waitFor();
  assert.equal(await page.getByRole("heading", { level: 1, name: "meets the rules" }).count(), 1);
  await confirm(second.name, second.passphrase);
  await heading("Refused").waitFor();
  assert.ok(!(await page.content()).includes(second.passphrase));
  await page.getByText("o-7, o-9").waitFor();
  await next();
  assert.match(s.counts(), /green refused instruction - /);
});

test("the passport's lines are compared, and the match explained", async () => {
  await scan(s.codes.anna);
  await page.getByText("Compare with the passport", { exact: true }).click();
  await page.getByLabel("The two or three lines at the foot of the page").fill(passport);
  await press("Compare");
  await page.locator(".match-good").getByText("Birth date:").waitFor();
  await page.locator(".match-good").getByText("Birth date: the same").waitFor();
  // Another person's, from a reader that types: amber, and why.
  await page.locator("h1").focus();
  await type(page, "P<UTOBERG<<OLE<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10");
  await page.locator(".match-look").waitFor();
  await page.locator(".verdict-amber").waitFor();
  await press("Second desk");
  await heading("Sent to the second desk").waitFor();
  await next();
});

test("an amber answer says what would do and by when, and takes another code of the same person", async () => {
  const old = s.issue(daysAgo), stranger = s.issue({ family: "Berg", given: "Ole", born: "1960-01-01" });
  await scan(old);
  await heading("more is needed").waitFor();
  await page.getByText("What to do:").first().waitFor();
  await press("Scan another code of this person");
  await heading("Another code of the same person").waitFor();
  await type(page, stranger);
  await page.getByText("A code of another person was shown. It does not count.").waitFor();
  await page.locator(".verdict-amber").waitFor();
  await press("Scan another code of this person");
  await type(page, s.codes.anna);
  await page.locator(".verdict-green").waitFor();
  await press("Admit");
  await heading("Admitted").waitFor();
  await next();
});

test("what is no health code is named, and nothing is decided on it", async () => {
  await type(page, "https://menu.example/today");
  await page.getByText(/This is a web address, not a health certificate/).waitFor();
  await heading("Next traveller").waitFor();
  await type(page, passport.replace("\n", ""));
  await page.getByText(/These are passport lines/).waitFor();
  await scan(s.codes.anna.slice(0, 200)); // a damaged code is a case: the person stands there
  await heading("cannot say").waitFor();
  await press("Second desk");
  await heading("Sent to the second desk").waitFor();
  await next();
});

test("a scanner that types for another keyboard is understood", async () => {
  // A French computer and a scanner set to the United States: the letters are wrong, the keys are not.
  await page.evaluate((text) => {
    const us = { " ": "Space", "$": "Digit4", "%": "Digit5", "*": "Digit8", "+": "Equal", "-": "Minus", ".": "Period", "/": "Slash", ":": "Semicolon" };
    const french = { Digit1: "&", Digit2: "é", Digit3: '"', Digit4: "'", Digit5: "(", Digit6: "-", Digit7: "è", Digit8: "_", Digit9: "ç", Digit0: "à", KeyA: "Q", KeyQ: "A", KeyW: "Z", KeyZ: "W", KeyM: "?", Semicolon: "M", Period: ":", Slash: "!", Minus: ")", Equal: "=" };
    for (const c of text) {
      const code = us[c] ?? (/\d/.test(c) ? "Digit" + c : "Key" + c);
      document.dispatchEvent(new KeyboardEvent("keydown", { key: french[code] ?? c, code, shiftKey: /[A-Z$%*+:]/.test(c), bubbles: true, cancelable: true }));
    }
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", code: "Enter", bubbles: true, cancelable: true }));
  }, s.codes.anna);
  await page.locator(".verdict-green").waitFor();
  await press("Admit");
  await heading("Admitted").waitFor();
  await next();
});

test("a code comes by file, by drop and by paste; what does not is named", async () => {
  const chooser = page.locator('input[type="file"]');
  await chooser.setInputFiles(s.picture("anna"));
  await page.locator(".verdict-green").waitFor();
  await press("Admit");
  await next();
  const drop = (name, type, bytes, times = 1) => page.evaluate(([name, type, bytes, times]) => {
    const data = new DataTransfer();
    data.items.add(new File(Array(times).fill(Uint8Array.from(bytes)), name, { type }));
    document.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  }, [name, type, [...bytes], times]);
  await drop("anna.png", "image/png", readFileSync(s.picture("anna")));
  await page.locator(".verdict-green").waitFor();
  await press("Admit");
  await next();
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }, s.codes.anna);
  await page.locator(".verdict-green").waitFor();
  await press("Admit");
  await next();
  for (const [name, type, bytes, says, times] of [
    ["a.pdf", "application/pdf", Buffer.from("%PDF-1.7"), /This PDF cannot be opened/],
    ["long.pdf", "application/pdf", Buffer.from(long(500)), /This PDF has 500 pages/],
    ["a.png", "image/png", Buffer.from("no picture"), /This picture cannot be opened/],
    ["a.txt", "text/plain", Buffer.alloc(0), /The file is empty/],
    ["a.txt", "text/plain", Buffer.alloc(1 << 10, 65), /too long/, 2000],
    ["a.jpg", "image/jpeg", Buffer.alloc(1 << 10, 65), /too large/, 42_000],
    ["icon.svg", "image/svg+xml", readFileSync(join(import.meta.dirname ?? ".", "../src/icon.svg")), /cannot be opened|no code in this picture/],
  ]) {
    await drop(name, type, bytes, times);
    await page.getByText(says).waitFor();
  }
});

test("a PDF is read, and a photograph of 20 MB", async () => {
  const chooser = page.locator('input[type="file"]');
  await chooser.setInputFiles(await pdf(b, s, "anna.pdf", [undefined, s.picture("anna")]));
  await page.locator(".verdict-green").waitFor();
  await press("Admit");
  await next();
  const large = await photo(b, s, "large.jpg", s.picture("anna"));
  const size = statSync(large).size, began = Date.now();
  assert.ok(size > 20e6, `only ${size} bytes`);
  await chooser.setInputFiles(large);
  await page.locator(".verdict-green").waitFor();
  console.log(`photograph of ${Math.round(size / 1e6)} MB: answered in ${Date.now() - began} ms`);
  await press("Admit");
  await next();
});

test("in every draft the answer is said in that language, and English beside", async () => {
  for (const [lang, word, dir] of [["ar", "توقف", "rtl"], ["es", "alto", "ltr"], ["ru", "стоп", "ltr"], ["zh", "停止", "ltr"]]) {
    await page.locator(".language select").selectOption(lang);
    await scan(s.codes.clara);
    await heading(new RegExp(word)).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.dir), dir);
    const reason = await page.locator(".reason-text").first().textContent();
    if (lang === "es") assert.match(reason, /^Retirado por quien lo expidió/);
    else assert.doesNotMatch(reason, /[A-Za-z]{4}/, lang);
    await page.locator('.reason .also[lang="en"]').getByText(/Withdrawn by its issuer/).waitFor();
    await page.locator('.outcome-refused .also[lang="en"]').getByText("Refuse").waitFor();
    await page.locator(".draft").waitFor();
    await page.locator(".bar").getByRole("button", { name: "English" }).click(); // and back
    await heading("stop").waitFor();
    await page.locator(`.bar button[lang="${lang}"]`).click();
    await heading(new RegExp(word)).waitFor();
    await page.locator(".language select").selectOption("en");
    await press("Second desk");
    await next();
  }
});

test("the traveller's side says it in their language, and English beside", async () => {
  await scan(s.codes.clara);
  await press("For the traveller");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Français" }).click();
  await dialog.getByText("stop", { exact: false }).first().waitFor();
  await dialog.getByText(/Retiré par/).waitFor();
  await dialog.getByRole("button", { name: "العربية" }).click();
  await dialog.getByText("Unreviewed translation").waitFor();
  assert.equal(await dialog.locator(".side").first().getAttribute("dir"), "rtl");
  await dialog.locator('.side[lang="en"]').getByText(/Withdrawn by its issuer/).waitFor();
  await dialog.getByRole("button", { name: "Close" }).click();
  await press("Second desk");
  await next();
});

test("discreet: no colour that bystanders could see, and no sound anywhere", async () => {
  await press("Preferences");
  await page.getByLabel(/Discreet/).check();
  await press("Close");
  const ground = () => page.locator(".verdict").evaluate((e) => getComputedStyle(e).backgroundColor);
  await scan(s.codes.clara);
  const red = await ground();
  await press("Second desk");
  await next();
  await scan(s.codes.anna);
  assert.equal(await ground(), red);
  assert.ok((await page.locator(".verdict-head .shape").boundingBox()).width < 60);
  await press("Admit");
  await next();
  await press("Preferences");
  await page.getByLabel(/Discreet/).uncheck();
  await press("Close");
  assert.equal(await page.evaluate(() => document.querySelectorAll("audio").length), 0);
});

test("the desk goes to the next traveller by itself, and stays if somebody does something", async () => {
  await press("Preferences");
  await page.getByLabel("Go back to the next traveller").selectOption("5");
  await press("Close");
  await scan(s.codes.anna);
  await press("Admit");
  await heading("Admitted").waitFor();
  await heading("Next traveller").waitFor({ timeout: 9000 });
  await scan(s.codes.anna);
  await press("Admit");
  await heading("Admitted").waitFor();
  await press("Show its code");
  await page.waitForTimeout(6000);
  assert.ok(await heading("Admitted").isVisible());
  await next();
});

test("the weekly return has counts alone", async () => {
  await press("End the shift");
  await press("Weekly return");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "2026-W49" }).click()]);
  const csv = readFileSync(await download.path(), "utf8");
  assert.match(csv, /^desk,country,week,day,verdict,outcome,override,sentence,count\r\n/);
  assert.match(csv, /gate-2,XB,2026-W49,2026-12-03,red,admitted,humanitarian,,1\r\n/);
  assert.equal(download.suggestedFilename(), "gate-2-2026-W49.csv");
});

test("no request left the origin, and nothing about a person is in requests, storage, addresses or messages", async () => {
  quiet(assert, record, d.origin, "all journeys");
  const kept = await page.evaluate(async () => {
    const caches_ = [];
    for (const name of await caches.keys()) {
      for (const r of await (await caches.open(name)).keys()) caches_.push(r.url + " " + (/\.(wasm|js)$/.test(r.url) ? "" : await (await (await caches.open(name)).match(r)).text()));
    }
    return { local: JSON.stringify({ ...localStorage }), session: JSON.stringify({ ...sessionStorage }), cookie: document.cookie, databases: JSON.stringify(await indexedDB.databases()), caches: caches_.join("\n"), address: location.href, history: history.state };
  });
  for (const word of [/eriksson/i, /lindstr/i, /1974-08/, /1988-03/, /HC1:/, /L898902C3/, /DEMOANNA/i]) {
    for (const [where, text] of Object.entries(kept)) assert.doesNotMatch(String(text), word, where);
    assert.doesNotMatch(s.counts() + d.said(), word, "disk and terminal");
  }
  assert.equal(kept.session, "{}");
  assert.equal(kept.databases, "[]");
  assert.deepEqual(Object.keys(JSON.parse(kept.local)).filter((k) => !["pratique.likings", "pratique.waiting"].includes(k)), []);
  assert.ok(record.requests.length > 40, `only ${record.requests.length} requests were recorded`);
});
