// The last page: what was stored where. It states nothing by itself: it reads all
// that this browser keeps for this address and all files of the program, and looks
// in each for what is about Anna.
import { useEffect, useState } from "preact/hooks";
import { clear, get, post, type Lying, type State } from "./state";

/** Place is somewhere that something can be kept, and what was found in it. */
export interface Place { name: string; where: string; things: number; size: number; looks: string; found: string[] }

interface Kept { name: string; where: string; bytes: Uint8Array; looks: string }

const utf8 = new TextEncoder();

/** flat are the bytes of anything that a browser stores. */
async function flat(x: unknown): Promise<Uint8Array[]> {
  if (x instanceof Blob) return [new Uint8Array(await x.arrayBuffer())];
  if (x instanceof ArrayBuffer) return [new Uint8Array(x)];
  if (ArrayBuffer.isView(x)) return [new Uint8Array(x.buffer, x.byteOffset, x.byteLength)];
  if (Array.isArray(x)) return (await Promise.all(x.map(flat))).flat();
  if (x !== null && typeof x === "object") return (await Promise.all(Object.entries(x).map(async ([k, v]) => [utf8.encode(k), ...(await flat(v))]))).flat();
  return [utf8.encode(String(x))];
}

function joined(parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length + 1, 0));
  let at = 0;
  for (const p of parts) { out.set(p, at); at += p.length + 1; }
  return out;
}

const waits = <T,>(r: IDBRequest<T>): Promise<T> => new Promise((resolve, reject) => { r.onsuccess = () => resolve(r.result); r.onerror = () => reject(r.error ?? new Error("failed")); });

/** browser reads all that this browser keeps for this address. */
async function browser(): Promise<Kept[]> {
  const out: Kept[] = [];
  for (const [name, store] of [["localStorage", localStorage], ["sessionStorage", sessionStorage]] as const) {
    for (let i = 0; i < store.length; i++) {
      const key = store.key(i)!, text = store.getItem(key) ?? "";
      out.push({ name: key, where: name, bytes: utf8.encode(key + "\n" + text), looks: text });
    }
  }
  for (const c of document.cookie.split(";").filter((x) => x.trim() !== "")) out.push({ name: c.trim(), where: "cookies", bytes: utf8.encode(c), looks: c });
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const r of await cache.keys()) {
      const body = new Uint8Array(await (await cache.match(r))!.arrayBuffer());
      out.push({ name: new URL(r.url).pathname, where: name === "data" ? "public data" : name.replace(/^files-\/(.*)\/-[0-9a-f]+$/, "the files of the $1 page"), bytes: joined([utf8.encode(r.url), body]), looks: "" });
    }
  }
  for (const d of await indexedDB.databases()) {
    const db = await waits(indexedDB.open(d.name!));
    for (const store of db.objectStoreNames) {
      const all = db.transaction(store).objectStore(store);
      const [keys, values] = await Promise.all([waits(all.getAllKeys()), waits(all.getAll())]);
      for (const [i, v] of values.entries()) {
        const bytes = joined(await flat(v));
        out.push({ name: `${store}/${String(keys[i])}`, where: d.name === "pratique-wallet" ? "the wallet’s record" : "database " + d.name, bytes, looks: `random bytes to whoever has no passphrase: ${[...bytes.slice(-12)].map((b) => b.toString(16).padStart(2, "0")).join(" ")} …` });
      }
    }
    db.close();
  }
  return out;
}

/** about is what would tell about Anna: from the register of the laboratory, which knows it. */
export function about(s: State): [string, string][] {
  return s.issued.flatMap((e) => [
    ...[e.name, ...e.name.split(/\s+/).filter((x) => x.length > 5)].map((x): [string, string] => ["a name", x]),
    ["a date of birth", e.born], ["a passport number", e.document], ["a code", e.text.slice(0, 60)], ["the id of a certificate", e.id],
  ] as [string, string][]);
}

/** holds reports whether bytes hold a text, in capitals or not. */
function holds(text: string, needle: string): boolean { return text.includes(needle.toLowerCase()); }

function look(kept: Kept[], needles: [string, string][]): Place[] {
  const places = new Map<string, Place>();
  for (const k of kept) {
    const p = places.get(k.where) ?? { name: k.where, where: k.where, things: 0, size: 0, looks: "", found: [] };
    const text = new TextDecoder("utf-8").decode(k.bytes).toLowerCase();
    p.things++;
    p.size += k.bytes.length;
    p.looks ||= k.looks;
    for (const [what, needle] of needles) if (holds(text, needle) && !p.found.includes(what)) p.found.push(what);
    places.set(k.where, p);
  }
  return [...places.values()];
}

