// The clock of the tour, in place of the browser's. The program of the tour
// writes this script into its pages, before theirs. No page has a way in for it:
// what they call Date is another one.

const Real = Date;
let at = Real.now();

/** setClock makes a moment the present one. It stands still. */
export function setClock(ms: number): void { at = ms; }

/** install puts the clock in place. */
export function install(ms: number): void {
  at = ms;
  globalThis.Date = new Proxy(Real, {
    construct: (target, args: unknown[], of) => Reflect.construct(target, args.length > 0 ? args : [at], of) as object,
    apply: () => new Real(at).toString(),
    get: (target, name) => (name === "now" ? () => at : (Reflect.get(target, name) as unknown)),
  });
}
