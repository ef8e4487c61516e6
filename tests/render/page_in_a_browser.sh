#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The HTML report in headless Chromium: page_in_a_browser.sh LTR_REPORT PLAUSIBLE_RECORDS
# It loads without a console message or a request, shows every figure, sorts, and fits a phone.
set -euo pipefail
report=$1
records=$2
skip() { printf 'SKIPPED: %s\n' "$*"; exit 77; }
fail() { printf 'FAILED: %s\n' "$*"; exit 1; }
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
  skip "no Chromium on this machine (Debian: apt-get install chromium)"
command -v gnuplot >/dev/null || skip "no gnuplot on this machine (Debian: apt-get install gnuplot-nox)"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$records" "$work" 10 2
# Values that somebody else published, to stand below rows and stay there.
printf 'source,table,dataset,backbone,epochs,sampling,strategy,split,top1_percent,status\n' >"$work/more.csv"
for strategy in joint crt lws; do
  printf "Me,mine,\"plausible \`x\` \"\"y\"\" 'z' %%d <b>&amp; \\\\n @a\",resnet20,90,square_root,%s,all,50,printed\n" $strategy
done >>"$work/more.csv"
"$report" "$work"/plausible_*.h5 --format html --published "$work/more.csv" --figures "$work/figures" >"$work/page.html"

# The page with a script before its own that keeps what goes wrong, and one after it that uses the page.
cat >"$work/before.html" <<'HTML'
<script>
const wrongs = [];
addEventListener("error", event => wrongs.push("error: " + event.message));
for (const kind of ["error", "warn"]) console[kind] = (...words) => wrongs.push(kind + ": " + words.join(" "));
</script>
HTML
cat >"$work/after.html" <<'HTML'
<script>
const check = (holds, what) => { if (!holds) wrongs.push(what); };
const use = () => {
  const tables = [...document.querySelectorAll("table")];
  check(tables.length === 2, "two tables expected, " + tables.length + " found");
  for (const table of tables) {
    const heads = [...table.tHead.rows[0].cells];
    const length = table.tBodies.length;
    const below = [...table.querySelectorAll("tr.below")].map(row => [row, row.previousElementSibling]);
    if (table === tables[0]) check(below.length >= 3, "no published values stand below rows");
    heads.forEach((head, column) => {
      const shown = () => [...table.tBodies].map(body => body.rows[0].cells[column]);
      const button = head.querySelector("button");
      button.focus();
      check(document.activeElement === button, "the keyboard does not reach " + head.textContent);
      for (const [order, sign] of [["ascending", 1], ["descending", -1]]) {
        button.click();
        check(head.getAttribute("aria-sort") === order, head.textContent + " is not said to be " + order);
        const cells = shown();
        check(cells.length === length, "rows are lost by sorting");
        check(table.querySelectorAll("tr.below").length === below.length, "rows below others are lost by sorting");
        for (const [row, above] of below)
          check(row.previousElementSibling === above, "a row is no longer below its own");
        for (let i = 1; i < cells.length; ++i) {
          const [a, b] = [cells[i - 1], cells[i]];
          if (a.dataset.key === undefined || b.dataset.key === undefined) continue;
          check(sign * (Number(b.dataset.key) - Number(a.dataset.key)) >= 0,
            head.textContent + " is not " + order + " at row " + i);
        }
        const keyed = cells.map(cell => cell.dataset.key !== undefined);
        if (cells[0].classList.contains("number"))
          check(keyed.lastIndexOf(true) < keyed.length && !keyed.slice(0, keyed.lastIndexOf(true)).includes(false),
            "cells without a number are not last in " + head.textContent);
      }
    });
  }
  // By text: the first column downwards after its last click.
  const names = [...tables[0].tBodies].map(body => body.rows[0].cells[0].textContent);
  tables[0].tHead.rows[0].cells[0].querySelector("button").click();
  const sorted = [...tables[0].tBodies].map(body => body.rows[0].cells[0].textContent);
  check(sorted.join() === [...names].sort().join(), "names are not sorted: " + sorted);
  const figures = [...document.querySelectorAll("figure")];
  for (const figure of figures) {
    const box = figure.querySelector("svg").getBoundingClientRect();
    check(box.width > 300 && box.height > 200, figure.id + " is not shown");
    check(figure.querySelectorAll("path, use, polygon").length > 10, figure.id + " is empty");
  }
  for (const link of document.querySelectorAll("a[href^='#']")) {
    check(document.getElementById(link.getAttribute("href").slice(1)), link.getAttribute("href") + " leads nowhere");
  }
  location.hash = "#record-2";
  setTimeout(() => {
    check(document.getElementById("record-2").open, "a link to a closed configuration does not open it");
    check(document.documentElement.scrollWidth <= innerWidth, "the page is wider than its window of " + innerWidth);
    check(performance.getEntriesByType("resource").length === 0, "the page asks for other files");
    const result = document.createElement("pre");
    result.id = "result";
    result.textContent = "figures " + figures.map(figure => figure.id).join(" ") + "\nwrong " + wrongs.length +
      "\n" + wrongs.slice(0, 20).join("\n");
    document.body.append(result);
  }, 200);
};
addEventListener("load", use);
</script>
HTML
sed -e "/<meta charset/r $work/before.html" "$work/page.html" >"$work/used.html"
cat "$work/after.html" >>"$work/used.html"
grep -q 'wrongs = ' "$work/used.html" || fail "the test's script is not in the page"

# A browser's window is no narrower than 500 pixels, so the phone is a frame.
printf '<!DOCTYPE html><iframe id="phone" style="width:390px;height:800px" src="used.html"></iframe>
<script>setTimeout(() => { document.body.append(document.getElementById("phone").contentDocument.getElementById("result")); }, 2000);</script>' \
  >"$work/phone.html"

for page in used phone; do
  timeout 120 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$work/profile" --allow-file-access-from-files \
    --host-resolver-rules='MAP * ~NOTFOUND' --enable-logging=stderr --virtual-time-budget=8000 --window-size=1280,900 \
    --dump-dom "file://$work/$page.html" >"$work/$page.dom" 2>"$work/$page.log" || fail "Chromium: $(tail -n 3 "$work/$page.log")"
  result=$(sed -n '/<pre id="result">/,/<\/pre>/p' "$work/$page.dom")
  [ -n "$result" ] || fail "the page of $page.html did not get to its end"
  grep -q '^wrong 0$' <<<"$result" || fail "$page.html: $result"
  ! grep 'CONSOLE' "$work/$page.log" || fail "$page.html: the browser's console has messages"
  for picture in "$work"/figures/*.svg; do
    grep -q " figure-$(basename "$picture" .svg)\b" <<<"$result" || fail "$page.html does not show $(basename "$picture" .svg)"
  done
done
echo "the page loads, sorts and shows $(ls "$work"/figures/*.svg | wc -l) figures, on a desk and on a phone"
