// The own pages of the tour: its start, a small laboratory of Norland, and the
// last page, which reads what was stored.
import "./tour.css";
import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Laboratory } from "./lab";
import { Ending } from "./stored";
import { address, steps } from "./steps";
import { changed, get, onChange, step, type State } from "./state";

function App() {
  const [n, setN] = useState(step);
  const [s, setS] = useState<State>();
  const [trouble, setTrouble] = useState("");
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    get("state").then(setS, (err: Error) => setTrouble(err.message));
    const stop = onChange(setS);
    const went = () => setN(step());
    addEventListener("hashchange", went);
    return () => { stop(); removeEventListener("hashchange", went); };
  }, []);
  const place = steps[n]?.place;
  useEffect(() => { document.title = `${place ?? "Start"} · The tour of Pratique`; }, [place]);
  return (
    <main ref={main}>
      {trouble && <p class="trouble" role="alert">{trouble}</p>}
      {!s && !trouble && <p role="status">Opening the tour …</p>}
      {s && place === "Start" && <Start />}
      {s && place === "Laboratory" && <Laboratory key={s.set} s={s} took={changed} withdrawing={n > 1} />}
      {s && place === "The end" && <Ending s={s} />}
    </main>
  );
}

const surfaces: { name: string; of: string; says: string; at: number; icon: string }[] = [
  { name: "Laboratory", of: "Norland (XA)", says: "A result becomes a signed code.", at: 1, icon: "M38 10h24M42 10v28L20 80a8 8 0 0 0 7 12h46a8 8 0 0 0 7-12L58 38V10M31 62h38" },
  { name: "Wallet", of: "Anna", says: "She keeps it in a page, or on paper.", at: 2, icon: "M14 26h66a8 8 0 0 1 8 8v46a8 8 0 0 1-8 8H22a8 8 0 0 1-8-8zM14 26v-4a8 8 0 0 1 8-8h50M66 57h22" },
  { name: "Border desk", of: "Sudmark (XB)", says: "Green, amber, red or grey, offline.", at: 4, icon: "M50 6L88 20v28c0 24-16 38-38 46C28 86 12 72 12 48V20zM33 50l12 13 23-28" },
  { name: "Withdrawal", of: "Norland (XA)", says: "A mistake is taken back, for a reason.", at: 9, icon: "M82 50a32 32 0 1 1-10-23M84 10v20H64" },
  { name: "Own colour", of: "Anna", says: "Her travels, her page, her answer.", at: 11, icon: "M50 12a38 38 0 1 0 0 76c8 0 8-7 4-12-4-6 0-12 8-12h14c8 0 12-6 12-14 0-22-18-38-38-38zM30 46v1M44 30v1M62 32v1" },
];

function Start() {
  return (
    <section class="start">
      <h1 tabIndex={-1}>A health certificate crosses a border</h1>
      <p class="lead">Five minutes, from a laboratory result to a decision at the border, a mistake that is taken back, and what stays behind: five places, one code, nobody who watches.</p>
      <ol class="surfaces">
        {surfaces.map((x) => (
          <li key={x.name}>
            <a href={address(x.at)}>
              <svg viewBox="0 0 100 100" aria-hidden="true" focusable="false"><path d={x.icon} fill="none" stroke="currentColor" stroke-width="6" stroke-linecap="round" stroke-linejoin="round" /></svg>
              <strong>{x.name}</strong> <span>{x.of}</span> <em>{x.says}</em>
            </a>
          </li>
        ))}
      </ol>
      <p class="row"><a class="go" href={address(1)}>Start the tour</a></p>
      <div class="notes">
        <div><h2>No camera needed</h2><p>The bar above has each code at hand: one button gives it to the page. You can as well drag it, save it as a picture, or do everything by hand: the wallet and the desk are the real pages.</p></div>
        <div><h2>No network</h2><p>All of it comes from one program on this computer. Nothing leaves it, and the last page removes what was stored.</p></div>
        <div><h2>Your clock</h2><p>The tour has a clock of its own. It stands still, and you move it: to the flight, by two days, back home. Production pages have no such clock.</p></div>
        <div><h2>DEMO</h2><p>Norland and Sudmark are invented, and so are all the people. Everybody can sign with these keys, which is why every answer says that it is not valid.</p></div>
      </div>
    </section>
  );
}

render(<App />, document.getElementById("app")!);
document.querySelector("#app > noscript")?.remove();
