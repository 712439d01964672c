// Every journey a second time, on paper only. First with a printed code, taken
// from a sheet of A4 as it lies on the desk; then with nothing that can be scanned.
// It is no more work for the officer, and nobody is turned away for it.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { prepareZXingModule, writeBarcode } from "zxing-wasm/writer";
import { begin, browser, daysAgo, desk, passport, quiet, recorded, second, stick, type } from "./post.mjs";

let s, d, b, page, record;
prepareZXingModule({ overrides: { wasmBinary: readFileSync(new URL("../node_modules/zxing-wasm/dist/writer/zxing_writer.wasm", import.meta.url)) } });
const codes = {}; // by name: the text, and the picture of a sheet on which it is printed
before(async () => {
  s = stick();
  d = await desk(s);
  b = await browser();
  for (const n of ["anna", "bo", "clara", "forged"]) codes[n] = { text: s.codes[n] };
  codes.old = { text: s.issue(daysAgo) };
  codes.damaged = { text: s.codes.anna.slice(0, 200) };
  codes.menu = { text: "https://menu.example/today" };
  const { context, page: printer } = await recorded(b, undefined, { viewport: { width: 1240, height: 1754 } }); // A4 at 150 dpi
  for (const [name, c] of Object.entries(codes)) {
    c.sheet = join(s.dir, name + "-sheet.png");
    writeFileSync(c.sheet, await sheet(printer, c.text));
  }
  await context.close();
  ({ page, record } = await recorded(b, d));
  await page.evaluate(() => { window.print = () => undefined; });
  await begin(page);
});
after(async () => { await b?.close(); await d?.stop(); s?.remove(); });

/** sheet is a page of A4 with a printed code of 60 mm, slightly askew. */
async function sheet(printer, text) {
  const { svg } = await writeBarcode(text, { format: "QRCode" });
  await printer.setContent(`<body style="margin:0;background:#fff;font:24px serif"><div style="transform:rotate(2deg);padding:120px"><h1>Certificate</h1><p>Keep this sheet with your passport.</p><img width="354" height="354" src="data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}"></div></body>`);
  await printer.waitForFunction(() => document.images[0].complete);
  return printer.screenshot();
}

const heading = (name) => page.getByRole("heading", { level: 1, name });
const dialog = () => page.getByRole("dialog");

/** officer counts what an officer does: each press, each choice, each thing that is held before the scanner. */
function officer(paper) {
  let n = 0;
  const press = async (name, where = page) => { n++; await where.getByRole("button", { name, exact: true }).click(); };
  return {
    press,
    show: async (name) => {
      n++;
      if (paper) await page.locator('input[type="file"]').first().setInputFiles(codes[name].sheet);
      else await type(page, codes[name].text);
    },
    fill: async (label, text) => { n++; await dialog().getByLabel(label).fill(text); },
    choose: async (label) => { n++; await dialog().getByLabel(label).check(); },
    ends: async (as) => {
      await heading(as).waitFor();
      await press("Print the receipt");
      await page.locator(".sheet .symbol").waitFor();
      await press(/^Next traveller/);
      await heading("Next traveller").waitFor();
    },
    steps: () => n,
  };
}

