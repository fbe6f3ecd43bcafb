// From a link to tokens and a GraphQL answer, with nothing but Node.js 20 or newer.
import { createHash, randomBytes } from "node:crypto";
import { createInterface } from "node:readline/promises";

const env = process.env;

// 1. A link for the member. `state` ties the answer to this request, the verifier ties the code to it (PKCE).
const state = randomBytes(16).toString("base64url");
const verifier = randomBytes(32).toString("base64url");
const query = new URLSearchParams({
  response_type: "code",
  client_id: env.OAUTH_CLIENT_ID,
  redirect_uri: env.OAUTH_REDIRECT_URI,
  scope: env.OAUTH_SCOPES,
  state,
  code_challenge: createHash("sha256").update(verifier).digest("base64url"),
  code_challenge_method: "S256",
});
console.log(`Open this link and press Allow:\n\n${env.OAUTH_AUTHORIZATION_ENDPOINT}?${query}\n`);
const terminal = createInterface({ input: process.stdin, output: process.stdout });
const address = await terminal.question("Then paste the address that the browser came to: ");
terminal.close();

// 2. The answer: a code, or why there is none.
const answer = new URL(address).searchParams;
if (answer.get("state") !== state || answer.get("iss") !== env.OAUTH_ISSUER) {
  throw new Error("this address is not the answer to the link");
}
if (!answer.has("code")) throw new Error(`${answer.get("error")}: ${answer.get("error_description")}`);

// 3. The code for tokens.
const basic = Buffer.from(`${env.OAUTH_CLIENT_ID}:${env.OAUTH_CLIENT_SECRET}`).toString("base64");
const askForTokens = (form) =>
  post(env.OAUTH_TOKEN_ENDPOINT, { authorization: `Basic ${basic}` }, new URLSearchParams(form));
let tokens = await askForTokens({
  grant_type: "authorization_code",
  code: answer.get("code"),
  redirect_uri: env.OAUTH_REDIRECT_URI,
  code_verifier: verifier,
});

// 4. The access token opens the Headless API for as long as expires_in says.
const bearer = { authorization: `Bearer ${tokens.access_token}`, "content-type": "application/json" };
console.log(await post(env.GRAPHQL_ENDPOINT, bearer, JSON.stringify({ query: "{ me { id name } }" })));

// 5. The refresh token gives new tokens. Keep the newest: the one before is superseded.
tokens = await askForTokens({ grant_type: "refresh_token", refresh_token: tokens.refresh_token });
console.log(`Refreshed: ${tokens.scope}`);

async function post(url, headers, body) {
  const response = await fetch(url, { method: "POST", headers, body });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return response.json();
}
