// Families, coaches, crews, flights: many codes, one list, one summary.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { formatCSV, parseCSV } from "../core/csv";
import { Shape } from "../core/shapes";
import { Title } from "../core/said";
import { number, t, type Key } from "../core/speech";
import type { Colour } from "../core/verifier";
import { CameraView } from "./cameraview";
import { settle, why } from "./decide";
import { fromFile, useInputs, type Came } from "./inputs";
import { judge, show, useStation, wanted, type Case } from "./station";

const order: Colour[] = ["red", "grey", "amber", "green"];
const most = 1000; // travellers of a list

export function Group({ cases: given, table: first }: { cases: Case[]; table: string | undefined }) {
  const s = useStation();
  const [cases, setCases] = useState(given);
  const [looking, setLooking] = useState(false);
  const [note, setNote] = useState("");
  const [done, setDone] = useState(0);
  const busy = useRef(false);
  const seen = useRef(new Set(given.flatMap((c) => c.texts)));
  const held = useRef<string[]>([]);
  const chooser = useRef<HTMLInputElement>(null);
  const sums = useMemo(() => order.map((v) => [v, cases.filter((c) => c.verdict === v).length] as const), [cases]);

  useEffect(() => () => s.camera.stop(), [s.camera]);

  const add = async (texts: string[], mrz = "", ref = "") => {
    for (const text of texts) {
      if (seen.current.has(text) || seen.current.size >= most) continue;
      seen.current.add(text);
      const c = await judge(s, [text], s.journey, mrz, performance.now());
      setCases((list) => [...list, ref ? Object.assign(c, { ref }) : c]);
      s.tell(t("group.added", { n: number(seen.current.size), word: c.answer.word }));
    }
  };
  const take = async (c: Came) => {
    setNote("");
    if ("trouble" in c) return setNote(c.trouble);
    if ("table" in c) return void (await table(c.table));
    const { texts } = await wanted(s, c.texts);
    if (texts.every((x) => seen.current.has(x))) return;
    const shown = await show(s, [], held.current, texts, "", c.seen);
    held.current = "note" in shown ? shown.held : [];
    if ("note" in shown) return setNote(shown.note);
    await add(shown.case.texts.length === 1 && texts.length > 1 ? shown.case.texts : texts);
  };
  useInputs(s.scanner, (c) => void take(c).catch((err: unknown) => setNote(why(err))));

  /** table reads a list: a column code, and perhaps ref and mrz. */
  const table = async (text: string) => {
    const [head, ...rows] = parseCSV(text);
    const column = (...names: string[]) => head?.findIndex((h) => names.includes(h.trim().toLowerCase())) ?? -1;
    const code = column("code", "text"), ref = column("ref", "seat", "reference"), mrz = column("mrz");
    if (code < 0) return setNote(t("group.columns"));
    for (const r of rows.slice(0, most)) {
      try {
        await add([(r[code] ?? "").trim()], (r[mrz] ?? "").trim(), (r[ref] ?? "").trim());
      } catch {
        await add([(r[code] ?? "").trim()], "", (r[ref] ?? "").trim()); // passport lines that cannot be read
      }
    }
  };

  useEffect(() => { if (first !== undefined) void table(first); }, [first]);

  const save = () => {
    const rows = [["ref", "verdict", "reason", "text", "next", "by"], ...cases.map((c, i) => {
      const r = c.answer.reasons.find((x) => x.colour === c.verdict);
      return [reference(c, i), c.verdict, r?.code ?? "", r?.text ?? "", r?.next ?? "", r?.by ?? ""];
    })];
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([formatCSV(rows)], { type: "text/csv" }));
    link.download = "list.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  const admit = async () => {
    if (busy.current) return;
    busy.current = true;
    try {
      for (const c of cases.filter((x) => x.verdict === "green")) {
        const fresh = await judge(s, c.texts, c.journey, c.mrz, c.seen);
        const d = await settle(s, fresh, { outcome: "admitted", override: "", sentence: "", officers: [s.shift?.officer ?? ""], confirm: "" });
        if ("needs" in d) continue; // no longer green: it stays in the list
        setCases((list) => list.filter((x) => x !== c));
        setDone((n) => n + 1);
      }
    } catch (err) {
      setNote(why(err));
    } finally {
      busy.current = false;
    }
  };

  const greens = sums.find(([v]) => v === "green")?.[1] ?? 0;
  return (
    <section class="group">
      <Title k="group.title" />
      <p class="sums" role="status">
        {sums.map(([v, n]) => <span key={v} class={"sum sum-" + v}><Shape of={v} /> {number(n)} {t(("colour." + v) as Key)}</span>)}
        {done > 0 && <span class="sum">{t("group.done", { n: number(done) })}</span>}
      </p>
      {note && <p class="note" role="alert">{note}</p>}
      {looking && <CameraView facing={s.liking.facing} seen={async (x) => { await take({ texts: x.texts, seen: x.at }); return false; }} stop={() => setLooking(false)} />}
      <div class="ways">
        {!looking && <button type="button" class="primary" onClick={() => setLooking(true)}>{t("scan.button")}</button>}
        <button type="button" onClick={() => chooser.current?.click()}>{t("group.file")}</button>
        <input ref={chooser} type="file" class="unseen" tabIndex={-1} aria-hidden="true" accept="image/*,application/pdf,.csv,.tsv,.txt,text/plain,text/csv"
          onChange={(e) => { const f = e.currentTarget.files?.[0]; e.currentTarget.value = ""; if (f) void fromFile(s.scanner, f).then(take); }} />
        {cases.length > 0 && <button type="button" onClick={save}>{t("group.save")}</button>}
        {s.shift && greens > 0 && <button type="button" onClick={() => void admit()}>{t("group.admit", { n: number(greens) })}</button>}
        <button type="button" onClick={() => s.go({ at: "scan" })}>{t("group.end")}</button>
      </div>
      {cases.length > 0 && (
        <table class="list">
          <caption class="unseen">{t("group.title")}</caption>
          <thead><tr><th scope="col">{t("group.ref")}</th><th scope="col">{t("group.verdict")}</th><th scope="col">{t("group.name")}</th><th scope="col">{t("group.reason")}</th><th scope="col"><span class="unseen">{t("group.open")}</span></th></tr></thead>
          <tbody>
            {cases.map((c, i) => (
              <tr key={c.texts[0]} class={"row-" + c.verdict}>
                <td>{reference(c, i)}</td>
                <td><Shape of={c.verdict} /> {t(("colour." + c.verdict) as Key)}</td>
                <td dir="auto">{c.answer.person?.name ?? "—"}</td>
                <td dir="auto">{c.answer.reasons.find((r) => r.colour === c.verdict)?.text}</td>
                <td><button type="button" onClick={() => s.go({ at: "verdict", case: c, group: cases })} aria-label={t("group.open_one", { ref: reference(c, i) })}>{t("group.open")}</button></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p class="hint">{t("group.hint")}</p>
    </section>
  );
}

/** reference is what a traveller is called in a list: their reference there, or their place. */
function reference(c: Case, i: number): string {
  return (c as Case & { ref?: string }).ref ?? String(i + 1);
}
