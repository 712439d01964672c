// The wallet itself: backup, another phone, how it opens, what is stored, the end.
import { useEffect, useRef, useState } from "preact/hooks";
import { Title } from "../core/said";
import { moment, number, t } from "../core/speech";
import { Unseal } from "./add";
import { seal, stretch } from "./holder";
import { Erase, Twice } from "./lock";
import { download, sorry, useHome } from "./state";
import { canUseDevice } from "./vault";

export function MoreScreen() {
  const h = useHome();
  const [busy, setBusy] = useState("");
  const [said, setSaid] = useState("");
  const [trouble, setTrouble] = useState("");
  const [sealed, setSealed] = useState("");
  const [device, setDevice] = useState(false);
  const [byDevice, setByDevice] = useState(h.vault.byDevice);
  const [erasing, setErasing] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  useEffect(() => { void canUseDevice().then(setDevice); }, []);

  const run = (what: string, f: () => Promise<string>) => {
    setBusy(what);
    setSaid("");
    setTrouble("");
    void f().then((s) => { setSaid(s); h.tell(s); }, (err: unknown) => setTrouble(sorry(err))).finally(() => setBusy(""));
  };
  return (
    <section>
      <Title k="wallet.tab.more" />
      {said && <p class="note" role="status">{said}</p>}
      {trouble && <p class="trouble" role="alert">{trouble}</p>}
      <div class="card">
        <h2>{t("wallet.backup")}</h2>
        <p>{t("wallet.backup.what")}</p>
        <ol><li>{t("wallet.move.1")}</li><li>{t("wallet.move.2")}</li><li>{t("wallet.move.3")}</li></ol>
        <Twice label={t("wallet.backup.passphrase")} button={t("wallet.backup.button")} busy={busy !== ""} chosen={(p) => run("backup", async () => {
          download("wallet-" + new Date().toISOString().slice(0, 10) + ".age", "application/octet-stream", await seal(h.content.wallet || "pratique-wallet/1.0\n", p));
          return t("wallet.backup.done");
        })} />
      </div>
      <div class="card">
        <h2>{t("wallet.restore")}</h2>
        <p>{t("wallet.restore.what")}</p>
        <button type="button" onClick={() => chooser.current?.click()}>{t("wallet.restore.button")}</button>
        <input ref={chooser} class="unseen" type="file" accept=".age,.wallet,.txt" tabIndex={-1} aria-hidden="true" aria-label={t("wallet.restore.button")} onChange={(e) => {
          const f = e.currentTarget.files?.[0];
          if (f) void f.slice(0, 8 << 20).text().then((text) => setSealed(text));
          e.currentTarget.value = "";
        }} />
      </div>
      <div class="card">
        <h2>{t("wallet.opens")}</h2>
        <label>{t("wallet.idle")}
          <select value={h.content.idle} onChange={(e) => run("idle", async () => { await h.change({ idle: Number(e.currentTarget.value) }); return t("wallet.saved"); })}>{[1, 5, 15, 60].map((n) => <option key={n} value={n}>{t("wallet.idle.n", { n: number(n) })}</option>)}</select>
        </label>
        {(device || byDevice) && (
          <label class="check"><input type="checkbox" checked={byDevice} disabled={busy !== ""} onChange={(e) => {
            const on = e.currentTarget.checked;
            run("device", async () => {
              try {
                await (on ? h.vault.useDevice() : h.vault.leaveDevice());
              } finally {
                setByDevice(h.vault.byDevice);
              }
              return t("wallet.saved");
            });
          }} />{t("wallet.device")}</label>
        )}
        <details><summary>{t("wallet.passphrase.change")}</summary>
          <Twice label={t("wallet.passphrase.new")} button={t("wallet.passphrase.change")} busy={busy !== ""} chosen={(p) => run("passphrase", async () => { await h.vault.changePassphrase(p, stretch); return t("wallet.saved"); })} />
        </details>
      </div>
      <div class="card">
        <h2>{t("wallet.stored")}</h2>
        <ul>
          <li>{t("wallet.stored.wallet", { n: number(h.vault.size) })}</li>
          <li>{t("wallet.stored.likings")}</li>
          <li>{t("wallet.stored.files")}</li>
          <li>{h.known.as_of ? t("wallet.stored.data.of", { at: moment(h.known.as_of), keys: number(h.known.keys), rules: number(h.known.rules.length) }) : t("wallet.stored.data", { keys: number(h.known.keys), rules: number(h.known.rules.length) })}</li>
          <li>{t("wallet.stored.nobody")}</li>
        </ul>
        <h3>{t("wallet.learn")}</h3>
        <p class="hint">{t("wallet.learn.what")}</p>
        {h.people.map((p) => p.items.map((i) => (
          <details key={p.label + i.id}><summary dir="auto">{p.label}: {i.title}</summary><ul>{i.learn.map((l) => <li key={l} dir="auto">{l}</li>)}</ul></details>
        )))}
      </div>
      <div class="card">
        <h2>{t("wallet.erase")}</h2>
        <p>{t("wallet.erase.short")}</p>
        <button type="button" class="danger" onClick={() => setErasing(true)}>{t("wallet.erase.button")}</button>
      </div>
      {sealed && <Unseal sealed={sealed} close={() => setSealed("")} opened={(wallet) => { setSealed(""); run("restore", async () => {
        const k = await h.holder.keep(h.content.wallet, "", [wallet]);
        await h.change({ wallet: k.wallet });
        return t("wallet.restored", { n: number(k.new), people: number(k.people.length) });
      }); }} />}
      {erasing && <Erase close={() => setErasing(false)} erased={h.erased} />}
    </section>
  );
}
