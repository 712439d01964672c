// Before a wallet is open: it is begun, or opened with its passphrase or by the
// device's authenticator.
import { useEffect, useState } from "preact/hooks";
import { Title } from "../core/said";
import { t } from "../core/speech";
import { Dialog } from "../core/dialog";
import { stretch } from "./holder";
import { sorry, type Content } from "./state";
import { erase, Shut, Vault } from "./vault";

export const least = 10; // letters of a passphrase

const empty: Content = { wallet: "", idle: 5 };

export function Begin({ begun }: { begun(v: Vault, c: Content): void }) {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState("");
  const begin = async (passphrase: string) => {
    setBusy(true);
    try {
      begun(await Vault.begin(passphrase, JSON.stringify(empty), stretch), empty);
    } catch (err) {
      setTrouble(sorry(err));
      setBusy(false);
    }
  };
  return (
    <section class="shut">
      <Title k="wallet.begin" />
      <p>{t("wallet.begin.what")}</p>
      <ul><li>{t("wallet.begin.here")}</li><li>{t("wallet.begin.nobody")}</li><li>{t("wallet.begin.lost")}</li></ul>
      <Twice label={t("wallet.passphrase.new")} button={t("wallet.begin.button")} busy={busy} chosen={begin} />
      {trouble && <p class="trouble" role="alert">{trouble}</p>}
    </section>
  );
}

/** Twice asks for a new passphrase, twice. */
export function Twice({ label, button, busy, chosen }: { label: string; button: string; busy: boolean; chosen(p: string): void }) {
  const [one, setOne] = useState("");
  const [two, setTwo] = useState("");
  const [trouble, setTrouble] = useState("");
  const go = (e: Event) => {
    e.preventDefault();
    const why = [...one].length < least ? t("wallet.passphrase.short", { n: least }) : one !== two ? t("wallet.passphrase.differ") : "";
    setTrouble(why);
    if (!why) { setOne(""); setTwo(""); chosen(one); }
  };
  return (
    <form class="stack" onSubmit={go}>
      <label>{label}<input type="password" autocomplete="new-password" value={one} onInput={(e) => setOne(e.currentTarget.value)} /></label>
      <label>{t("wallet.passphrase.again")}<input type="password" autocomplete="new-password" value={two} onInput={(e) => setTwo(e.currentTarget.value)} /></label>
      <p class="hint">{t("wallet.passphrase.hint")}</p>
      {trouble && <p class="trouble" role="alert">{trouble}</p>}
      <button type="submit" class="primary" disabled={busy}>{busy ? t("wallet.passphrase.slow") : button}</button>
    </form>
  );
}

export function Open({ device, note, opened, erased }: { device: boolean; note: string; opened(v: Vault, c: Content): void; erased(): void }) {
  const [passphrase, setPassphrase] = useState("");
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState("");
  const [asking, setAsking] = useState(false);
  const open = async (how: () => Promise<{ vault: Vault; content: string }>) => {
    setBusy(true);
    setTrouble("");
    try {
      const { vault, content } = await how();
      opened(vault, { ...empty, ...(JSON.parse(content) as Content) });
    } catch (err) {
      setTrouble(sorry(err instanceof SyntaxError ? new Shut("wrong") : err));
      setBusy(false);
    }
  };
  return (
    <section class="shut">
      <Title k="wallet.locked" />
      {note && <p class="note" role="status">{note}</p>}
      <form class="stack" onSubmit={(e) => { e.preventDefault(); const p = passphrase; setPassphrase(""); void open(() => Vault.open(p, stretch)); }}>
        <label>{t("wallet.passphrase")}<input type="password" autocomplete="current-password" value={passphrase} onInput={(e) => setPassphrase(e.currentTarget.value)} /></label>
        <p class="row">
          <button type="submit" class="primary" disabled={busy || passphrase === ""}>{busy ? t("wallet.passphrase.slow") : t("wallet.open")}</button>
          {device && <button type="button" disabled={busy} onClick={() => void open(() => Vault.openByDevice())}>{t("wallet.open.device")}</button>}
        </p>
      </form>
      {trouble && <p class="trouble" role="alert">{trouble}</p>}
      <p><button type="button" onClick={() => setAsking(true)}>{t("wallet.forgotten")}</button></p>
      {asking && <Erase close={() => setAsking(false)} erased={erased} />}
    </section>
  );
}

/** Erase asks once more, and then deletes all. */
export function Erase({ close, erased }: { close(): void; erased(): void }) {
  const [sure, setSure] = useState(false);
  const [trouble, setTrouble] = useState("");
  useEffect(() => () => setSure(false), []);
  return (
    <Dialog title={t("wallet.erase")} close={close}>
      <p>{t("wallet.erase.what")}</p>
      <label class="check"><input type="checkbox" checked={sure} onChange={(e) => setSure(e.currentTarget.checked)} />{t("wallet.erase.sure")}</label>
      {trouble && <p class="trouble" role="alert">{trouble}</p>}
      <p class="row"><button type="button" class="danger" disabled={!sure} onClick={() => void erase().then(erased, (err: unknown) => setTrouble(sorry(err)))}>{t("wallet.erase.button")}</button></p>
    </Dialog>
  );
}