const colour = (c) => page.locator(".verdict-" + c).waitFor();
const journeys = {
  "who meets the rules": async (o) => { await o.show("anna"); await colour("green"); await o.press("Admit"); await o.ends("Admitted"); },
  "withdrawn": async (o) => { await o.show("clara"); await colour("red"); await o.press("Second desk"); await o.ends("Sent to the second desk"); },
  "infected": async (o) => { await o.show("bo"); await colour("red"); await o.press("Health service"); await o.ends("Sent to the health service"); },
  "forged": async (o) => { await o.show("forged"); await colour("red"); await o.press("Refuse"); await o.ends("Refused"); },
  "damaged": async (o) => { await o.show("damaged"); await colour("grey"); await o.press("Second desk"); await o.ends("Sent to the second desk"); },
  "let in against the answer": async (o) => {
    await o.show("bo"); await colour("red"); await o.press("Admit");
    await o.choose(/humanitarian/i); await o.press("Admit", dialog()); await o.ends("Admitted");
  },
  "refused by two officers": async (o) => {
    await o.show("anna"); await colour("green"); await o.press("Refuse");
    await o.fill("Second officer", second.name); await o.fill("Their passphrase", second.passphrase); await o.press("I refuse too", dialog());
    await o.choose(/authority/i); await o.press("Refuse", dialog()); await o.ends("Refused");
  },
  "too old, and another code": async (o) => {
    await o.show("old"); await colour("amber"); await o.press("Scan another code of this person");
    await o.show("anna"); await colour("green"); await o.press("Admit"); await o.ends("Admitted");
  },
  "compared with the passport": async (o) => {
    await o.show("anna"); await colour("green");
    await page.locator("h1").focus(); await type(page, passport.replace("\n", "")); // the passport is paper anyway
    await page.locator(".match-good").waitFor();
    await o.press("Admit"); await o.ends("Admitted");
  },
  "no health code at all": async (o) => { await o.show("menu"); await page.getByText(/This is a web address/).waitFor(); },
  "told in the traveller's language": async (o) => {
    await o.show("clara"); await colour("red"); await o.press("For the traveller"); await o.press("Français", dialog());
    await dialog().getByText(/Retiré par/).waitFor();
    await o.press("Close", dialog()); await o.press("Second desk"); await o.ends("Sent to the second desk");
  },
  "a family": async (o) => {
    await o.press("Family, coach, crew, flight");
    for (const n of ["anna", "bo", "old"]) await o.show(n);
    await page.locator(".list tbody tr").nth(2).waitFor();
    await page.locator(".sum-green").getByText("1 green").waitFor();
    await o.press("Admit the 1 that are green");
    await page.getByText("1 admitted").waitFor();
    await o.press("End the list");
    await heading("Next traveller").waitFor();
  },
};

for (const [name, journey] of Object.entries(journeys)) {
  test(`${name}: with a printed code as with a telephone`, async () => {
    const phone = officer(false), paper = officer(true);
    await journey(phone);
    await journey(paper);
    console.log(`steps of the officer, ${name}: ${phone.steps()} with a telephone, ${paper.steps()} on paper`);
    assert.ok(paper.steps() <= phone.steps());
  });
}

// With nothing to scan: the same outcomes, in as many steps as with a code and
// the button that most desks press to scan it.
const bare = {
  "An infant": ["infant", /birth date below the age/],
  "A letter of exemption": ["exemption_letter", /signed and stamped by a physician/],
  "A paper card (yellow card)": ["paper_card", /batch number/],
  "The telephone is dead": ["dead_phone", /Offer a charger/],
};
for (const [kind, [code, look]] of Object.entries(bare)) {
  for (const [decision, ends, counted] of [["Admit", "Admitted", `admitted other_evidence ${code}`], ["Second desk", "Sent to the second desk", "second_desk - -"], ["Health service", "Sent to the health service", "health_service health_service_asked -"], ["Refuse", "Refused", "refused instruction -"]]) {
    test(`${kind.toLowerCase()}, nothing to scan: ${ends.toLowerCase()}, with a receipt`, async () => {
      const phone = 1 + { Admit: 4, "Second desk": 4, "Health service": 6, Refuse: 6 }[decision]; // the scan button; show, decide (and why: two), print, next
      const o = officer(true);
      await o.press("No code at hand");
      await o.press(kind);
      await page.getByText(look).waitFor();
      await o.press(decision);
      if (decision === "Health service") { await o.choose(/health service asked/i); await o.press(decision, dialog()); }
      if (decision === "Refuse") { await o.choose(/authority/i); await o.press(decision, dialog()); }
      await heading(ends).waitFor();
      if (decision === "Admit") assert.match(await page.locator(".sheet").textContent(), /In words/);
      await o.ends(ends);
      assert.ok(o.steps() <= phone, `${o.steps()} steps without a code, ${phone} with one`);
      assert.match(s.counts(), new RegExp(`grey ${counted} `));
    });
  }
}

test("who has no code is told at the screen without an officer where to go", async () => {
  await page.getByRole("button", { name: "End the shift" }).click();
  await page.getByRole("button", { name: "Screen without an officer" }).click();
  await page.getByRole("heading", { level: 1, name: "Show your code" }).waitFor();
  await page.getByText("No code? Please go to a desk.").waitFor();
  quiet(assert, record, d.origin, "paper");
});
