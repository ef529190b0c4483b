"use strict";
// The page asks for what changed every two seconds, but not while it is hidden; it says what it has already.
const has = new Map();
const live = (element) => element instanceof Element && element.hasAttribute("data-langsung");
document.addEventListener("htmx:config:request", (event) => {
  const { sourceElement, request } = event.detail.ctx;
  if (live(sourceElement) && has.has(sourceElement.id)) request.headers["X-Terakhir"] = has.get(sourceElement.id);
});
document.addEventListener("htmx:before:request", (event) => {
  const source = event.detail.ctx.sourceElement;
  if (live(source) && (document.hidden || source.hasAttribute("data-diam"))) event.preventDefault();
});
document.addEventListener("htmx:after:request", (event) => {
  const { sourceElement, response } = event.detail.ctx;
  const mark = live(sourceElement) && response && response.headers.get("X-Terakhir");
  if (mark) has.set(sourceElement.id, mark);
});
const rows = () => [...document.querySelectorAll("[data-rincian]")];
document.addEventListener("click", (event) => {
  const at = (selector) => event.target.closest(selector);
  if (at("[data-buang]")) at("[data-buang]").parentElement.remove();
  if (at("[data-tutup]")) {
    event.preventDefault();
    document.getElementById("rincian").replaceChildren();
    history.pushState(null, "", "/bpjs-fktp/monitoring" + location.search);
  }
  if (at("[data-geser]")) {
    const open = document.querySelector(".rincian").dataset.id;
    const place = rows().findIndex((row) => row.href.includes(`/pekerjaan/${open}`));
    rows()[place + Number(at("[data-geser]").dataset.geser)]?.click();
  }
  if (at("[data-semua]")) {
    for (const box of document.querySelectorAll("[name=pilih]")) box.checked = event.target.checked;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelector("[data-tutup]")?.click();
});
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx.target?.id === "rincian") document.querySelector("#rincian [data-fokus]")?.focus();
});
document.querySelector(".tab [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
