// Somebody who holds certificates: the page of a wallet in a browser, with the
// demo's public data beside it.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { recorded, stick } from "./post.mjs";

export const secret = "four calm horses under rain";
export const noon = new Date("2026-12-03T04:20:00Z"); // 12:20 in Sudmark

/** shelf is a stick with rules by which one colours oneself, too. */
export function shelf() {
  const s = stick();
  writeFileSync(join(s.dir, "data/self.json"), s.pratique("rules", "packs", "self-baseline"));
  return s;
}

/** visit opens the page of a wallet, at the time of the demo. */
export async function visit(b, d, { time = noon, ...options } = {}) {
  const r = await recorded(b, undefined, options);
  if (time) await r.page.clock.install({ time });
  await r.page.goto(d.origin + "/wallet/");
  return r;
}

/** begin makes a wallet. */
export async function begin(page) {
  await page.getByRole("heading", { name: "Keep certificates here" }).waitFor();
  await page.getByLabel("New passphrase").fill(secret);
  await page.getByLabel("The same again").fill(secret);
  await page.getByRole("button", { name: "Begin", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "My certificates" }).waitFor({ timeout: 20_000 });
  await page.getByRole("button", { name: "Scan with the camera" }).waitFor({ timeout: 20_000 });
}

/** open opens one that is there. */
export async function open(page, passphrase = secret) {
  await page.getByLabel("Passphrase").fill(passphrase);
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await page.getByRole("button", { name: "Scan with the camera" }).waitFor({ timeout: 20_000 });
}

/** keep answers whose it is. */
export async function keep(page, label) {
  const dialog = page.getByRole("dialog", { name: "Whose is it?" });
  await dialog.waitFor({ timeout: 60_000 });
  if (label) await dialog.getByLabel("Name in this wallet").fill(label);
  await dialog.getByRole("button", { name: "Keep" }).click();
  await dialog.waitFor({ state: "hidden" });
}

/** paste adds a text. */
export async function paste(page, text, label) {
  await page.getByRole("button", { name: "Paste a text" }).click();
  await page.getByLabel("The text of a code").fill(text);
  await page.getByRole("dialog").getByRole("button", { name: "Add" }).click();
  await keep(page, label);
}

export const tab = (page, name) => page.getByRole("navigation").getByRole("button", { name, exact: true }).click();
export const file = (name) => readFileSync(name);
