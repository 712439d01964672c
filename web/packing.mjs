// Compression with a memory: what was packed once is not packed again. The best
// brotli of the verifier takes half a minute.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const cache = join(dirname(fileURLToPath(import.meta.url)), "dist/cache");

/** packed compresses as how says: br11, br5, gz9 ... */
export function packed(data, how) {
  const kept = join(cache, createHash("sha256").update(data).digest("hex").slice(0, 32) + "." + how);
  if (existsSync(kept)) return readFileSync(kept);
  const level = Number(how.slice(2));
  const small = how.startsWith("br")
    ? brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: level, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: data.length } })
    : gzipSync(data, { level });
  mkdirSync(cache, { recursive: true });
  writeFileSync(kept, small);
  return small;
}
