// The first screen of each traveller: one giant button.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { inField } from "../core/wedge";
import { Also, Title } from "../core/said";
import { moment, t } from "../core/speech";
import { CameraView } from "./cameraview";
import { fromFile, useInputs, type Came } from "./inputs";
import { JourneyChoice, JourneyLine } from "./journey";
import { judge, show, useStation, wanted, type Case } from "./station";

/** Scan takes a code of the next traveller, or one more of the same (more). */
export function Scan({ more, note }: { more: Case | undefined; note: string | undefined }) {
  const s = useStation();
  const [looking, setLooking] = useState(more !== undefined);
  const [said, setSaid] = useState(note ?? "");
  const busy = useRef(false);
  const chooser = useRef<HTMLInputElement>(null);

  const held = useRef<string[]>([]);

  /** take returns whether there is something to show, so that a camera may rest. */
  const take = async (c: Came): Promise<boolean> => {
    if (busy.current) return false;
    if ("trouble" in c) return setSaid(c.trouble), false;
    if ("table" in c) return s.go({ at: "group", cases: [], table: c.table }), true;
    busy.current = true;
    try {
      const { texts, passport } = await wanted(s, c.texts);
      const mrz = passport ?? more?.mrz ?? "";
      if (texts.length === 0 && !more) return setSaid(t("scan.passport")), false;
      const shown = texts.length > 0 ? await show(s, more?.texts ?? [], held.current, texts, mrz, c.seen) : { case: await judge(s, more?.texts ?? [], s.journey, mrz, c.seen) };
      if ("note" in shown) return (held.current = shown.held), setSaid(shown.note), false;
      s.go({ at: "verdict", case: shown.case });
      return true;
    } catch {
      setSaid(t("scan.again"));
      return false;
    } finally {
      busy.current = false;
    }
  };
  useInputs(s.scanner, (c) => void take(c));

  // Space begins to scan, wherever the focus is not on something that takes it.
  useLayoutEffect(() => {
    const key = (e: KeyboardEvent) => {
      if (e.key === " " && !inField(e.target) && !(e.target as HTMLElement).closest("button, a, summary, dialog")) {
        e.preventDefault();
        setLooking(true);
      }
    };
    document.addEventListener("keydown", key);
    return () => document.removeEventListener("keydown", key);
  }, []);

  return (
    <section class="scan">
      <Title k={more ? "scan.more" : "scan.title"} />
      {said && <p class="note" role="alert">{said}</p>}
      {looking
        ? <CameraView facing={s.liking.facing} seen={(x) => take({ texts: x.texts, seen: x.at })} stop={() => setLooking(false)} />
        : <button type="button" class="giant" onClick={() => { setSaid(""); setLooking(true); }}>
            <svg viewBox="0 0 100 100" aria-hidden="true" focusable="false"><path d="M8 30V8h22M70 8h22v22M92 70v22H70M30 92H8V70M22 50h56" fill="none" stroke="currentColor" stroke-width="7" stroke-linecap="round" /></svg>
            <span>{t("scan.button")}</span><Also k="scan.button" />
            <small><JourneyLine /></small>
          </button>}
      <div class="ways">
        {more
          ? <button type="button" onClick={() => s.go({ at: "verdict", case: more })}>{t("back")}</button>
          : <>
              <button type="button" onClick={() => s.go({ at: "paper" })}>{t("paper.title")}</button>
              <button type="button" onClick={() => s.go({ at: "group", cases: [] })}>{t("group.title")}</button>
            </>}
        <button type="button" onClick={() => chooser.current?.click()}>{t("scan.file")}</button>
        <input ref={chooser} type="file" class="unseen" tabIndex={-1} aria-hidden="true" accept="image/*,application/pdf,.txt,.csv,text/plain,text/csv"
          onChange={(e) => { const f = e.currentTarget.files?.[0]; e.currentTarget.value = ""; if (f) { setSaid(t("file.looking")); void fromFile(s.scanner, f).then(take); } }} />
      </div>
      <p class="hint">{t("scan.ways")}</p>
      {!more && <details class="card"><summary>{t("journey.change")}</summary><JourneyChoice /></details>}
      {!more && <details class="card"><summary>{t("data.title")}</summary><DataList /></details>}
    </section>
  );
}

/** DataList says on what the answers of this desk rest. */
function DataList() {
  const { known, settings } = useStation();
  return (
    <ul>
      <li>{t("data.keys", { n: known.keys, of: known.issuers.join(" ") })}</li>
      {known.not_proven.map((n) => <li key={n}>{t("data.not_proven", { name: n })}</li>)}
      {known.rules.filter((r) => r.jurisdiction === settings.country).map((r) => <li key={r.id}>{t("data.rules", { id: r.id, version: r.version, until: moment(r.until) })}</li>)}
      {known.withdrawals.map((w) => <li key={w.country}>{t("data.withdrawals", { of: w.country, at: moment(w.as_of) })}</li>)}
    </ul>
  );
}
