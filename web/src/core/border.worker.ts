// The verifier of an officer's page, in a worker: as verifier.worker.ts, without
// what the page of a holder asks.
import "../../wasm/dist/wasm_exec.js";
import program from "../../wasm/dist/desk.wasm";
import { serve } from "./calls";

interface GoProgram { importObject: WebAssembly.Imports; run(instance: WebAssembly.Instance): Promise<void> }
declare const Go: new () => GoProgram;

const ready: Promise<Record<string, (s: string) => string>> = (async () => {
  const go = new Go();
  const { instance } = await WebAssembly.instantiateStreaming(fetch(program), go.importObject);
  void go.run(instance);
  return (globalThis as unknown as { pratique: Record<string, (s: string) => string> }).pratique;
})();
ready.catch(() => undefined); // each call says so

const names = ["load", "together", "receipt", "slip", "choose", "say", "symbol", "learn"];

serve(Object.fromEntries(names.map((name) => [name, async (arg: string) => (await ready)[name]!(arg)])));
