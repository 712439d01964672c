// What the page asks of the verifier, and what it answers. The shapes are those
// of the command web/wasm and of `pratique verify --json`; nothing is decided here.
import { Worked } from "./calls";
import { scriptURL } from "./trusted";

export type Colour = "green" | "amber" | "red" | "grey";
export type Status = "pass" | "fail" | "unknown";

export interface Reason { code: string; colour?: Colour; text: string; next?: string; by?: string; params?: Record<string, unknown> }
export interface Obligation { id: string; what: string; by?: string; where?: string; ends?: string; unsure?: boolean }
export interface Why { code: string; part: string; passport?: string; certificate?: string; text: string }
export interface Match { name: string; near?: boolean; birth_date: string; why?: Why[] }

export interface Answer {
  format: string;
  content: string;
  verdict: Colour;
  word: string;
  checks: Record<"signature" | "key_use" | "in_force" | "schema" | "unrevoked" | "recognised" | "rules", Status>;
  key: { kid: string; country: string; source: string; demo?: boolean };
  person?: { name: string; birth_date?: string };
  reasons: Reason[];
  obligations: Obligation[];
  passport?: Match;
  changes_at?: string;
  changes_to?: Colour;
  data: { as_of?: string; hard_expiry?: string };
}

export interface Joint { verdict: Colour; by: number; others: number[]; answers: Answer[]; answer?: Answer; codes?: number[] }

export interface RuleSet { id: string; version: string; jurisdiction: string; region?: string; purpose: string; from: string; until: string; title: Record<string, string> }

export interface Known {
  keys: number;
  as_of?: string;
  soft_expiry?: string;
  hard_expiry?: string;
  bundle?: string;
  rules: RuleSet[];
  issuers: string[];
  withdrawals: { country: string; as_of: string; until: string }[];
  demo: boolean;
  not_proven: string[];
  recognitions: number;
}

/** Question is the trip, the purpose and the moment, as the verifier takes them. */
export interface Question {
  to: string;
  region?: string;
  from?: string;
  via?: string[];
  category?: string;
  purpose: string;
  at: string;
  now: string;
  mrz?: string;
  lang: string;
}

export interface Decision { verdict: Colour; outcome: string; override?: string; text_code?: string; desk: string; officers: string[]; appeal: string[] }
export interface Written { text?: string; needs?: "override" | "officer" | "verdict" }

export interface Slip {
  time: string; at?: string; desk: string; to: string; purpose: string; verdict: Colour; word: string; reasons: string[];
  outcome: string; override?: string; text_code?: string; officers: string[]; appeal: string[]; rules: string[]; as_of?: string;
}

export interface Sentence { text: string; next?: string }

/** Refused is an answer of the verifier that it cannot make sense of what it was given. */
export class Refused extends Error {}

/** Verifier is the verifier of this page. */
export class Verifier {
  readonly #worked: Worked;
  readonly #learned = new Map<string, Promise<unknown>>(); // drafts, by language

  /** A page of an officer has a smaller program than that of a holder: BORDER_WORKER. */
  constructor(worker = VERIFIER_WORKER) { this.#worked = new Worked(new Worker(scriptURL(worker))); }

  /** learn fetches the sentences of a draft, which the program does not have; without them they are said in English. */
  #learn(lang: unknown): Promise<unknown> | undefined {
    const address = typeof lang === "string" ? WORDS[lang] : undefined;
    if (typeof lang !== "string" || !address || this.#learned.has(lang)) return this.#learned.get(lang as string);
    const learned = fetch(address).then((r) => r.text()).then((text) => this.#worked.call("learn", JSON.stringify({ lang, text })));
    this.#learned.set(lang, learned.catch(() => this.#learned.delete(lang)));
    return this.#learned.get(lang);
  }

  async #ask<T>(name: string, options: unknown): Promise<T> {
    if (typeof options === "object" && options !== null && "lang" in options) await this.#learn(options.lang);
    const text = await this.#worked.call<string>(name, typeof options === "string" ? options : JSON.stringify(options));
    const answer = JSON.parse(text) as T & { error?: string };
    if (typeof answer.error === "string") throw new Refused(answer.error);
    return answer;
  }

  /** load takes the text of a world, which holds until the next. */
  load(world: string): Promise<Known> { return this.#ask("load", world); }
  together(texts: string[], q: Question): Promise<Joint> { return this.#ask("together", { ...q, texts }); }
  receipt(text: string, q: Question, decision: Decision): Promise<Written> { return this.#ask("receipt", { ...q, text, decision }); }
  slip(text: string, lang: string): Promise<Slip> { return this.#ask("slip", { text, lang }); }
  choose(texts: string[]): Promise<{ kinds: string[]; health: number[] }> { return this.#ask("choose", { texts }); }
  say(lang: string, codes: string[], places: string[] = []): Promise<{ said: Record<string, Sentence>; places: Record<string, string> }> {
    return this.#ask("say", { lang, codes, places });
  }
  /** ask is for pages that ask more than a desk does: see command web/wasm. */
  ask<T>(name: string, options: unknown): Promise<T> { return this.#ask(name, options); }
  /** end gives the memory of the verifier back. */
  end(): void { this.#worked.end(); }
  symbol(text: string, level = "M"): Promise<{ size: number; path: string }> { return this.#ask("symbol", { text, level }); }
}
