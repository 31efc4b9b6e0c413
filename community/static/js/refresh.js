// The page is fetched again and only what differs is changed: scroll, focus and what is being edited stay (Turbo's morphing).
import * as Turbo from "../vendor/turbo.js";

export function refreshPage() {
  Turbo.session.refresh(location.href, { method: "morph", scroll: "preserve" });
}

// Something that is shown may no longer be: the page with the rights of now, from no cache.
export function forgetRights() {
  Turbo.cache.clear();
  Turbo.visit(location.href, { action: "replace" });
}
