// Makes the pages: node build.mjs [--quick]
//
// Out of src, strings and wasm/dist (make wasm-program) come dist/site, a tree
// that any web server can serve, and dist/packed, the same tree compressed with
// its manifest.json, which is built into the program. The same sources give the
// same bytes. With --quick the compression is that of a moment. Otherwise it fails
// where a first visit would take more than the budget.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { packed } from "./packing.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "dist");
const site = join(out, "site");
const small = join(out, "packed");
const quick = process.argv.includes("--quick");

// What a first visit of a page may take, in bytes of brotli: its verifier, the
// scanner and the page itself. A page does not need the files of another.
const budget = 2_500_000;
const needs = {
  desk: (f) => !/^\/(tour\/|wallet\/|a\/(wallet|pratique|verifier)[-.])/.test(f) && !later(f),
  wallet: (f) => !/^\/(tour\/|desk\/|a\/(desk|border)[-.])/.test(f) && !later(f),
};

// What a page fetches once it is open, to be there without a network: the reader
// of PDF, and the sentences of languages that few choose.
function later(f) { return /^\/a\/(pdf|words|strings)[-.]/.test(f); }

// The pages, by the folder that each has in src and on the server.
const pages = ["desk", "wallet"];
const pdf = "node_modules/pdfjs-dist/";

const types = {
  html: "text/html; charset=utf-8", js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8",
  wasm: "application/wasm", svg: "image/svg+xml", webmanifest: "application/manifest+json", json: "application/json",
  txt: "text/plain; charset=utf-8",
};

rmSync(site, { recursive: true, force: true });
rmSync(small, { recursive: true, force: true });

const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  legalComments: "none",
  target: ["es2022"],
  jsx: "automatic",
  jsxImportSource: "preact",
  outdir: join(site, "a"),
  publicPath: "/a/",
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".wasm": "file", ".svg": "file" },
  metafile: true,
  logLevel: "warning",
};

/** bundle returns the addresses of the outputs of entry points, by the name of the entry's file. */
async function bundle(entryPoints, more = {}) {
  const { metafile } = await build({ ...common, entryPoints, ...more });
  const found = {};
  for (const [file, o] of Object.entries(metafile.outputs)) {
    if (o.entryPoint) found[o.entryPoint] = { js: "/a/" + file.split("/").pop(), css: o.cssBundle && "/a/" + o.cssBundle.split("/").pop() };
  }
  return found;
}

const workers = await bundle(["src/core/verifier.worker.ts", "src/core/border.worker.ts", "src/core/scanner.worker.ts"], { format: "iife" });
const define = {
  VERIFIER_WORKER: JSON.stringify(workers["src/core/verifier.worker.ts"].js),
  BORDER_WORKER: JSON.stringify(workers["src/core/border.worker.ts"].js),
  SCANNER_WORKER: JSON.stringify(workers["src/core/scanner.worker.ts"].js),
};
const pdfWorker = await bundle([pdf + "build/pdf.worker.min.mjs"], { format: "esm" });
define.PDF_WORKER = JSON.stringify(Object.values(pdfWorker)[0].js);
const decoders = "/a/pdf-" + JSON.parse(readFileSync(join(here, pdf, "package.json"), "utf8")).version + "/";
define.PDF_DECODERS = JSON.stringify(decoders);
for (const n of ["jbig2.wasm", "openjpeg.wasm"]) write(join(site, decoders, n), readFileSync(join(here, pdf, "wasm", n)));
const reader = await bundle(["src/core/pdf.ts"], { format: "esm", define });
define.PDF_READER = JSON.stringify(reader["src/core/pdf.ts"].js);
// What only they need who chose the language: sentences, and the page's strings.
const drafts = (name, read) => JSON.stringify(Object.fromEntries(["ar", "es", "ru", "zh"].map((lang) => {
  const text = read(lang);
  const address = `/a/${name.replace("-", `-${lang}-${createHash("sha256").update(text).digest("hex").slice(0, 8).toUpperCase()}`)}`;
  write(join(site, address), text);
  return [lang, address];
})));
define.WORDS = drafts("words-.txt", (lang) => readFileSync(join(here, "../words", lang + ".txt")));
define.STRINGS = drafts("strings-.json", (lang) => JSON.stringify(JSON.parse(readFileSync(join(here, "strings", lang + ".json"), "utf8"))));
const scripts = await bundle(pages.map((p) => `src/${p}/${p}.tsx`), { format: "esm", define, external: ["/a/*"] });
const { outputFiles } = await build({ ...common, entryPoints: ["src/icon.svg"], write: false });
const icon = "/a/" + outputFiles.find((f) => f.path.endsWith(".svg")).path.split("/").pop();
write(join(site, icon), readFileSync(join(here, "src/icon.svg")));

