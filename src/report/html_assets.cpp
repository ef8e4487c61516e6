// SPDX-License-Identifier: Apache-2.0
#include "report/html_element.hpp"

namespace ltr::report {

std::string_view html_style() {
  return R"css(
:root { color-scheme: light; --ink: #1a1a1a; --faint: #5a5a5a; --rule: #c8c8c8; --mark: #fff3c4; --link: #0b4f9e; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 70rem; color: var(--ink); background: #fff;
  font: 16px/1.5 system-ui, "DejaVu Sans", Arial, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; }
h2 { font-size: 1.2rem; margin-top: 2.5rem; border-bottom: 1px solid var(--rule); }
a { color: var(--link); }
a:focus-visible, button:focus-visible, summary:focus-visible, .wide:focus-visible { outline: 3px solid var(--link); outline-offset: 1px; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; list-style: none; }
.wide { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: .9rem; }
caption { text-align: left; color: var(--faint); padding-bottom: .4rem; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--rule); text-align: left; overflow-wrap: normal; }
tr.below td { color: var(--faint); font-size: .85em; border-bottom-style: dotted; }
.seeds { color: var(--faint); font-size: .85em; white-space: nowrap; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
th button { font: inherit; font-weight: 600; color: inherit; background: none; border: 0; padding: .2rem 0; cursor: pointer; white-space: nowrap; }
th button::after { content: " \2195"; color: var(--faint); }
th[aria-sort=ascending] button::after { content: " \2191"; color: inherit; }
th[aria-sort=descending] button::after { content: " \2193"; color: inherit; }
:target { background: var(--mark); }
figure { margin: 2rem 0; }
figure svg { display: block; width: 100%; height: auto; }
figcaption, .facts, .notes { color: var(--faint); font-size: .9rem; }
pre { overflow-x: auto; padding: .8rem; background: #f5f5f5; font-size: .8rem; }
dt { font-weight: 600; }
dd { margin: 0 0 .4rem 1rem; }
code.digest { font-size: .75rem; }
@media (max-width: 40rem) {
  body { padding: .6rem; }
  h1 { font-size: 1.2rem; }
  .scroll { overflow-x: auto; }
  figure svg { min-width: 34rem; }
  table { font-size: .75rem; }
  th, td { padding: .3rem .2rem; }
  td.number { white-space: normal; }
  th[aria-sort=none] button::after { content: ""; }
  caption span { display: block; max-width: 88vw; }
  td:first-child, th:first-child { position: sticky; left: 0; background: #fff; }
  :target td:first-child { background: var(--mark); }
}
@media print { th button::after { content: ""; } a { color: inherit; text-decoration: none; } }
)css";
}

std::string_view html_script() {
  return R"js(
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
)js";
}

}  // namespace ltr::report
