import assert from "node:assert/strict";
import http from "node:http";
import { after, before, test } from "node:test";

import { createApi, readCsrfToken } from "../../static/js/editor/api.js";

let server;
let root;
let answer = { status: 200, body: {} };
const heard = [];

before(async () => {
  server = http.createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      heard.push({ method: request.method, url: request.url, headers: request.headers, body: text && JSON.parse(text) });
      response.writeHead(answer.status, { "Content-Type": "application/json" });
      response.end(answer.status === 204 ? undefined : JSON.stringify(answer.body));
    });
  });
  await new Promise((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  root = `http://127.0.0.1:${server.address().port}/api/v1/`;
});
after(() => server.close());

const open = () => createApi({ fetch, csrfToken: () => "token", root });

test("a claim is a POST with the kind and the CSRF token", async () => {
  answer = { status: 201, body: { lease: { id: "l" } } };
  assert.deepEqual(await open().claimNext("yard", "review"), answer.body);
  const { method, url, headers, body } = heard.at(-1);
  assert.deepEqual([method, url, body], ["POST", "/api/v1/projects/yard/leases", { kind: "review" }]);
  assert.equal(headers["x-csrftoken"], "token");
});

test("where nothing waits the answer is null", async () => {
  answer = { status: 204 };
  assert.equal(await open().claimNext("yard", "annotate"), null);
});

test("a refusal has its status, its code and its sentence", async () => {
  answer = { status: 409, body: { error: "stale_revision", message: "There is a newer one.", fields: { current_revision: 2 } } };
  await assert.rejects(open().submitAnnotation("l", {}), (error) => (
    error.isLost && !error.isSignedOut && error.code === "stale_revision" && error.message === "There is a newer one."
    && error.fields.current_revision === 2
  ));
});

test("an ended session and an old CSRF token ask for a login; another 403 does not", async () => {
  const refusals = [[401, "not_authenticated", true], [403, "not_authenticated", true], [403, "csrf_failed", true], [403, "forbidden", false]];
  for (const [status, error, isSignedOut] of refusals) {
    answer = { status, body: { error, message: "" } };
    await assert.rejects(open().renew("l"), (refusal) => refusal.isSignedOut === isSignedOut);
  }
});

test("a server in trouble and one that is not there are both unreachable", async () => {
  answer = { status: 503, body: {} };
  await assert.rejects(open().renew("l"), { name: "Unreachable" });
  const nowhere = createApi({ fetch, csrfToken: () => "", root: "http://127.0.0.1:9/" });
  await assert.rejects(nowhere.renew("l"), { name: "Unreachable" });
});

test("the CSRF token is found among the cookies", () => {
  assert.equal(readCsrfToken("theme=dark; csrftoken=abc%3D; x=1"), "abc=");
  assert.equal(readCsrfToken(""), "");
});