for (const p of pages) {
  const { js, css } = scripts[`src/${p}/${p}.tsx`];
  const fill = (name) => readFileSync(join(here, "src", p, name), "utf8").replaceAll("{{js}}", js).replaceAll("{{css}}", css).replaceAll("{{icon}}", icon);
  write(join(site, p, "index.html"), fill("index.html"));
  write(join(site, p, "manifest.webmanifest"), fill("manifest.webmanifest"));
}

// The tour: its own page, and the bar that `pratique tour` writes into the others.
// No other command gives these files to anybody (package web).
await build({ ...common, entryPoints: ["src/tour/tour.tsx", "src/tour/guide.tsx"], outdir: join(site, "tour"), entryNames: "[name]", format: "iife", define });
write(join(site, "tour/index.html"), readFileSync(join(here, "src/tour/index.html"), "utf8").replaceAll("{{icon}}", icon));

// The service worker knows all other files, and changes with each of them.
const files = walk(site).map((f) => "/" + relative(site, f).replaceAll("\\", "/").replace(/(^|\/)index\.html$/, "$1"));
const hash = createHash("sha256");
for (const f of walk(site)) hash.update(relative(site, f) + "\0").update(readFileSync(f));
const version = hash.digest("hex").slice(0, 16);
await build({
  ...common, entryPoints: ["src/sw.ts"], outdir: site, entryNames: "[name]", format: "iife",
  define: { FILES: JSON.stringify(Object.fromEntries(pages.map((p) => [`/${p}/`, files.filter(needs[p]).sort()]))), LATER: JSON.stringify(files.filter(later).sort()), BUILD: JSON.stringify(version) },
});

// Packed: each file in brotli and gzip, and the manifest of package web.
const manifest = { version: "pratique-pages/1.0", build: version, files: {} };
for (const f of walk(site)) {
  const name = relative(site, f).replaceAll("\\", "/");
  const data = readFileSync(f);
  const br = packed(data, quick ? "br5" : "br11");
  const gz = packed(data, quick ? "gz6" : "gz9");
  write(join(small, name + ".br"), br);
  write(join(small, name + ".gz"), gz);
  const path = "/" + name.replace(/(^|\/)index\.html$/, "$1");
  manifest.files[path] = {
    file: name, type: types[name.split(".").pop()], fixed: /^a\/.*-[A-Z0-9]{8}\.[a-z]+$/.test(name),
    size: data.length, br: br.length, gz: gz.length,
  };
}
write(join(small, "manifest.json"), JSON.stringify(manifest, null, 1) + "\n");
console.log(`pages: build ${version}, ${Object.keys(manifest.files).length} files`);
for (const p of pages) {
  const first = Object.entries(manifest.files).filter(([f]) => needs[p](f)).reduce((sum, [, e]) => sum + e.br, 0);
  console.log(`pages: first visit of ${p}: ${first} bytes in brotli${quick ? " (quick)" : ", budget " + budget}`);
  if (!quick && first > budget) process.exitCode = 1;
}

function write(file, data) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, data);
}

function walk(dir) {
  return readdirSync(dir).sort().flatMap((n) => {
    const f = join(dir, n);
    return statSync(f).isDirectory() ? walk(f) : [f];
  });
}
