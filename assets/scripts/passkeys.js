// Asks the browser for a passkey and sends its answer with the form; without this script the buttons stay hidden.

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function question(options) {
  const asked = JSON.parse(options);
  asked.challenge = bytes(asked.challenge);
  if (asked.user) {
    asked.user.id = bytes(asked.user.id);
  }
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    for (const known of asked[list] ?? []) {
      known.id = bytes(known.id);
    }
  }
  return { publicKey: asked };
}

function answer(credential) {
  const given = credential.response;
  const response = { clientDataJSON: text(given.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (given[part]) {
      response[part] = text(given[part]);
    }
  }
  if (given.getTransports) {
    response.transports = given.getTransports();
  }
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
}

// A name that the server will refuse: it says why before the device has kept anything.
function isRefused(form) {
  const name = form.elements.name;
  if (!name) {
    return false;
  }
  const typed = name.value.trim().toLowerCase();
  return !typed || JSON.parse(form.dataset.names).includes(typed);
}

for (const form of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) {
    continue;
  }
  const deed = form.dataset.passkey;
  const failed = form.querySelector("[data-passkey-error]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    if (isRefused(form)) {
      form.submit();
      return;
    }
    try {
      const credential = await navigator.credentials[deed](question(form.dataset.options));
      form.elements.credential.value = answer(credential);
      // Not requestSubmit: the form has been looked at already.
      form.submit();
    } catch {
      failed.hidden = false;
    }
  });
}
