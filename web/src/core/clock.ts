// The clock of a shift: that of the computer, moved by what the officer said.

let ahead = 0; // ms

/** setClock makes a moment the present one. */
export function setClock(moment: Date): void { ahead = moment.getTime() - Date.now(); }

export const present = (): Date => new Date(Date.now() + ahead);

/** rfc3339 writes a moment at the offset of this computer, in whole seconds. */
export function rfc3339(t: Date): string {
  const two = (n: number) => String(Math.trunc(n)).padStart(2, "0");
  const off = -t.getTimezoneOffset();
  const zone = off === 0 ? "Z" : (off < 0 ? "-" : "+") + two(Math.abs(off) / 60) + ":" + two(Math.abs(off) % 60);
  return `${String(t.getFullYear()).padStart(4, "0")}-${two(t.getMonth() + 1)}-${two(t.getDate())}T${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}${zone}`;
}

export const hour = 3_600_000;
