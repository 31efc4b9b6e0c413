// What an unsafe request of a script carries: the session's token. The frame's one form holds it when somebody is signed in; for a
// visitor only the form they are writing in does.
export const token = () => document.querySelector("#act input[name=csrf_token]")?.value;

export function unsafeHeaders(form) {
  const held = form?.elements.namedItem("csrf_token")?.value ?? token();
  return held ? { "X-CSRFToken": held } : {};
}

// Posts fields, even when the page is being left, and tells whether the site took them.
export async function isTaken(address, fields) {
  try {
    return (await fetch(address, { method: "POST", body: new URLSearchParams(fields), headers: unsafeHeaders(), keepalive: true })).ok;
  } catch {
    return false;
  }
}
