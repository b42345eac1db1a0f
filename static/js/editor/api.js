/** The server, as the editor sees it: one function per thing that it asks for. Every refusal is an error with a code. */

const PATIENCE = 15000;

/** The server refused: `status`, a stable `code`, a sentence for a person, and what was wrong with which field. */
export class Refusal extends Error {
  constructor(status, body) {
    super(body.message || `The server answered with status ${status}.`);
    this.name = "Refusal";
    this.status = status;
    this.code = body.error ?? "unknown";
    this.fields = body.fields ?? {};
  }

  /** Whether the person has to log in, or the page needs the token of a newer login. */
  get isSignedOut() {
    return this.status === 401 || ["not_authenticated", "csrf_failed"].includes(this.code);
  }

  /** Whether somebody else may have the task by now, or has changed it. */
  get isLost() {
    return this.status === 409 || this.status === 404;
  }
}

/** The server could not be reached, took too long, or is itself in trouble. */
export class Unreachable extends Error {
  constructor(cause) {
    super("The server cannot be reached.", { cause });
    this.name = "Unreachable";
  }
}

/**
 * @param {object} options
 * @param {typeof fetch} options.fetch
 * @param {() => string} options.csrfToken read anew for each request: it changes when a person logs in again
 */
export function createApi({ fetch, csrfToken, root = "/api/v1/" }) {
  async function call(method, path, body, options = {}) {
    const response = await send(method, path, body, options);
    if (response.status === 204) return null;
    const answer = await response.json().catch(() => ({}));
    if (response.ok) return answer;
    if (response.status >= 500) throw new Unreachable(new Error(answer.message ?? String(response.status)));
    throw new Refusal(response.status, answer);
  }

  async function send(method, path, body, options) {
    const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const content = body === undefined ? undefined : JSON.stringify(body);
    try {
      return await fetch(root + path, {
        method, headers, body: content, credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE), ...options,
      });
    } catch (error) {
      throw new Unreachable(error);
    }
  }

  return {
    claimNext: (project, kind) => call("POST", `projects/${project}/leases`, { kind }),
    claimTask: (task, kind) => call("POST", `tasks/${task}/leases`, { kind }),
    renew: (lease) => call("POST", `leases/${lease}/renew`, {}),
    release: (lease) => call("DELETE", `leases/${lease}`),
    saveDraft: (lease, work, options) => call("PUT", `leases/${lease}/draft`, work, options),
    submitAnnotation: (lease, work) => call("POST", `leases/${lease}/annotation`, work),
    markUnreadable: (lease, work) => call("POST", `leases/${lease}/unreadable`, work),
    skip: (lease, work) => call("POST", `leases/${lease}/skip`, work),
    submitAdjudication: (lease, work) => call("POST", `leases/${lease}/adjudication`, work),
    submitReview: (lease, work) => call("POST", `leases/${lease}/review`, work),
    getTask: (task) => call("GET", `tasks/${task}`),
    reopen: (task) => call("POST", `tasks/${task}/reopen`, {}),
    listWaiting: (project, state) => call("GET", `projects/${project}/tasks?state=${state}&limit=3`),
  };
}

/** The CSRF token of the page's cookies; empty where there is none. */
export function readCsrfToken(cookies) {
  const pair = cookies.split("; ").find((cookie) => cookie.startsWith("csrftoken="));
  return pair ? decodeURIComponent(pair.slice("csrftoken=".length)) : "";
}
