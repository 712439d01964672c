// A worker that answers calls: one message out, one back, by number.

export interface Call<A> { id: number; name: string; arg: A }
export interface Reply { id: number; result?: unknown; failed?: string }

/** Worked is a worker as functions that wait. */
export class Worked {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve(v: unknown): void; reject(e: Error): void }>();
  #last = 0;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.onmessage = (e: MessageEvent<Reply>) => {
      const w = this.#waiting.get(e.data.id);
      this.#waiting.delete(e.data.id);
      if (e.data.failed !== undefined) w?.reject(new Error(e.data.failed));
      else w?.resolve(e.data.result);
    };
    worker.onerror = () => this.#fail("a part of this page could not be loaded");
  }

  call<T>(name: string, arg: unknown, move: Transferable[] = []): Promise<T> {
    const id = ++this.#last;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (v: unknown) => void, reject });
      this.#worker.postMessage({ id, name, arg } satisfies Call<unknown>, move);
    });
  }

  /** end stops the worker, whatever it does. */
  end(): void {
    this.#worker.terminate();
    this.#fail("ended");
  }

  #fail(why: string): void {
    for (const w of this.#waiting.values()) w.reject(new Error(why));
    this.#waiting.clear();
  }
}

/** serve answers calls in a worker. */
export function serve(functions: Record<string, (arg: never) => unknown>): void {
  const here = self as unknown as DedicatedWorkerGlobalScope;
  here.onmessage = async (e: MessageEvent<Call<never>>) => {
    const { id, name, arg } = e.data;
    try {
      const f = functions[name];
      if (!f) throw new Error(`there is no ${name}`);
      here.postMessage({ id, result: await f(arg) } satisfies Reply);
    } catch (err) {
      here.postMessage({ id, failed: err instanceof Error ? err.message : "failed" } satisfies Reply);
    }
  };
}
