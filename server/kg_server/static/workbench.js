// Runs the query without leaving the page; without this script the form does the same by itself.
"use strict";
(() => {
  const form = document.getElementById("bench");
  const query = document.getElementById("query");
  const result = document.getElementById("result");
  let running = null;

  function showPosition() {
    const error = result.querySelector("[data-line]");
    if (!error) return;
    const lines = query.value.split("\n");
    const line = Number(error.dataset.line) - 1;
    const start = lines.slice(0, line).join("\n").length + (line > 0 ? 1 : 0);
    const at = Math.min(start + Number(error.dataset.column) - 1, query.value.length);
    query.focus();
    query.setSelectionRange(at, Math.min(at + 1, query.value.length));
  }

  async function run() {
    if (running) running.abort();
    running = new AbortController();
    const mine = running;
    const fields = new URLSearchParams({ query: query.value, format: "html" });
    const timeout = form.elements.timeout.value;
    if (timeout) fields.set("timeout", timeout);
    result.setAttribute("aria-busy", "true");
    try {
      // POST: a long query does not fit into an address.
      const response = await fetch(form.action, { method: "POST", body: fields, signal: mine.signal });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.getElementById("result");
      if (fresh) {
        result.replaceChildren(...fresh.childNodes);
      } else {
        result.textContent = "No answer: " + response.status;
      }
      const address = new URL("/workbench", location);
      address.searchParams.set("query", query.value);
      if (address.href.length < 8000) history.replaceState(null, "", address);
      showPosition();
    } catch (error) {
      if (error.name !== "AbortError") result.textContent = "The server does not answer.";
    } finally {
      if (running === mine) {
        running = null;
        result.removeAttribute("aria-busy");
      }
    }
  }

  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button && button.value !== "html") return; // a download: the browser's own way
    event.preventDefault();
    run();
  });
  query.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      run();
    }
  });
  showPosition();
})();
