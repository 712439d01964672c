// What build.mjs fills in.
declare const VERIFIER_WORKER: string;
declare const BORDER_WORKER: string;
declare const SCANNER_WORKER: string;
declare const STRINGS: Record<string, string>; // the page's own strings, of drafts
declare const WORDS: Record<string, string>; // files of drafts, by language
declare const PDF_READER: string;
declare const PDF_WORKER: string;
declare const PDF_DECODERS: string;
declare const FILES: Record<string, string[]>; // by the scope of a page
declare const LATER: string[];
declare const BUILD: string;

declare module "*.wasm" {
  const address: string;
  export default address;
}
declare module "*.css";
declare module "*/wasm_exec.js";
