// The hands of the guide: what a visitor could do on a page, done by a button of
// the bar. A code comes to a page as by the clipboard; fields are filled and
// buttons are pressed as by a person. The pages know nothing of it.

export const one = <E extends HTMLElement>(selector: string): E | null => document.querySelector<E>("#app " + selector);
export const has = (selector: string): boolean => one(selector) !== null;

/** until waits for something to appear. */
export async function until(selector: string, seconds = 20): Promise<HTMLElement> {
  for (let i = 0; i < seconds * 20; i++) {
    const e = one(selector);
    if (e) return e;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error("the page does not show what comes next");
}

export const press = (selector: string): void => one(selector)?.click();

/** fill writes into a field, as a person does. */
export function fill(field: Element | null | undefined, value: string): void {
  if (field instanceof HTMLSelectElement) {
    field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  } else if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) {
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/** paste gives a text to the page, as the clipboard does. */
export function paste(text: string): void {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}

/** submit sends the form in which something stands. */
export const submit = (selector: string): void => one(selector)?.closest("form")?.requestSubmit();

/** tick lets the page take what was written. */
export const tick = (): Promise<void> => new Promise((done) => setTimeout(done, 40));
