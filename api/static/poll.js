// Fetching again and again: with the ETag, never twice at once, not while the page is hidden, slower in trouble.

const TIMEOUT_MS = 10_000;
const SLOWEST_MS = 30_000;

export class Poll {
  /** `take(content)` gets new content only; `tell(ok)` hears of every attempt, which is given up after `timeoutMs`. */
  constructor(url, everyMs, take, tell, timeoutMs = TIMEOUT_MS) {
    Object.assign(this, { url, everyMs, take, tell, timeoutMs });
    this.etag = null;
    this.failures = 0;
    this.timer = null;
    this.busy = false;
    document.addEventListener("visibilitychange", () => this.#plan(0));
  }

  /** The first attempt; later ones follow by themselves. */
  async start() {
    await this.#attempt();
  }

  #plan(delayMs) {
    clearTimeout(this.timer);
    if (!document.hidden) this.timer = setTimeout(() => this.#attempt(), delayMs);
  }

  /** Let a mistake of ours be seen, and not be taken for a server that cannot be reached. */
  #show(content) {
    try {
      this.take(content);
    } catch (error) {
      console.error(error);
      throw error;
    }
  }

  async #attempt() {
    if (this.busy) return;
    this.busy = true;
    let ok = false;
    try {
      const headers = this.etag ? { "If-None-Match": this.etag } : {};
      const signal = AbortSignal.timeout(this.timeoutMs);
      const answer = await fetch(this.url, { headers, signal, cache: "no-store", credentials: "omit" });
      if (answer.status === 200) {
        const content = await answer.json();
        this.#show(content);
        this.etag = answer.headers.get("ETag"); // after that: what could not be shown is fetched again
      }
      ok = answer.ok || answer.status === 304;
    } catch (error) {
      if (error instanceof SyntaxError) console.error(error); // no JSON; no contact tells itself
    }
    this.busy = false;
    this.failures = ok ? 0 : this.failures + 1;
    this.tell(ok);
    this.#plan(Math.min(SLOWEST_MS, this.everyMs * 2 ** this.failures));
  }
}
