// A visitor of the tour: the program with the pages that were just built, and a
// walk through all its screens, with the mouse or by keyboard alone.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { program, tree } from "./post.mjs";

/** tour starts the program, and tells its address. */
export async function tour() {
  const p = spawn(program, ["tour", "--open=false", "--port", "0", "--pages", join(tree, "web/dist/packed")], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  p.stderr.on("data", (b) => { said += b; });
  const ended = new Promise((done) => p.on("exit", (code) => done(code)));
  const address = await new Promise((resolve, reject) => {
    createInterface({ input: p.stdout }).on("line", (l) => {
      said += l + "\n";
      const found = /^tour +(http:\S+)/.exec(l);
      if (found) resolve(found[1]);
    });
    p.on("exit", () => reject(new Error("the tour did not start:\n" + said)));
  });
  return { address, origin: new URL(address).origin, said: () => said, ended, stop: () => { p.kill("SIGINT"); return ended; } };
}

/** mouse presses what a locator finds. */
export const mouse = (page) => ({
  press: (locator) => locator.click(),
  choose: (locator, value) => locator.selectOption(value),
});

/** keyboard goes to it with Tab, and presses Enter; told hears of each place where the focus cannot be seen. */
export const keyboard = (page, told) => {
  const reach = async (locator) => {
    await locator.waitFor();
    for (let i = 0; i < 150; i++) {
      const there = await locator.evaluate((e) => {
        if (e !== document.activeElement) return null;
        const r = e.getBoundingClientRect(), c = getComputedStyle(e);
        return { name: (e.getAttribute("aria-label") ?? e.textContent ?? "").trim(), ring: c.outlineStyle !== "none", inside: r.bottom > 0 && r.top < innerHeight };
      });
      if (there) {
        if (!there.ring || !there.inside) told(there.name);
        return;
      }
      await page.keyboard.press("Tab");
    }
    throw new Error("not reached with the keyboard: " + locator);
  };
  return {
    press: async (locator) => { await reach(locator); await page.keyboard.press("Enter"); },
    choose: async (locator, value) => { // letters choose in a list
      await reach(locator);
      await page.keyboard.type(await locator.locator(`option[value="${value}"]`).evaluate((o) => o.textContent.slice(0, 6)));
    },
  };
};

/** walk goes through the tour, and calls at on every screen, with its name. */
export async function walk(page, hand, at = async () => undefined) {
  const app = (selector) => page.locator("#app " + selector).first();
  const act = (name) => hand.press(page.locator('.guide-act[aria-disabled="false"]', { hasText: name }));
  const next = async () => {
    const n = Number(await page.locator(".guide").getAttribute("data-step"));
    await hand.press(page.locator(".guide-ways .guide-way").last());
    await page.locator(`.guide[data-step="${n + 1}"]`).waitFor();
  };
  const decided = async (name) => { await act(name); await app(".sheet .symbol").waitFor(); await app(".sheet").hover(); };
  const keep = async () => {
    const dialog = page.locator("dialog[open]");
    await dialog.locator("form .primary").waitFor();
    await hand.press(dialog.locator("form .primary"));
    await dialog.waitFor({ state: "detached" });
  };

  await app(".surfaces").waitFor();
  await at("tour-start");
  await next();
  await app(".preview-name").filter({ hasText: "Eriksson" }).waitFor();
  await at("laboratory");
  await act("Issue it for me");
  await app(".paper img").waitFor();
  await at("sheet");

  await next();
  await app("input[type=password]").waitFor();
  await at("wallet-begin");
  await act("Begin the wallet");
  await app(".tabs").waitFor({ timeout: 60_000 });
  await act("use Anna’s code");
  await app("dialog[open] form .primary").waitFor();
  await at("wallet-whose");
  await keep();
  await app(".thing").waitFor();
  await at("wallet-home");
  await hand.press(app(".thing .primary"));
  await app("dialog[open] .symbol").waitFor();
  await at("wallet-code");
  await page.keyboard.press("Escape");
  await app("dialog[open]").waitFor({ state: "detached" });
  await next();
  await act("Fill in the journey");
  await app("#travel-answer").waitFor();
  await at("wallet-travel");

  await next();
  await act("Fly to Sudmark");
  await app("form.shift").waitFor();
  await at("desk-start");
  await act("Begin the shift");
  await app(".scan").waitFor();
  await at("desk-scan");
  await act("use Anna’s code");
  await app(".verdict-green").waitFor();
  await at("verdict-green");
  await decided("Admit her");
  await at("receipt");
  await next();
  await act("use Bo’s code");
  await app(".verdict-red").waitFor();
  await at("verdict-red");
  await decided("To the health service");
  await next();
  await act("use Dora’s code");
  await app(".verdict-grey").waitFor();
  await at("verdict-grey");
  await decided("To the second desk");
  await next();
  await act("use Clara’s code");
  await app(".verdict-green").waitFor();
  await at("verdict-recovery");
  await decided("Admit her");
  await next();
  await act("Two days later");
  await app("form.shift").waitFor();
  await act("Begin the shift");
  await act("use Anna’s code");
  await app(".verdict-amber").waitFor();
  await at("verdict-amber");
  await decided("To the second desk");

  await next();
  await app(".register").waitFor();
  await at("register");
  await hand.press(app(".register .withdraw"));
  await hand.choose(app(".register select"), "error");
  await at("withdraw");
  await hand.press(app(".register .danger"));
  await app(".withdrawn").waitFor();
  await next();
  await act("Begin the shift");
  await act("use Anna’s code");
  await app(".verdict-red").filter({ hasText: "Withdrawn by its issuer" }).waitFor();
  await at("verdict-withdrawn");
  await decided("To the second desk");

  await next();
  await act("Go home to Norland");
  await act("Open the wallet");
  await app(".tabs").waitFor({ timeout: 60_000 });
  await act("Take in her travels");
  await keep();
  await act("Take in the notice");
  await keep();
  await act("Name her passport");
  await page.locator(".guide-act.was", { hasText: "Name her passport" }).waitFor();
  await act("Ask for her colour");
  await app(".answer-amber").waitFor();
  await at("wallet-colour");
  await next();
  await app(".ending .primary").waitFor();
  await at("tour-end");
}

/** tear presses the last button. */
export async function tear(page, hand) {
  await hand.press(page.locator("#app .ending .primary"));
  await page.locator("#app .over").waitFor();
}
