// The page where people sign in: whoever types a login name is that account.

/**
 * Shows the page, and reads its form.
 *
 * @param {any} provider
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 */
export async function interact(provider, request, response) {
  try {
    const { params, prompt } = await provider.interactionDetails(request, response);
    if (request.method !== "POST") return page(response, 200, form(params, prompt.name));
    const fields = new URLSearchParams(await text(request));
    const result = fields.has("cancel")
      ? { error: "access_denied", error_description: "The person pressed Cancel." }
      : { login: { accountId: fields.get("login") } };
    await provider.interactionFinished(request, response, result);
  } catch (error) {
    page(response, 400, `<p>${escape(String(error))}</p>`);
  }
}

/**
 * @param {Record<string, string>} params
 * @param {string} asks
 */
function form(params, asks) {
  return `<h1>Sign in at the provider</h1>
<p>For ${escape(params.client_id)} (${escape(asks)}).</p>
<form method="post">
  <p><label>Login name <input name="login" value="${escape(params.login_hint ?? "")}" autofocus></label></p>
  <p><button>Sign in</button> <button name="cancel" value="1">Cancel</button></p>
</form>`;
}

/**
 * @param {import("node:http").ServerResponse} response
 * @param {number} status
 * @param {string} body
 */
function page(response, status, body) {
  response.writeHead(status, { "content-type": "text/html; charset=utf-8" });
  response.end(`<!doctype html><html lang="en"><title>Provider</title>${body}</html>`);
}

/** @param {import("node:http").IncomingMessage} request */
export async function text(request) {
  let all = "";
  for await (const part of request) all += part;
  return all;
}

/** @param {string} text */
function escape(text) {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
