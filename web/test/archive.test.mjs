// A code whose bytes are an archive (a DIVOC certificate) reaches the verifier
// byte for byte: what the reader of pictures calls its text does not.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { transform } from "esbuild";
import { prepareZXingModule, readBarcodes, writeBarcode } from "zxing-wasm/full";

const root = new URL("../../", import.meta.url);
const source = await transform(readFileSync(new URL("web/src/core/archive.ts", root), "utf8"), { loader: "ts", format: "esm" });
const { archive } = await import("data:text/javascript," + encodeURIComponent(source.code));
const wasm = readFileSync(new URL("web/node_modules/zxing-wasm/dist/full/zxing_full.wasm", root));
prepareZXingModule({ overrides: { wasmBinary: wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength) } });

const cases = JSON.parse(readFileSync(new URL("vectors/formats.json", root), "utf8")).cases
  .filter((c) => c.text.startsWith("PK\x03\x04") && c.want.verdict === "green").map((c) => c.text);

test("an archive in a picture is read byte for byte", async () => {
  assert.ok(cases.length >= 2);
  for (const text of cases) {
    const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
    const { image } = await writeBarcode(bytes, { format: "QRCode", scale: 4 });
    const [found] = await readBarcodes(image, { formats: ["QRCode"] });
    assert.notEqual(found.text, text);
    assert.equal(archive(found.bytes), text);
    assert.equal(archive(new TextEncoder().encode(text)), text, "characters instead of bytes");
  }
});

test("a text is no archive", () => {
  for (const text of ["", "PK", "HC1:6BF", "PKZIP"]) assert.equal(archive(new TextEncoder().encode(text)), null);
});
