// What the open page has at hand.
import { createContext } from "preact";
import { useContext, useEffect, useMemo, useState } from "preact/hooks";
import { rfc3339 } from "../core/clock";
import type { Liking } from "../core/keep";
import type { Camera, Scanner } from "../core/scanner";
import { t, useLanguage, type Key } from "../core/speech";
import { Refused, type Known } from "../core/verifier";
import { No, type Holder, type Leg, type Person } from "./holder";
import { Shut, type Vault } from "./vault";

/** Way is a journey as it was entered: moments are those of clocks on the wall. */
export interface Way { legs: { place: string; region: string; airport: boolean; at: string; offset: string }[]; category: string; labels: string[] }

/** Content is all that is kept, encrypted. */
export interface Content { wallet: string; way?: Way; place?: { in: string; region: string }; idle: number }

export type Screen = "home" | "travel" | "colour" | "print" | "more";

export interface Home {
  holder: Holder; scanner: Scanner; camera: Camera; known: Known; data: "new" | "kept" | "none"; vault: Vault;
  content: Content; people: Person[];
  change(c: Partial<Content>): Promise<void>;
  liking: Liking; like(l: Liking): void;
  go(s: Screen): void; lock(): void; erased(): void;
  tell(text: string): void;
}

export const Here = createContext<Home | undefined>(undefined);

export function useHome(): Home {
  const h = useContext(Here);
  if (!h) throw new Error("not open");
  return h;
}

export const now = (): string => rfc3339(new Date());

/** legs are those of a way, as the verifier takes them. */
export const legs = (w: Way): Leg[] => w.legs.map((l, n) => ({
  jurisdiction: l.place, ...(l.region ? { region: l.region } : {}), ...(l.airport ? { airport_only: true } : {}), ...(n > 0 ? { arrive: l.at + ":00" + l.offset } : {}),
}));

/** sorry says what went wrong, and what to do. */
export function sorry(err: unknown): string {
  if (err instanceof Shut) return t(("wallet.shut." + err.why) as Key);
  if (err instanceof No) return t(("wallet.no." + err.word) as Key);
  return t("wallet.trouble", { why: err instanceof Refused || err instanceof Error ? err.message : "?" });
}

/** useCountries are the names of all countries, in the order of the language. */
export function useCountries(): [string, string][] {
  const { holder } = useHome();
  const lang = useLanguage();
  const [names, setNames] = useState<Record<string, string>>({});
  useEffect(() => { void holder.verifier.say(lang, [], ["*"]).then((a) => setNames(a.places)); }, [holder, lang]);
  return useMemo(() => {
    const order = new Intl.Collator(lang);
    return Object.entries(names).sort((a, b) => order.compare(a[1], b[1]));
  }, [names, lang]);
}

/** download gives a file to the person, without a server. */
export function download(name: string, type: string, text: string): void {
  const a = document.createElement("a");
  a.href = URL.createObjectURL(new Blob([text], { type }));
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 10_000);
}

/** offsets are those that places have, the one of this device first. */
export const offset = (at = new Date()): string => { const s = rfc3339(at).slice(19); return s === "Z" ? "+00:00" : s; };
export const offsets: string[] = (() => {
  const out: string[] = [];
  for (let m = -12 * 60; m <= 14 * 60; m += 15) {
    const odd = m % 60 !== 0 && ![-570, -210, 210, 270, 330, 345, 390, 525, 570, 630, 765].includes(m);
    if (!odd) out.push((m < 0 ? "-" : "+") + String(Math.trunc(Math.abs(m) / 60)).padStart(2, "0") + ":" + String(Math.abs(m) % 60).padStart(2, "0"));
  }
  return out;
})();
