// What the page says itself: strings by key and language. Sentences about a
// certificate come from the catalogue of the verifier. Drafts are fetched when
// somebody chooses them; until then, and without them, English is said.
import { useEffect, useState } from "preact/hooks";
import en from "../../strings/en.json";
import fr from "../../strings/fr.json";

export type Key = keyof typeof en;

/** Languages of the United Nations. A draft was not reviewed by somebody who speaks it, and says so. */
export const languages: { code: string; name: string; draft: boolean; rtl?: boolean }[] = [
  { code: "ar", name: "العربية", draft: true, rtl: true },
  { code: "en", name: "English", draft: false },
  { code: "es", name: "Español", draft: true },
  { code: "fr", name: "Français", draft: false },
  { code: "ru", name: "Русский", draft: true },
  { code: "zh", name: "中文", draft: true },
];

const strings: Record<string, Partial<Record<Key, string>>> = { en, fr };
const asked = new Map<string, Promise<void>>();

/** fetched has the strings of a language, and everything drawn again that was said in English for want of them. */
function fetched(code: string): Promise<void> {
  const address = STRINGS[code];
  if (strings[code] || !address) return Promise.resolve();
  const have = asked.get(code);
  if (have) return have;
  const wait = fetch(address).then((r) => r.json()).then((s: Partial<Record<Key, string>>) => { strings[code] = s; if (code === lang) announce(); else draw(); }).catch(() => void asked.delete(code));
  asked.set(code, wait);
  return wait;
}

let lang = "en";
const listeners = new Set<() => void>();

export const language = (): string => lang;
export const isDraft = (code: string): boolean => languages.find((l) => l.code === code)?.draft ?? true;
export const direction = (code: string): "rtl" | "ltr" => (languages.find((l) => l.code === code)?.rtl ? "rtl" : "ltr");

/** beside is the reviewed language that stands beside a draft: the one of the two that the reader set before the other. */
export const beside = (code: string): string => (isDraft(code) ? navigator.languages.map((l) => l.slice(0, 2)).find((l) => l === "en" || l === "fr") ?? "en" : code);

/** speak makes a language that of the page, and is done when its strings are there. */
export function speak(code: string): Promise<void> {
  if (!languages.some((l) => l.code === code)) return Promise.resolve();
  lang = code;
  document.documentElement.lang = code;
  document.documentElement.dir = direction(code);
  announce();
  return fetched(code);
}

function announce(): void {
  document.title = t((document.documentElement.dataset["title"] ?? "title") as Key); // which page this is, its HTML says
  draw();
}

function draw(): void { for (const f of listeners) f(); }

/** useLanguage draws a component again when the language changes. */
export function useLanguage(): string {
  const [, again] = useState(0);
  useEffect(() => {
    const f = () => again((n) => n + 1);
    listeners.add(f);
    return () => void listeners.delete(f);
  }, []);
  return lang;
}

/** t says a string, in English where the language lacks it. */
export function t(key: Key, params: Record<string, string | number> = {}): string {
  return tIn(lang, key, params);
}

export function tIn(code: string, key: Key, params: Record<string, string | number> = {}): string {
  if (!strings[code]) void fetched(code);
  const s = strings[code]?.[key] ?? en[key];
  return s.replace(/\{([a-z_]+)\}/g, (_, name: string) => String(params[name] ?? "?"));
}

/** moment says a moment as people do, the month as a word. */
export function moment(iso: string | Date | undefined, code = lang): string {
  if (!iso) return "";
  const d = typeof iso === "string" ? new Date(iso) : iso;
  // What is medium in Arabic has the month as a number, which may be taken for the day.
  if (code === "ar") return new Intl.DateTimeFormat("ar-u-nu-latn", { day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(d);
  return new Intl.DateTimeFormat(code, { dateStyle: "medium", timeStyle: "short", hour12: false }).format(d);
}

/** day says a date, and what is known of one that lacks its day or month. */
export function day(date: string | undefined, code = lang): string {
  const [y, m, d] = (date ?? "").split("-").map(Number);
  if (!y) return "";
  const at = new Date(Date.UTC(y, (m || 1) - 1, d || 1));
  const form: Intl.DateTimeFormatOptions = { timeZone: "UTC", year: "numeric", ...(m ? { month: "long" } : {}), ...(d ? { day: "numeric" } : {}) };
  return new Intl.DateTimeFormat(code === "ar" ? "ar-u-nu-latn" : code, form).format(at);
}

/** number says a whole number. */
export const number = (n: number): string => new Intl.NumberFormat(lang === "ar" ? "ar-u-nu-latn" : lang).format(n);
