// A form or a download that takes seconds says so; a form is not sent twice.
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
// A download leaves the page as it is, and no event tells when it began: the note goes by itself,
// or when the reader comes back to the page.
const NOTE_MS = 8000;
const showNote = (link, isShown) => {
  const note = document.querySelector(`#${CSS.escape(link.dataset.busy)} .busy`);
  if (note) note.hidden = !isShown;
};
const hideNotes = () => {
  for (const link of document.querySelectorAll("a[data-busy]")) showNote(link, false);
};
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-busy]");
  if (!link) return;
  showNote(link, true);
  setTimeout(() => showNote(link, false), NOTE_MS);
});
window.addEventListener("focus", hideNotes);
// Back from the next page, nothing is under way any more.
window.addEventListener("pageshow", () => {
  hideNotes();
  for (const form of document.querySelectorAll("form[data-busy]")) {
    form.removeAttribute("aria-busy");
    for (const note of form.querySelectorAll(".busy")) note.hidden = true;
  }
});
