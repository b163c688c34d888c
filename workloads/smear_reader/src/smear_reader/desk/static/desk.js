// The desk's keys, its larger pictures, and sending fields one by one. Everything but sending works without it.
"use strict";

const gallery = document.getElementById("gallery");
const zoom = document.getElementById("zoom");
const choices = gallery ? [...gallery.querySelectorAll("fieldset")] : [];

function current() {
  return choices.indexOf(document.activeElement?.closest?.("#gallery fieldset"));
}

function focus(place) {
  const next = choices[Math.max(0, Math.min(choices.length - 1, place))];
  next?.querySelector("a")?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function across() {
  const top = choices[0].getBoundingClientRect().top;
  const below = choices.findIndex((choice) => choice.getBoundingClientRect().top > top + 4);
  return below < 0 ? choices.length : below;
}

function answer(place, value) {
  for (const radio of choices[place].querySelectorAll("input")) radio.checked = radio.value === value;
  if (value) focus(place + 1);
}

function larger(place) {
  if (zoom.open) return zoom.close();
  document.getElementById("zoomed").src = choices[place].querySelector("a").href;
  zoom.showModal();
}

// by where keys lie, so that a Korean keyboard need not be switched
function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=radio]), textarea")) return;
  const place = current() < 0 ? 0 : current();
  const acts = {
    ArrowRight: () => focus(place + 1),
    ArrowLeft: () => focus(place - 1),
    ArrowDown: () => focus(place + across()),
    ArrowUp: () => focus(place - across()),
    KeyJ: () => answer(place, "yes"),
    KeyK: () => answer(place, "no"),
    KeyU: () => answer(place, ""),
    KeyZ: () => larger(place),
  };
  if (event.key === "Enter" && current() >= 0 && !zoom.open) acts[event.code] = () => document.getElementById("answers").requestSubmit();
  if (!(event.code in acts) || (zoom.open && event.code !== "KeyZ")) return;
  event.preventDefault();
  acts[event.code]();
}

if (choices.length) {
  document.addEventListener("keydown", pressed);
  gallery.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    event.preventDefault();
    larger(choices.indexOf(link.closest("fieldset")));
  });
}

const sending = document.getElementById("sending");

async function send(files) {
  const progress = document.getElementById("progress");
  const failed = [];
  let number = Number(sending.dataset.next);
  for (const [done, file] of [...files].entries()) {
    const address = `/api/slides/${sending.dataset.slide}/fields/${number}`;
    const reply = await fetch(address, { method: "PUT", body: file }).catch(() => null);
    if (reply?.ok) number += 1;
    else failed.push(`${file.name}${reply ? `: ${(await reply.json()).detail}` : ""}`);
    progress.textContent = sending.dataset.said.replace("%done%", done + 1).replace("%all%", files.length);
  }
  sending.dataset.next = number;
  if (failed.length) progress.textContent = sending.dataset.failed + failed.join("; ");
}

document.getElementById("files")?.addEventListener("change", async (event) => {
  await send([...event.target.files].sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true })));
});
