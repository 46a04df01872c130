// A form that takes seconds says so, and is not sent twice.
"use strict";
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-busy]")) return;
  if (form.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    return;
  }
  form.setAttribute("aria-busy", "true");
  for (const note of form.querySelectorAll(".busy")) note.hidden = false;
});
// Back from the next page, nothing is under way any more.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-busy]")) {
    form.removeAttribute("aria-busy");
    for (const note of form.querySelectorAll(".busy")) note.hidden = true;
  }
});
