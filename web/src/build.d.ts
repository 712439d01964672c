// What build.mjs fills in.
declare const VERIFIER_WORKER: string;
declare const SCANNER_WORKER: string;
declare const FILES: string[];
declare const BUILD: string;

declare module "*.wasm" {
  const address: string;
  export default address;
}
declare module "*.css";
declare module "*/wasm_exec.js";
