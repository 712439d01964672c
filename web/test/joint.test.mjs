// A destination that asks for two things: a traveller has a certificate for
// each, and neither is enough alone.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { begin, browser, desk, quiet, recorded, second, stick, type } from "./post.mjs";

let s, d, b, page, record, card;

before(async () => {
  s = stick();
  const fever = JSON.parse(readFileSync(join(s.dir, "data/sudmark.json"), "utf8"));
  Object.assign(fever, {
    id: "sudmark-fever", accepts: [{ kind: "vaccination", diseases: ["16541001"] }], title: { en: "Yellow fever" }, cures: {}, tests: [],
    rules: [{
      Identifier: "VR-XB-0091", Type: "Acceptance", Country: "XB", Version: "1.0.0", SchemaVersion: "1.0.0", Engine: "CERTLOGIC", EngineVersion: "0.7.5",
      CertificateType: "Vaccination", Description: [{ lang: "en", desc: "The dose must have been given ten days or more before arrival." }],
      ValidFrom: fever.from, ValidTo: fever.until, AffectedFields: ["v.0.dt"],
      Logic: { "not-before": [{ plusTime: [{ var: "external.validationClock" }, 0, "hour"] }, { plusTime: [{ var: "payload.v.0.dt" }, 10, "day"] }] },
    }],
  });
  for (const k of ["refuse", "obligations", "value_sets", "defaults"]) delete fever[k];
  writeFileSync(join(s.dir, "data/fever.json"), JSON.stringify(fever));
  const trust = join(s.dir, "data/sudmark.txt");
  writeFileSync(trust, readFileSync(trust, "utf8").replace("uses test\n  methods nucleic_acid", "uses any"));
  const form = JSON.parse(s.pratique("issue", "--example", "icvp"));
  writeFileSync(join(s.dir, "fever-form.json"), JSON.stringify({ ...form, family: "Eriksson", given: "Anna Maria", born: "1974-08-12" }));
  card = s.pratique("issue", "--format", "icvp", "--key", "play/norland/lab.key", "--at", "2026-06-20T00:00:00Z", "fever-form.json", "-o", "-").trim();
  d = await desk(s);
  b = await browser();
  ({ page, record } = await recorded(b, d));
  await begin(page);
});
after(async () => { await b?.close(); await d?.stop(); s?.remove(); });

const heading = (name) => page.getByRole("heading", { level: 1, name });
const press = (name) => page.getByRole("button", { name, exact: true }).click();

const both = async () => {
  await type(page, s.codes.anna);
  await heading("more is needed").waitFor();
  await press("Scan another code of this person");
  await type(page, card);
  await heading("meets the rules").waitFor();
};

test("two certificates meet together what neither meets alone; the receipt says that other evidence was shown", async () => {
  await both();
  assert.ok(await page.locator(".verdict-green .shape-green").isVisible());
  assert.equal(await page.locator(".name").textContent(), "Anna Maria Eriksson");
  await page.getByText("Take a second nucleic acid test within five days after arrival.").waitFor();
  await page.keyboard.press("Space"); // admits, as with one code
  await heading("Admitted").waitFor();
  assert.match(readFileSync(join(s.dir, "counts/2026-W49.txt"), "utf8"), /^2026-12-03T14\+08:00 amber admitted other_evidence - /m);
  await page.getByRole("button", { name: /^Next traveller/ }).click();
  await heading("Next traveller").waitFor();
});

test("the yellow card alone is not enough, nor is it with somebody else's test", async () => {
  await type(page, card);
  await heading("more is needed").waitFor();
  await press("Scan another code of this person");
  await type(page, s.codes.clara);
  await page.getByText("A code of another person was shown. It does not count.").waitFor();
  assert.ok(!(await heading("meets the rules").isVisible()));
  await press("Second desk");
  await page.getByRole("button", { name: /^Next traveller/ }).click();
  await heading("Next traveller").waitFor();
});

test("who is green by two certificates is refused by two officers with a reason, like anybody who is green", async () => {
  await both();
  await press("Refuse");
  const dialog = page.getByRole("dialog");
  const confirm = async (secret) => {
    await dialog.getByLabel("Second officer").fill(second.name);
    await dialog.getByLabel("Their passphrase").fill(secret);
    await dialog.getByRole("button", { name: "I refuse too" }).click();
  };
  await dialog.getByText("To refuse takes two officers").waitFor();
  await confirm("not their passphrase");
  await dialog.getByLabel(/authority/i).check(); // a reason is needed too
  await dialog.getByRole("button", { name: "Refuse" }).click();
  await dialog.getByText("That is no officer of this desk with their passphrase.").waitFor();
  await confirm(second.passphrase);
  await heading("Refused").waitFor();
  quiet(assert, record, d.origin, "two certificates");
});
