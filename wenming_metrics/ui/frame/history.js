/* One entry of the browser's history for each page that was looked at, under the address it was left by.
   Streamlit makes three of a link that carries parameters: the old page with the new parameters, with
   those that are not usual, and only then the new page; so "back" showed other days than were left. */
(function () {
  if (window.plainHistory) return;
  window.plainHistory = true;
  let left = location.href;
  let last = { target: null, at: 0 };
  const note = (event) => {
    const again = event.target === last.target && event.timeStamp - last.at < 2000;
    last = { target: event.target, at: event.timeStamp };
    // The second half of a double click finds an address that is half changed already.
    if (!again || event.type === "popstate") left = location.href;
  };
  for (const act of ["pointerdown", "keydown", "popstate"]) window.addEventListener(act, note, true);
  const push = history.pushState.bind(history);
  const replace = history.replaceState.bind(history);
  history.pushState = (state, title, address) => {
    const to = new URL(address, location.href);
    if (to.pathname === location.pathname) {
      replace(state, title, address);
      return;
    }
    if (new URL(left).pathname === location.pathname) replace(state, title, left);
    push(state, title, address);
    left = location.href;
  };
})();
