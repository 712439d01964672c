// What the program of the tour answers (package demo).

export interface Entry { id: string; name: string; born: string; document: string; result: string; sampled: string; issued: string; text: string; withdrawn?: string; since?: string }
export interface Form { lines: string; family: string; given: string; born: string; sampled: string; result: string }
export interface Preview { name: string; icao: string; match: string; fits: boolean; born: string; number: string; sampled: string; result: string; wrong: string[] }
export interface State {
  clock: string;
  moments: Record<"evening" | "arrival" | "late" | "home", { at: string; said: string }>;
  issued: Entry[];
  codes: Record<string, { text: string; whose: string }>;
  form: Form;
  set: number;
}
export interface Lying { store: string; name: string; size: number; text: string }

/** Sorry is a refusal of the program: a sentence for the visitor. */
export class Sorry extends Error {}

async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  let r: Response;
  try {
    r = await fetch("/tour/api/" + path, { cache: "no-store", ...init });
  } catch {
    throw new Sorry("The program of the tour does not answer. Start it again: make tour.");
  }
  const body = (await r.json().catch(() => ({}))) as T & { error?: string };
  if (!r.ok) throw new Sorry(body.error ?? "This did not work.");
  return body;
}

export const get = <T = State>(path: string): Promise<T> => ask<T>(path);
export const post = <T = State>(path: string, body: unknown): Promise<T> =>
  ask<T>(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

/** changed tells the bar and the page of each other's doings. */
export const changed = (s: State): void => void document.dispatchEvent(new CustomEvent("tour-state", { detail: s }));

export const onChange = (f: (s: State) => void): (() => void) => {
  const g = (e: Event) => f((e as CustomEvent<State>).detail);
  document.addEventListener("tour-state", g);
  return () => document.removeEventListener("tour-state", g);
};

/** step is where in the tour this window is: the number in the address. */
export const step = (): number => Math.max(0, Number(/^#(\d{1,2})$/.exec(location.hash)?.[1] ?? 0));

/** clear takes out of this browser all that it keeps for this address. */
export async function clear(): Promise<void> {
  for (const r of await navigator.serviceWorker.getRegistrations()) await r.unregister();
  for (const name of await caches.keys()) await caches.delete(name);
  for (const d of await indexedDB.databases()) await new Promise<void>((done) => { const r = indexedDB.deleteDatabase(d.name!); r.onsuccess = r.onerror = r.onblocked = () => done(); });
  localStorage.clear();
  sessionStorage.clear();
}
