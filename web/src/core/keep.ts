// What the page keeps between two openings: how an officer likes it, and nothing
// about anybody. Counts of decisions that the desk could not take wait here too.

export interface Liking {
  lang: string;
  traveller: string; // language of the traveller's side
  paper: "a4" | "slip";
  back: number; // seconds until the next traveller; 0: by hand
  discreet: boolean;
  facing: "environment" | "user";
}

export interface Waiting { hour: string; verdict: string; outcome: string; override: string; sentence: string }

const usual: Liking = { lang: "en", traveller: "en", paper: "a4", back: 8, discreet: false, facing: "environment" };

function read<T>(name: string, fallback: T): T {
  try {
    const s = localStorage.getItem("pratique." + name);
    return s === null ? fallback : (JSON.parse(s) as T);
  } catch {
    return fallback; // storage is off, or full of something else
  }
}

/** write says whether the browser took it: storage may be off, or full. */
function write(name: string, value: unknown): boolean {
  try {
    localStorage.setItem("pratique." + name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export function likings(): Liking {
  const preferred = navigator.languages.map((l) => l.slice(0, 2)).find((l) => ["ar", "en", "es", "fr", "ru", "zh"].includes(l));
  return { ...usual, ...(preferred ? { lang: preferred } : {}), ...read<Partial<Liking>>("likings", {}) };
}

export const like = (l: Liking): void => void write("likings", l); // the page works without
export const waiting = (): Waiting[] => read<Waiting[]>("waiting", []);
export const wait = (w: Waiting[]): boolean => w.length <= 1000 && write("waiting", w);
