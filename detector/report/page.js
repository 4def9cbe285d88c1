"use strict";
// The page reads without this. It opens in the language of ?lang=, and sorts tables.
const titles = document.querySelector("title").textContent.split(" · ");
const radios = [...document.querySelectorAll("input[name=lang]")];
function told() {
  const isEnglish = document.getElementById("lang-en").checked;
  document.documentElement.lang = isEnglish ? "en" : "zh-Hans";
  document.title = titles[isEnglish ? 1 : 0] + " · " + titles.slice(2).join(" · ");
}
const asked = new URLSearchParams(location.search).get("lang");
if (asked === "en" || asked === "zh") document.getElementById("lang-" + asked).checked = true;
for (const radio of radios) radio.addEventListener("change", told);
told();

function valueOf(row, column) {
  const cell = row.cells[column];
  const value = cell.dataset.value;
  return value === undefined ? cell.textContent.trim() : Number(value);
}
function compare(one, other) {
  if (typeof one === typeof other)
    return typeof one === "number" ? one - other : one.localeCompare(other, "zh");
  return typeof one === "number" ? -1 : 1; // what has no number stands last
}
for (const table of document.querySelectorAll("table")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const rises = head.getAttribute("aria-sort") !== "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", rises ? "ascending" : "descending");
      const rows = [...table.tBodies[0].rows];
      rows.sort((a, b) => (rises ? 1 : -1) * compare(valueOf(a, column), valueOf(b, column)));
      table.tBodies[0].append(...rows);
    });
  });
}
