// Something new: from the camera, a file, the clipboard, or by hand. What it is
// and whose it may be the verifier says; whose it is, the person.
import { useEffect, useRef, useState } from "preact/hooks";
import type { CameraTrouble, Seen as Frame } from "../core/scanner";
import { language, number, t, type Key } from "../core/speech";
import { Dialog } from "../core/dialog";
import { unseal, type Seen } from "./holder";
import { fromFiles, useInputs, type Came } from "./inputs";
import { sorry, useHome } from "./state";

/** Add is the row of ways in, and the dialogs that follow. */
export function Add() {
  const h = useHome();
  const [looking, setLooking] = useState(false);
  const [pasting, setPasting] = useState(false);
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<string[]>([]);
  const [seen, setSeen] = useState<Seen[]>();
  const [sealed, setSealed] = useState("");
  const parts = useRef<string[]>([]);
  const lang = language();
  useEffect(() => setSaid([]), [lang]); // it was said in another one
  const chooser = useRef<HTMLInputElement>(null);

  /** take returns whether there is something to keep, so that a camera may rest. */
  const take = async (came: Came): Promise<boolean> => {
    const locked = came.texts.find((x) => x.trimStart().startsWith("-----BEGIN AGE"));
    if (locked) return setSealed(locked), true;
    if (came.texts.length === 0) return setSaid(came.sorry), false;
    const all = (await h.holder.recognise(h.content.wallet, [...new Set([...parts.current, ...came.texts])], language())).seen;
    parts.current = all.filter((s) => s.part).flatMap((s) => s.text.split("\n"));
    const good = all.filter((s) => !s.why);
    const bad = all.filter((s) => s.why && (good.length === 0 || s.part)); // beside a health code there is often an address
    setSaid([...came.sorry, ...new Set(bad.map((s) => s.why!))]);
    if (good.length > 0) { parts.current = []; setSeen(good); }
    return good.length > 0;
  };
  const wait = (p: Promise<Came>) => {
    setBusy(true);
    setSaid([]);
    void p.then(take).catch((err: unknown) => setSaid([sorry(err)])).finally(() => setBusy(false));
  };
  useInputs(h.scanner, wait);

  return (
    <div class="add">
      <div class="ways">
        <button type="button" class="primary" onClick={() => { setSaid([]); setLooking(true); }}>{t("wallet.add.camera")}</button>
        <button type="button" onClick={() => chooser.current?.click()}>{t("wallet.add.file")}</button>
        <button type="button" onClick={() => setPasting(true)}>{t("wallet.add.text")}</button>
        <input ref={chooser} class="unseen" type="file" multiple tabIndex={-1} aria-hidden="true" aria-label={t("wallet.add.file")}
          accept="image/*,application/pdf,.txt,.age,.wallet,.smart-health-card,.hcert" onChange={(e) => { const f = [...(e.currentTarget.files ?? [])]; e.currentTarget.value = ""; if (f.length > 0) wait(fromFiles(h.scanner, f)); }} />
      </div>
      <p class="hint">{t("wallet.add.hint")}</p>
      {busy && <p role="status">{t("file.looking")}</p>}
      {said.length > 0 && <div class="note" role="alert">{said.map((s) => <p key={s}>{s}</p>)}</div>}
      {looking && <CameraDialog close={() => setLooking(false)} seen={async (f) => { const done = await take({ texts: f.texts, sorry: [] }); if (done) setLooking(false); return done; }} note={said} />}
      {pasting && <PasteDialog close={() => setPasting(false)} take={(text) => { setPasting(false); wait(Promise.resolve({ texts: [text], sorry: [] })); }} />}
      {seen && <Whose seen={seen} close={() => setSeen(undefined)} done={(note) => { setSeen(undefined); setSaid([note]); h.tell(note); }} />}
      {sealed && <Unseal sealed={sealed} close={() => setSealed("")} opened={(wallet) => { setSealed(""); wait(Promise.resolve({ texts: [wallet], sorry: [] })); }} />}
    </div>
  );
}

function CameraDialog({ close, seen, note }: { close(): void; seen(f: Frame): Promise<boolean>; note: string[] }) {
  const { camera, liking, tell } = useHome();
  const video = useRef<HTMLVideoElement>(null);
  const latest = useRef(seen);
  latest.current = seen;
  const [trouble, setTrouble] = useState<CameraTrouble>();
  useEffect(() => {
    const v = video.current;
    if (!v) return;
    void camera.watch(v, liking.facing, (f) => latest.current(f), (why) => { setTrouble(why); tell(t(("wallet.camera." + why) as Key)); });
    return () => { camera.stop(v); camera.close(); };
  }, [camera, liking.facing, tell]);
  return (
    <Dialog title={t("wallet.add.camera")} close={close} wide>
      <div class="camera">
        {trouble
          ? <p class="trouble" role="alert">{t(("wallet.camera." + trouble) as Key)}</p>
          : <><video ref={video} muted playsInline aria-label={t("camera.label")} /><p class="hint">{t("camera.hold")}</p></>}
        {note.map((s) => <p class="note" role="alert" key={s}>{s}</p>)}
      </div>
    </Dialog>
  );
}

