// Tables as text (RFC 4180): what spreadsheets read and write.

/** parseCSV reads rows; the separator is the comma, the semicolon or the tab, whichever the first line has most of. */
export function parseCSV(text: string): string[][] {
  const s = text.replace(/^\uFEFF/, "");
  const head = s.slice(0, s.search(/[\r\n]|$/));
  const separator = [",", ";", "\t"].reduce((a, b) => (head.split(b).length > head.split(a).length ? b : a));
  const rows: string[][] = [];
  let row: string[] = [], field = "", quoted = false;
  for (let i = 0; i < s.length; i++) {
    const c = s[i]!;
    if (quoted) {
      if (c !== '"') field += c;
      else if (s[i + 1] === '"') { field += '"'; i++; } else quoted = false;
    } else if (c === '"' && field === "") quoted = true;
    else if (c === separator) { row.push(field); field = ""; }
    else if (c === "\n" || c === "\r") {
      if (c === "\r" && s[i + 1] === "\n") i++;
      row.push(field); rows.push(row); row = []; field = "";
    } else field += c;
  }
  if (field !== "" || row.length > 0) { row.push(field); rows.push(row); }
  return rows.filter((r) => r.some((f) => f.trim() !== ""));
}

/** formatCSV writes rows. A field that a spreadsheet would take for a formula is made text. */
export function formatCSV(rows: string[][]): string {
  const field = (f: string) => {
    const safe = /^[=+\-@\t\r]/.test(f) ? "'" + f : f;
    return /[",\r\n]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
  };
  return rows.map((r) => r.map(field).join(",") + "\r\n").join("");
}
