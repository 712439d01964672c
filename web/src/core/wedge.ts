// A hardware scanner is a keyboard that types quickly and ends with Enter.
//
// It types by the places of keys, and most are set to the keyboard of the United
// States; a computer with another layout then shows other letters. So what comes
// is kept twice, as the letters that arrived and as the keys that were pressed,
// and the verifier says which of the two is a health code.

const pause = 1000; // ms without a key after which what came before was a person
const least = 8; // letters of the shortest thing that is worth a look

const shifted: Record<string, string> = {
  Digit1: "!", Digit2: "@", Digit3: "#", Digit4: "$", Digit5: "%", Digit6: "^", Digit7: "&", Digit8: "*", Digit9: "(", Digit0: ")",
  Minus: "_", Equal: "+", BracketLeft: "{", BracketRight: "}", Backslash: "|", Semicolon: ":", Quote: '"', Comma: "<", Period: ">", Slash: "?", Backquote: "~",
};
const plain: Record<string, string> = {
  Minus: "-", Equal: "=", BracketLeft: "[", BracketRight: "]", Backslash: "\\", Semicolon: ";", Quote: "'", Comma: ",", Period: ".", Slash: "/", Backquote: "`", Space: " ",
};

/** american is the letter that a key has on a keyboard of the United States. */
export function american(code: string, shift: boolean): string {
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (letter) return shift ? letter : letter.toLowerCase();
  if (shift && shifted[code]) return shifted[code];
  return /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1] ?? plain[code] ?? "";
}

/** wedge tells what a hardware scanner typed: one text, or the two that it may be. */
export function wedge(target: Document, told: (texts: string[]) => void): void {
  let typed = "", pressed = "", last = 0;
  const key = (e: KeyboardEvent) => {
    if (e.isComposing || e.ctrlKey && !e.altKey || e.metaKey || inField(e.target)) return;
    const now = e.timeStamp; // when the key was pressed, however busy the page is
    if (now - last > pause) typed = pressed = "";
    if (e.key === "Enter" || e.key === "Tab") {
      if (typed.length >= least) {
        e.preventDefault();
        e.stopPropagation();
        told(typed === pressed ? [typed] : [typed, pressed]);
      }
      typed = pressed = "";
      return;
    }
    if ([...e.key].length !== 1 && american(e.code, e.shiftKey) === "") return; // Shift and the like
    if (typed === "" && e.key === " ") return; // no code begins so; a person presses a button
    if (e.key === "Dead" || [...e.key].length === 1) {
      last = now;
      typed += e.key === "Dead" ? "" : e.key;
      pressed += american(e.code, e.shiftKey);
      if (typed.length > 1) { e.preventDefault(); e.stopPropagation(); }
    }
  };
  target.addEventListener("keydown", key, true);
}

/** inField reports whether somebody writes there. */
export function inField(t: EventTarget | null): boolean {
  return t instanceof HTMLTextAreaElement || t instanceof HTMLSelectElement || t instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit", "file"].includes(t.type);
}