function PasteDialog({ close, take }: { close(): void; take(text: string): void }) {
  const [text, setText] = useState("");
  return (
    <Dialog title={t("wallet.add.text")} close={close}>
      <form class="stack" onSubmit={(e) => { e.preventDefault(); if (text.trim() !== "") take(text); }}>
        <label>{t("wallet.add.text.what")}<textarea class="plain" rows={6} dir="ltr" spellcheck={false} autocomplete="off" value={text} onInput={(e) => setText(e.currentTarget.value)} /></label>
        <button type="submit" class="primary" disabled={text.trim() === ""}>{t("wallet.add")}</button>
      </form>
    </Dialog>
  );
}

/** Whose asks whose the new things are. */
function Whose({ seen, close, done }: { seen: Seen[]; close(): void; done(note: string): void }) {
  const h = useHome();
  const known = h.people.map((p) => p.label);
  const guess = (s: Seen) => s.label ?? known[0] ?? t("wallet.me");
  const groups = [...new Set(seen.map(guess))];
  const [whose, setWhose] = useState<Record<string, string>>(Object.fromEntries(groups.map((g) => [g, g])));
  const [trouble, setTrouble] = useState("");
  const keep = async () => {
    try {
      let wallet = h.content.wallet, fresh = 0, had = 0;
      for (const g of groups) {
        const k = await h.holder.keep(wallet, (whose[g] ?? "").trim(), seen.filter((s) => guess(s) === g).map((s) => s.text));
        [wallet, fresh, had] = [k.wallet, fresh + k.new, had + k.known];
      }
      await h.change({ wallet });
      done(t("wallet.added", { n: number(fresh) }) + (had > 0 ? " " + t("wallet.added.had", { n: number(had) }) : ""));
    } catch (err) {
      setTrouble(sorry(err));
    }
  };
  return (
    <Dialog title={t("wallet.whose")} close={close}>
      <form class="stack" onSubmit={(e) => { e.preventDefault(); void keep(); }}>
        {groups.map((g) => (
          <fieldset key={g}>
            <legend>{t("wallet.whose.n", { n: number(seen.filter((s) => guess(s) === g).length) })}</legend>
            <ul>{seen.filter((s) => guess(s) === g).slice(0, 5).map((s) => <li key={s.text} dir="auto">{s.title || t(("wallet.kind." + s.kind) as Key)}</li>)}</ul>
            {seen.filter((s) => guess(s) === g).some((s) => s.kind !== "wallet") && (
              <label>{t("wallet.whose.label")}
                <input type="text" list="wallet-people" maxLength={100} required dir="auto" autocomplete="off" value={whose[g]} onInput={(e) => setWhose({ ...whose, [g]: e.currentTarget.value })} />
              </label>
            )}
          </fieldset>
        ))}
        <datalist id="wallet-people">{known.map((k) => <option key={k} value={k} />)}</datalist>
        {trouble && <p class="trouble" role="alert">{trouble}</p>}
        <button type="submit" class="primary">{t("wallet.keep")}</button>
      </form>
    </Dialog>
  );
}

/** Unseal opens a backup. */
export function Unseal({ sealed, close, opened }: { sealed: string; close(): void; opened(wallet: string): void }) {
  const [passphrase, setPassphrase] = useState("");
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState("");
  const open = async () => {
    setBusy(true);
    setTrouble("");
    try {
      opened(await unseal(sealed, passphrase));
    } catch (err) {
      setTrouble(sorry(err));
      setBusy(false);
    }
  };
  return (
    <Dialog title={t("wallet.restore")} close={close}>
      <form class="stack" onSubmit={(e) => { e.preventDefault(); void open(); }}>
        <label>{t("wallet.restore.passphrase")}<input type="password" autocomplete="off" value={passphrase} onInput={(e) => setPassphrase(e.currentTarget.value)} /></label>
        {trouble && <p class="trouble" role="alert">{trouble}</p>}
        <button type="submit" class="primary" disabled={busy || passphrase === ""}>{busy ? t("wallet.passphrase.slow") : t("wallet.open")}</button>
      </form>
    </Dialog>
  );
}
