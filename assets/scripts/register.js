// Keeps the totals of a register true while marks are chosen; they are counted anew by the server at every save.

const form = document.querySelector("[data-register]");

function count() {
  const totals = new Map();
  for (const line of form.querySelectorAll(".muster-mark")) {
    const cleared = line.querySelector("input[type=checkbox]").checked;
    const chosen = cleared ? null : line.querySelector("input[type=radio]:checked");
    const said = chosen ? chosen.value : "";
    totals.set(said, (totals.get(said) ?? 0) + 1);
  }
  for (const shown of form.querySelectorAll("[data-total]")) {
    shown.textContent = totals.get(shown.dataset.total) ?? 0;
  }
}

if (form) {
  let changed = false;
  form.addEventListener("change", () => {
    changed = true;
    count();
  });
  form.addEventListener("submit", () => {
    changed = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed) {
      event.preventDefault();
    }
  });
  count();
}