const folders: Record<string, string> = { laboratory: "the laboratory’s register", desk: "the border desk’s counts", other: "somewhere else" };

async function read(s: State): Promise<{ browser: Place[]; program: Place[]; folder: string }> {
  const needles = about(s);
  const { files, folder } = await get<{ files: Lying[]; folder: string }>("stored");
  return {
    browser: look(await browser(), needles), folder,
    program: look(files.map((f) => ({ name: f.name, where: folders[f.store] ?? f.name, bytes: utf8.encode(f.name + "\n" + f.text), looks: f.text })), needles),
  };
}

const bytes = (n: number): string => (n < 10_000 ? new Intl.NumberFormat("en").format(n) + " bytes" : n < 1_000_000 ? Math.round(n / 1000) + " kB" : (n / 1_000_000).toFixed(1) + " MB");

export function Ending({ s }: { s: State }) {
  const [at, setAt] = useState<Awaited<ReturnType<typeof read>>>();
  const [over, setOver] = useState<{ left: number; kept: number }>();
  const [trouble, setTrouble] = useState("");
  useEffect(() => { void read(s).then(setAt, (err: Error) => setTrouble(err.message)); }, [s]);
  const end = async () => {
    try {
      await clear();
      const { files } = await post<{ files: Lying[] }>("end", {});
      setOver({ left: files.length, kept: (await browser()).length });
    } catch (err) {
      setTrouble((err as Error).message);
    }
  };
  if (over) {
    return (
      <section class="ending over">
        <h1 tabIndex={-1}>Torn down</h1>
        <p class="lead" data-left={over.left} data-kept={over.kept}>{over.left} files of the program are left, and {over.kept} things in this browser. The program has ended: this window can be closed.</p>
      </section>
    );
  }
  const all = at ? [...at.browser, ...at.program] : [];
  const telling = all.filter((p) => p.found.length > 0);
  return (
    <section class="ending">
      <h1 tabIndex={-1}>What was stored, and where</h1>
      {trouble && <p class="trouble" role="alert">{trouble}</p>}
      {!at && !trouble && <p role="status">Reading …</p>}
      {at && (
        <>
          <p class="lead">{s.issued.length === 0
            ? "Nothing was issued in this tour, so there is nobody to look for."
            : telling.length === 0 ? "None of these places holds anything that says who Anna is."
            : `Of ${all.length} places ${telling.length === 1 ? "one holds" : telling.length + " hold"} what says who Anna is: ${telling.map((p) => p.name).join(", ")}.`}</p>
          <Table title="In this browser" of={at.browser} none="Nothing at all." looked={s.issued.length > 0} />
          <Table title="On the disk of the program" of={at.program} none="Nothing at all." looked={s.issued.length > 0} />
          <p class="hint">Looked for: {s.issued.length > 0 ? "her name, her date of birth, her passport number, her code and its id" : "nothing"}, in every byte of every place. A laboratory must keep a register. The wallet’s record is what a thief of this disk would see of it.</p>
          <p class="row"><button type="button" class="primary" onClick={() => void end()}>Tear down: remove all of it and end</button></p>
          <div class="notes">
            <div><h2>In the terminal</h2><p><code>pratique demo</code> tells the same story with commands that you can repeat.</p></div>
            <div><h2>At your border</h2><p><code>pratique desk</code> is the desk you have seen, from a folder on a USB stick.</p></div>
          </div>
        </>
      )}
    </section>
  );
}

function Table({ title, of, none, looked }: { title: string; of: Place[]; none: string; looked: boolean }) {
  if (of.length === 0) return <div class="card"><h2>{title}</h2><p>{none}</p></div>;
  return (
    <div class="card places">
      <table>
        <caption>{title}</caption>
        <thead><tr><th scope="col">Where</th><th scope="col">How much</th><th scope="col">About Anna</th></tr></thead>
        <tbody>{of.map((p) => (
          <tr key={p.where} data-where={p.where} data-things={p.things} data-size={p.size} data-found={p.found.join(", ")}>
            <th scope="row">{p.name}{p.looks && <details><summary>look inside</summary><pre>{p.looks.slice(0, 600)}</pre></details>}</th>
            <td>{p.things === 1 ? "1 thing" : p.things + " things"}, {bytes(p.size)}</td>
            <td>{!looked ? "" : p.found.length > 0 ? <strong class="tells"><span aria-hidden="true">● </span>{p.found.join(", ")}</strong> : <span><span aria-hidden="true">○ </span>nothing found</span>}</td>
          </tr>
        ))}</tbody>
      </table>
    </div>
  );
}
