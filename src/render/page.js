"use strict";
for (const table of document.querySelectorAll("table")) {
  const heads = [...table.tHead.rows[0].cells];
  // A number sorts by its key and last where it has none, a text by what is shown.
  const value = (row, column) => {
    const cell = row.cells[column];
    if (cell.dataset.key !== undefined) return Number(cell.dataset.key);
    return cell.classList.contains("number") ? NaN : cell.textContent;
  };
  const compare = (a, b) => {
    if (typeof a === "string" && typeof b === "string") return a.localeCompare(b, "en", { numeric: true });
    return a - b;
  };
  heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
    const descending = head.getAttribute("aria-sort") === "ascending";
    for (const other of heads) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    // What stands below a row stays there.
    const bodies = [...table.tBodies].map(body => [value(body.rows[0], column), body]);
    bodies.sort(([a], [b]) => Number.isNaN(a) || Number.isNaN(b) ? Number.isNaN(a) - Number.isNaN(b)
      : descending ? compare(b, a) : compare(a, b));
    table.append(...bodies.map(([, body]) => body));
  }));
}
// A link into a closed part of the page opens it.
const openTarget = () => {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const part = target && target.closest("details");
  if (part && !part.open) { part.open = true; target.scrollIntoView(); }
};
addEventListener("hashchange", openTarget);
openTarget();
