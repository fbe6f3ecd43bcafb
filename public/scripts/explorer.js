// The API explorer: GraphiQL over this server's endpoint, with the token that the page came with.
(() => {
  const place = document.getElementById("explorer");
  const { endpoint, token, query, address } = place.dataset;
  // The token stays in this script alone, and the address loses the code, which was used.
  delete place.dataset.token;
  history.replaceState(null, "", address);

  // The editors measure their margins before they have their content; asked again they find the right place.
  const measure = () => document.querySelectorAll(".CodeMirror").forEach((editor) => editor.CodeMirror.refresh());

  const fetcher = async (request) => {
    try {
      const answer = await fetch(endpoint, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        body: JSON.stringify(request),
        credentials: "omit",
      });
      setTimeout(measure, 300);
      return await answer.json();
    } catch {
      return { errors: [{ message: "The server cannot be reached. Nothing was changed here; run the query again." }] };
    }
  };

  // What was typed before for another application would only be refused with this token.
  const storage = { getItem: () => null, setItem() {}, removeItem() {}, clear() {}, length: 0 };
  ReactDOM.createRoot(place).render(
    React.createElement(GraphiQL, {
      fetcher,
      storage,
      defaultQuery: query,
      isHeadersEditorEnabled: false,
      defaultEditorToolsVisibility: "variables",
    }),
  );
})();
