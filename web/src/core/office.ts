// The desk's own computer: what package desk answers.
import { wait, waiting, type Waiting } from "./keep";

export interface Settings {
  desk: string; country: string; region?: string; appeal: string[]; sentences: { code: string; text: string }[];
  signs: boolean; sealed: boolean; seconds: boolean; clock: string; floor: string; version: string;
}

/** Trouble is a refusal of the desk, or that it cannot be reached ("away"). */
export class Trouble extends Error {
  constructor(readonly word: string, why: string) { super(why); }
}

async function ask(path: string, init?: RequestInit): Promise<Response> {
  let r: Response;
  try {
    r = await fetch(path, { ...init, cache: "no-store" });
  } catch {
    throw new Trouble("away", "the desk cannot be reached");
  }
  if (!r.ok) {
    const { error, why } = (await r.json().catch(() => ({}))) as { error?: string; why?: string };
    throw new Trouble(error ?? "away", why ?? r.statusText);
  }
  return r;
}

/** Office is the desk's computer, in a shift or before one. */
export class Office {
  #token = "";
  kept = false; // the last public data came out of the store of this page
  #tag = ""; // of the public data that the page has

  async settings(): Promise<Settings> { return (await ask("/api/desk")).json() as Promise<Settings>; }

  async world(): Promise<string> {
    const r = await ask("/api/world");
    this.kept = r.headers.get("X-Kept") !== null;
    this.#tag = r.headers.get("ETag") ?? "";
    return r.text();
  }

  /** watch calls with newer public data, when the desk has some. Returns how to end it. */
  watch(changed: (world: string) => void, seconds = 30): () => void {
    const look = async (): Promise<void> => {
      if (this.#tag === "") return;
      const r = await fetch("/api/world", { cache: "no-store", headers: { "If-None-Match": this.#tag } }).catch(() => undefined);
      if (r?.status !== 200 || r.headers.get("X-Kept") !== null) return; // nothing new, or nobody there
      const tag = r.headers.get("ETag") ?? "";
      if (tag === this.#tag) return;
      const world = await r.text();
      this.#tag = tag;
      changed(world);
    };
    const timer = setInterval(() => void look().catch(() => undefined), seconds * 1000);
    return () => clearInterval(timer);
  }

  async begin(officer: string, clock: string, passphrase: string): Promise<boolean> {
    const { token, signs } = (await (await this.#post("/api/shift", { officer, clock, passphrase })).json()) as { token: string; signs: boolean };
    this.#token = token;
    await this.#settle();
    return signs;
  }

  async end(): Promise<void> {
    await this.#post("/api/end", {}).catch(() => undefined); // it ends by itself too
    this.#token = "";
  }

  /** decide has a decision counted and its receipt signed. If the desk is away, the count waits; what a second officer must confirm cannot. */
  async decide(receipt: string, count: Waiting, confirm: string): Promise<{ receipt: string; signed: boolean; counted: boolean }> {
    try {
      const answer = (await (await this.#post("/api/decision", { receipt, ...(confirm ? { confirm } : {}) })).json()) as { receipt: string; signed: boolean };
      await this.#settle();
      return { ...answer, counted: true };
    } catch (err) {
      if (!(err instanceof Trouble) || err.word !== "away" && err.word !== "no_shift") throw err;
      if (confirm) throw new Trouble("no_confirming", err.message);
      if (!wait([...waiting(), count])) throw new Trouble("not_kept", err.message);
      return { receipt, signed: false, counted: false };
    }
  }

  async weeks(): Promise<string[]> {
    return ((await (await ask("/api/return")).json()) as { weeks: string[] }).weeks;
  }

  /** settle hands in what waited. */
  async #settle(): Promise<void> {
    const counts = waiting();
    if (counts.length === 0 || this.#token === "") return;
    try {
      await this.#post("/api/counts", { counts });
      wait([]);
    } catch (err) {
      if (err instanceof Trouble && err.word === "bad_request") wait([]); // nobody will ever take them
    }
  }

  #post(path: string, body: unknown): Promise<Response> {
    const headers: Record<string, string> = { "Content-Type": "application/json" };
    if (this.#token) headers["Authorization"] = "Bearer " + this.#token;
    return ask(path, { method: "POST", headers, body: JSON.stringify(body) });
  }
}
