// What an unsafe request of a script carries: the session's token, which the frame's one form holds when somebody is signed in.
export const token = () => document.querySelector("#act input[name=csrf_token]")?.value;

export function unsafeHeaders() {
  const held = token();
  return held ? { "X-CSRFToken": held } : {};
}
