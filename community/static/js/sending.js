// What an unsafe request of a script carries: the session's token, which the frame's one form holds when somebody is signed in.
export const token = () => document.querySelector("#act input[name=csrf_token]")?.value;

export function unsafeHeaders() {
  const held = token();
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
