// Shows status.json, which process 1 of the node writes, and asks for it again every two seconds.
"use strict";

const milliseconds = (ms) => (ms === undefined || ms === null ? "" : ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(2)} s`);

function element(name, text, className) {
  const made = document.createElement(name);
  made.textContent = text ?? "";
  if (className) made.className = className;
  return made;
}

function showTable(id, rows) {
  document.getElementById(id).replaceChildren(...rows.map((cells) => {
    const row = document.createElement("tr");
    row.append(...cells.map(([text, className]) => element("td", text, className)));
    return row;
  }));
}

function show(status) {
  document.title = document.getElementById("node").textContent = status.node || "Holdfast";
  const state = document.getElementById("state");
  state.textContent = status.state;
  state.className = status.state;
  const facts = {
    version: status.version,
    slot: status.slot,
    "root hash": status.root_hash,
    addresses: (status.addresses ?? []).join(", "),
    "boot id": status.boot_id,
    marks: (status.marks ?? []).join(", ") || "none",
  };
  document.getElementById("facts").replaceChildren(
    ...Object.entries(facts).flatMap(([name, value]) => [element("dt", name), element("dd", value)]));
  showTable("services", (status.services ?? []).map((service) => [
    [service.name],
    [service.state],
    [service.pid || ""],
    [service.restarts],
    [milliseconds(service.ready_ms)],
  ]));
  showTable("steps", (status.steps ?? []).map((step) => [
    [step.stage],
    [step.name],
    [step.result, step.result === "ok" ? "" : "bad"],
    [milliseconds(step.ms)],
  ]));
}

async function refresh() {
  try {
    const answer = await fetch("status.json", { cache: "no-store", signal: AbortSignal.timeout(5000) });
    if (!answer.ok) throw new Error(`the node answers ${answer.status}`);
    show(await answer.json());
  } catch (error) {
    const state = document.getElementById("state");
    state.textContent = `no answer: ${error.message}`;
    state.className = "";
  }
  setTimeout(refresh, 2000);
}

refresh();
