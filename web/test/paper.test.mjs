// Every journey a second time, on paper only: a printed code is a code, and who
// has none at all is no more work for the officer and is not turned away.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { begin, browser, desk, quiet, recorded, stick, type } from "./post.mjs";

let s, d, b, page, record;
before(async () => {
  s = stick();
  d = await desk(s);
  b = await browser();
  ({ page, record } = await recorded(b, d));
  await begin(page);
});
after(async () => { await b?.close(); await d?.stop(); s?.remove(); });

const heading = (name) => page.getByRole("heading", { level: 1, name });

/** steps counts what an officer does: each press, and each thing that is held before the camera. */
function counted() {
  let n = 0;
  return {
    press: async (name) => { n++; await page.getByRole("button", { name, exact: true }).click(); },
    show: async (text) => { n++; await type(page, text); },
    steps: () => n,
  };
}

test("without a code it takes no more steps than with one", async () => {
  const phone = counted();
  await phone.show(s.codes.anna);
  await phone.press("Admit");
  await heading("Admitted").waitFor();
  await page.evaluate(() => { window.print = () => undefined; });
  await phone.press("Print the receipt");
  await phone.press("Next traveller");
  await heading("Next traveller").waitFor();

  const bare = counted(); // with the button that starts the camera, as most desks work
  await bare.press("No code at hand");
  await bare.press("A paper card (yellow card)");
  await bare.press("Admit");
  await heading("Admitted").waitFor();
  await bare.press("Print the receipt");
  await bare.press("Next traveller");
  await heading("Next traveller").waitFor();
  assert.ok(bare.steps() <= phone.steps() + 1, `${bare.steps()} steps without a code, ${phone.steps()} with one and a button to scan it`);
  console.log(`steps of the officer: ${phone.steps() + 1} with a code and the scan button, ${bare.steps()} without a code`);
});

for (const [kind, code, look] of [
  ["An infant", "infant", /birth date below the age/],
  ["A letter of exemption", "exemption_letter", /signed and stamped by a physician/],
  ["A paper card (yellow card)", "paper_card", /batch number/],
  ["The telephone is dead", "dead_phone", /Offer a charger/],
]) {
  test(`${kind.toLowerCase()}: a guided look, a decision, a receipt`, async () => {
    await page.getByRole("button", { name: "No code at hand" }).click();
    await page.getByRole("button", { name: kind }).click();
    await page.getByText(look).waitFor();
    await page.getByRole("checkbox").first().check();
    await page.getByRole("button", { name: "Admit", exact: true }).click();
    await heading("Admitted").waitFor();
    await page.getByText("Something else was shown").or(page.getByText("Other evidence")).first().waitFor().catch(() => undefined);
    const sheet = await page.locator(".sheet").textContent();
    assert.match(sheet, /In words/);
    assert.match(s.counts(), new RegExp(`grey admitted other_evidence ${code} `));
    await page.getByRole("button", { name: /^Next traveller/ }).click();
  });
}

test("who is sent on, and who is refused: the second desk needs no reason, a refusal does", async () => {
  await page.getByRole("button", { name: "No code at hand" }).click();
  await page.getByRole("button", { name: "A paper card (yellow card)" }).click();
  await page.getByRole("button", { name: "Second desk", exact: true }).click();
  await heading("Sent to the second desk").waitFor();
  await page.getByRole("button", { name: /^Next traveller/ }).click();
  assert.match(s.counts(), /grey second_desk - - /);
  await page.getByRole("button", { name: "No code at hand" }).click();
  await page.getByRole("button", { name: "The telephone is dead" }).click();
  await page.getByRole("button", { name: "Refuse", exact: true }).click();
  await page.getByRole("dialog").getByText("Why?").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Back", exact: true }).click();
  await heading("Next traveller").waitFor();
});

test("a printed code is read like that of a telephone", async () => {
  await page.locator('input[type="file"]').setInputFiles(s.picture("anna")); // as it is printed
  await page.locator(".verdict-green").waitFor();
  await page.getByRole("button", { name: "Admit", exact: true }).click();
  await heading("Admitted").waitFor();
  quiet(assert, record, d.origin, "paper");
});
