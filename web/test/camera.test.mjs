// The camera: films of our own codes, upright, tilted and in a moving hand, and
// how long it takes from the picture to the answer.
import assert from "node:assert/strict";
import { loadavg } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { film, moving, png, tilted, upright } from "./film.mjs";
import { begin, browser, desk, quiet, recorded, stick } from "./post.mjs";

const within = 300; // ms of page time, from the picture to the painted answer, 95 of 100
const slowWithin = 1500; // with the processor slowed six times

let s, d;
before(async () => { s = stick(); d = await desk(s); });
after(async () => { await d?.stop(); s?.remove(); });

/** scans looks at a film again and again, and tells how long each answer took. */
async function scans(page, times) {
  for (let i = 0; i < times; i++) {
    await page.keyboard.press("Space");
    await page.locator(".verdict-green").waitFor();
    await page.waitForFunction((n) => performance.getEntriesByName("scan-to-verdict").length > n, i);
    await page.getByRole("button", { name: "Admit", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Admitted" }).waitFor();
    await page.keyboard.press("Space");
    await page.getByRole("heading", { level: 1, name: "Next traveller" }).waitFor();
  }
  const took = await page.evaluate(() => {
    const t = performance.getEntriesByName("scan-to-verdict").map((m) => m.duration);
    performance.clearMeasures();
    return t;
  });
  assert.equal(took.length, times);
  took.sort((a, b) => a - b);
  return { median: Math.round(took[Math.floor(times / 2)]), p95: Math.round(took[Math.ceil(times * 0.95) - 1]) };
}

/** measured scans until 95 of 100 are within a limit, three times at most: another program may have had the processor. */
async function measured(page, times, limit) {
  for (let i = 1; ; i++) {
    const t = await scans(page, times);
    if (t.p95 <= limit || i === 3) return t;
    console.log(`camera: p95 ${t.p95} ms, load of the machine ${loadavg()[0].toFixed(1)}; once more`);
  }
}

for (const [name, shown, times] of [["upright", upright, 12], ["tilted by 30 degrees", tilted, 12], ["in a moving hand", moving, 40]]) {
  test(`a code ${name} is read and answered within ${within} ms`, async () => {
    const picture = png(s.picture("anna"));
    const b = await browser(film(join(s.dir, "film.y4m"), 24, shown(picture)));
    try {
      const { page, record } = await recorded(b, d);
      await begin(page);
      await scans(page, 2); // the first pictures after the start are not counted
      const t = await measured(page, times, within);
      console.log(`camera, ${name}: median ${t.median} ms, p95 ${t.p95} ms of ${times} scans`);
      assert.ok(t.p95 <= within, `p95 is ${t.p95} ms`);
      if (shown === moving) {
        const slow = await page.context().newCDPSession(page);
        await slow.send("Emulation.setCPUThrottlingRate", { rate: 6 });
        const u = await measured(page, 12, slowWithin);
        console.log(`camera, ${name}, processor slowed six times: median ${u.median} ms, p95 ${u.p95} ms of 12 scans`);
        assert.ok(u.p95 <= slowWithin, `p95 is ${u.p95} ms`);
      }
      quiet(assert, record, d.origin, name);
    } finally {
      await b.close();
    }
  });
}

test("where there is no camera, or it is not allowed, the page says what to do", async () => {
  const b = await browser();
  try {
    const { page } = await recorded(b, d); // this machine has none
    await begin(page);
    await page.keyboard.press("Space");
    await page.getByRole("alert").getByText(/There is no camera|not allowed/).waitFor();
    await page.evaluate(() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotAllowedError")); });
    await page.getByRole("button", { name: "Stop the camera" }).click();
    await page.getByRole("button", { name: /^Scan/ }).click();
    await page.getByRole("alert").getByText(/not allowed for this page/).waitFor();
    await page.evaluate(() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotReadableError")); });
    await page.getByRole("button", { name: "Stop the camera" }).click();
    await page.getByRole("button", { name: /^Scan/ }).click();
    await page.getByRole("alert").getByText(/another program may use it/).waitFor();
  } finally {
    await b.close();
  }
});
