// Keeps what a reviewer typed on this device while it cannot be sent, and offers it again; words stand in the page.
(() => {
  "use strict";
  const PREFIX = "madang.sheet.";
  const OLDEST = 14 * 24 * 60 * 60 * 1000;
  const NOT_KEPT = new Set(["csrfmiddlewaretoken", "idempotency_key", "version", "what"]);
  let store;
  try {
    store = window.localStorage;
  } catch {
    return;
  }
  const keys = (start) => Object.keys(store).filter((key) => key.startsWith(start));
  const drop = (start) => keys(start).forEach((key) => store.removeItem(key));
  const read = (key) => {
    try {
      return JSON.parse(store.getItem(key)) || {};
    } catch {
      return {};
    }
  };

  // nothing stays for the next person at this device, nothing of what was handed in, nothing for ever
  const out = document.querySelector("form[data-signs-out]");
  if (out) {
    const own = `${PREFIX}${out.dataset.signsOut}.`;
    keys(PREFIX).filter((key) => !key.startsWith(own)).forEach((key) => store.removeItem(key));
    out.addEventListener("submit", () => drop(PREFIX));
    document.querySelectorAll("[data-handed-in]").forEach((one) => drop(`${own}${one.dataset.handedIn}.`));
  }
  keys(PREFIX).filter((key) => !(Date.now() - read(key).at < OLDEST)).forEach((key) => store.removeItem(key));

  const form = document.querySelector("form[data-sheet]");
  const found = document.getElementById("kept-found");
  const status = document.getElementById("kept-status");
  if (!form || !out || !found || !status) {
    return;
  }
  const mine = `${PREFIX}${out.dataset.signsOut}.${form.dataset.sheet}.`;
  const version = form.elements.namedItem("version");
  const fields = () => Object.fromEntries([...new FormData(form)].filter(([name]) => !NOT_KEPT.has(name)));
  const written = (values) => JSON.stringify(Object.entries(values).map(([name, value]) => [name, value.trim()]).sort());
  const key = () => mine + version.value;
  const say = (text) => {
    status.textContent = text;
  };
  const keep = () => {
    try {
      store.setItem(key(), JSON.stringify({ at: Date.now(), fields: fields() }));
    } catch {
      say(status.dataset.full);
    }
  };
  // what the server has; after an error it has not got what the page shows
  let sent = form.dataset.sheetErrors ? "" : written(fields());
  let offered = null;
  let busy = false;
  let pressed = null;
  let timer = 0;

  const send = async () => {
    const values = written(fields());
    if (busy || values === sent) {
      return;
    }
    busy = true;
    const body = new FormData(form);
    body.delete("idempotency_key");
    body.set("what", "autosave");
    let told = null;
    try {
      const answer = await fetch(window.location.pathname, { method: "POST", body, credentials: "same-origin" });
      const type = answer.headers.get("Content-Type") || "";
      told = !answer.redirected && type.startsWith("application/json") ? await answer.json() : null;
    } catch {
      told = null;
    }
    busy = false;
    if (told && told.version) {
      if (!offered || offered.key !== key()) {
        store.removeItem(key());
      }
      version.value = told.version;
      sent = values;
      say(`${status.dataset.saved} ${new Date().toLocaleTimeString(document.documentElement.lang)}`);
      if (written(fields()) !== sent) {
        changed();
      }
    } else {
      say(told && told.told ? `${status.dataset.refused} ${told.told}` : status.dataset.away);
    }
    if (pressed) {
      const button = pressed;
      pressed = null;
      form.requestSubmit(button);
    }
  };
  const changed = () => {
    // what is offered above is not written over before somebody chose
    if (!offered) {
      keep();
    }
    window.clearTimeout(timer);
    timer = window.setTimeout(send, 1500);
  };
  const decided = () => {
    store.removeItem(offered.key);
    offered = null;
    found.hidden = true;
  };

  const newest = keys(mine).sort((one, other) => read(other).at - read(one).at);
  newest.slice(1).forEach((one) => store.removeItem(one));
  if (newest.length) {
    offered = { key: newest[0], ...read(newest[0]) };
    const same = written({ ...fields(), ...offered.fields }) === written(fields());
    if (same) {
      decided();
    } else {
      const when = found.querySelector("time");
      when.dateTime = new Date(offered.at).toISOString();
      when.textContent = new Date(offered.at).toLocaleString(document.documentElement.lang);
      found.querySelector("[data-elsewhere]").hidden = offered.key === key();
      found.hidden = false;
    }
  }
  found.querySelector("[data-take]").addEventListener("click", () => {
    Object.entries(offered.fields).forEach(([name, value]) => {
      const field = form.elements.namedItem(name);
      if (field) {
        field.value = value;
      }
    });
    decided();
    keep();
    send();
    form.querySelector("input:not([type=hidden]), textarea").focus();
  });
  found.querySelector("[data-discard]").addEventListener("click", () => {
    decided();
    form.querySelector("input:not([type=hidden]), textarea").focus();
  });

  form.addEventListener("input", changed);
  window.addEventListener("online", send);
  form.addEventListener("submit", (event) => {
    window.clearTimeout(timer);
    if (busy) {
      // the version that is on its way comes first
      event.preventDefault();
      pressed = event.submitter;
    } else if (!navigator.onLine) {
      event.preventDefault();
      if (!offered) {
        keep();
      }
      say(status.dataset.away);
    }
  });
  if (!sent) {
    keep();
  }
})();
